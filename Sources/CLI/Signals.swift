import Glibc
import Logging
import Model
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Runs the work of a command so that the first SIGINT or SIGTERM asks it to finish and a second one ends it at once.
///
/// At the end of the working time it is asked in the same way.
///
/// - Returns: what `work` returns; it sees the request as a graceful shutdown.
/// - Throws: what `work` throws; work that was given up because of a request says which it was.
func withGracefulSignals<Value: Sendable>(
    logger: Logger, until end: WorkingTime.End? = nil, _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let result = Handover<Value>()
    let service = ClosureService { result.put(try await work()) }
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: [
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: service, successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup, serviceName: "command")
            ],
            gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { await endAtSecondSignal() }
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

/// The second signal means now: the journal is built for it.
private func endAtSecondSignal() async {
    var count = 0
    for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
        count += 1
        if count == 1 {
            Output.say("Stopping: requests under way may finish. A second signal ends it at once.")
        } else {
            Output.erase()
            _exit(128 + signal.number)
        }
    }
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
        self == .sigint ? SIGINT : SIGTERM
    }
}
