import Glibc
import Logging
import Model
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs the work of a command so that the first SIGINT, SIGTERM or SIGHUP asks it to finish and a second one ends it at
/// once.
///
/// At the end of the working time it is asked in the same way. A SIGHUP that was ignored when the process began, as by
/// `nohup`, stays ignored.
///
/// - Returns: what `work` returns; it sees the request as a graceful shutdown.
/// - Throws: what `work` throws; work that was given up because of a request says which it was.
func withGracefulSignals<Value: Sendable>(
    logger: Logger, until end: WorkingTime.End? = nil, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let heedsHangup = !isIgnored(SIGHUP)
    let result = Handover<Value>()
    let service = ClosureService { result.put(try await work()) }
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: [
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup, serviceName: "command")
            ],
            // Signals are trapped once and here: of two that trap them one can miss the first signal.
            gracefulShutdownSignals: [], logger: logger))
    let signals = await UnixSignalsSequence(trapping: [.sigint, .sigterm] + (heedsHangup ? [.sighup] : []))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { await heed(signals, for: group) }
        if let end {
            tasks.addTask {
                try await ContinuousClock().sleep(until: end.instant)
                await group.triggerGracefulShutdown()
            }
        }
        do {
            try await group.run()
        } catch let stop as Stop where stop == .signal {
            tasks.cancelAll()
            throw end.asked
        } catch {
            tasks.cancelAll()
            throw error
        }
        tasks.cancelAll()
        guard let value = result.take() else { throw CancellationError() }
        return value
    }
}

/// Asks the command to finish at the first signal; the second means now: the journal is built for it.
private func heed(_ signals: UnixSignalsSequence, for group: ServiceGroup) async {
    var first: ContinuousClock.Instant?
    for await signal in signals {
        if let first {
            // A terminal that is closed sends SIGHUP twice, and some supervisors send it after SIGTERM.
            guard signal != .sighup || first.duration(to: .now) > .seconds(1) else { continue }
            Output.erase()
            _exit(128 + signal.number)
        }
        first = .now
        Output.remark("Stopping: requests under way may finish. A second signal ends it at once.")
        await group.triggerGracefulShutdown()
    }
}

/// Whether a signal does nothing to this process.
func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
}

/// Carries a value out of a task that can return none.
///
/// A class because giver and taker share it; all of its state is behind one lock.
private final class Handover<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func put(_ value: Value) {
        self.value.withLock { $0 = value }
    }

    func take() -> Value? {
        value.withLock { $0 }
    }
}

extension UnixSignal {
    fileprivate var number: Int32 {
        switch self {
        case .sigint: SIGINT
        case .sighup: SIGHUP
        default: SIGTERM
        }
    }
}
