package import Model
package import RocketChat
import Synchronization

/// Asks a server everything that a run depends on, and moves nothing: the only PUT is the probe of the preflight.
package struct Doctor: Sendable {
    private let client: RocketChatClient
    private let address: ServerAddress
    private let asker: RetryingClient
    private let now: @Sendable () -> Timestamp

    /// A second attempt tells a hiccup from an outage; more would only keep the person waiting.
    private static var maxAttempts: Int { 2 }

    package init(
        client: RocketChatClient, address: ServerAddress, limiter: RateLimiter, settings: RunnerSettings,
        clock: any MonotonicClock,
        now: @escaping @Sendable () -> Timestamp
    ) {
        var retry = settings.retry
        retry.maxAttempts = min(retry.maxAttempts, Self.maxAttempts)
        self.client = client
        self.address = address
        self.asker = RetryingClient(limiter: limiter, retry: retry, clock: clock, jitter: settings.jitter)
        self.now = now
    }

    /// Asks one thing after the other, until the last or until the server gives a reason to stop.
    ///
    /// - Throws: `Stop.signal` if the process was asked to stop meanwhile, and nothing else.
    package func examine() async throws -> Examination {
        let samples = Samples()
        var examination = Examination(address: address.description, connection: .init(address))
        var check = Examination.Check.server
        do {
            let (version, _) = try await answer(.info, samples) { await client.reader.serverInfo() }
            examination.version = version
            check = .credentials
            examination.caller = try await answer(.me, samples) { await client.reader.me() }.value
            if version.hasEndpoint {
                check = .endpoint
                let (_, reply) = try await answer(.roomVisitor, samples) { await client.probe() }
                examination.probe = Examination.Probe(window: reply.window, serverDate: reply.serverDate)
            }
            try await read(into: &examination, at: &check, samples)
            guard version.replacesContacts else { return examination.with(samples.all) }
            check = .contacts
            examination.customFields = try await access(.customFields, samples) {
                await client.reader.customFields(offset: 0, count: 1)
            }
        } catch let stop as Stop where stop.reason != .signal {
            let place = stop.reason == .deprecationThrows ? .deprecationSwitch : check
            examination.interruption = Examination.Interruption(at: place, stop)
        }
        return examination.with(samples.all)
    }

    /// Tries the reads of discovery and of the look on the first room that there is.
    private func read(
        into examination: inout Examination, at check: inout Examination.Check, _ samples: Samples
    ) async throws {
        check = .roomList
        let rooms = try await access(.livechatRooms, samples) { await client.reader.rooms(offset: 0, count: 1) }
        examination.rooms = rooms
        guard case .granted(let page) = rooms, let first = page.rooms.first else { return }
        check = .room
        examination.room = try await access(.roomsInfo, samples) { await client.room(first.id) }
        guard let visitor = first.visitor else { return }
        check = .history
        examination.history = try await access(.chatHistory, samples) {
            await client.reader.history(of: visitor, anchor: first.id, offset: 0, count: 1)
        }
    }

    private func answer<Value>(
        _ route: Endpoint, _ samples: Samples, _ question: @Sendable () async -> Reply<Value>
    ) async throws -> (value: Value, reply: Reply<Value>) {
        let answer = try await asker.ask(route) { samples.note(await question(), at: now()) }
        guard let answer else { throw Stop.signal }
        return answer
    }

    /// Asks where a missing permission is a finding and no reason to stop.
    private func access<Value: Equatable>(
        _ route: Endpoint, _ samples: Samples, _ question: @Sendable () async -> Reply<Value>
    ) async throws -> Examination.Access<Value> {
        do {
            let answer = try await asker.askOrRefusal(route) { samples.note(await question(), at: now()) }
            switch answer {
            case .answered(let value): return .granted(value)
            case .refused(_, let text): return .denied(text)
            case nil: throw Stop.signal
            }
        } catch let stop as Stop where stop.reason == .permissionMissing {
            return .denied(stop.detail)
        }
    }
}

extension Examination {
    fileprivate func with(_ samples: [Sample]) -> Examination {
        var examination = self
        examination.samples = samples
        return examination
    }
}

/// Gathers what every answer tells on the side, repeated attempts included.
///
/// A class because questions are closures that run elsewhere; all of its state is behind one lock.
private final class Samples: Sendable {
    private let state = Mutex<[Examination.Sample]>([])

    var all: [Examination.Sample] { state.withLock { $0 } }

    /// Passes the reply on.
    func note<Value>(_ reply: Reply<Value>, at arrival: Timestamp) -> Reply<Value> {
        if let sample = Examination.Sample(of: reply, arrivedAt: arrival) {
            state.withLock { $0.append(sample) }
        }
        return reply
    }
}
