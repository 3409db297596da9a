import Journal
import Model

// What a run does to the journal, one step at a time.
extension PlannedJournal {
    func begin() async throws -> Int64 { try await journal.begin(.sample) }

    /// Claims operations; their intent is declared, unless `declares` is false.
    func claim(
        _ wanted: Int = 100, run: Int64, from cursor: Cursor = .start, declares: Bool = true
    ) async throws -> Claim {
        var exchange = RunTransaction(run: run)
        exchange.wanted = wanted
        exchange.declares = declares
        exchange.cursor = cursor
        return try await journal.exchange(exchange)
    }

    func commit(_ outcomes: Outcome..., attempts: [Attempt] = [], run: Int64) async throws {
        var exchange = RunTransaction(run: run)
        exchange.outcomes = outcomes
        exchange.attempts = attempts
        _ = try await journal.exchange(exchange)
    }

    func release(_ operations: [Operation], run: Int64) async throws {
        var exchange = RunTransaction(run: run)
        exchange.released = operations
        _ = try await journal.exchange(exchange)
    }

    /// A whole run in which the operations end as told, in the order in which they can be claimed.
    func carryOut(_ states: [OperationState]) async throws {
        let run = try await begin()
        for state in states {
            for operation in try await claim(1, run: run).operations where state != .sent {
                try await commit(.sample(operation.id, state), attempts: [.sample(operation.id)], run: run)
            }
        }
    }

    func states() throws -> [OperationState] { try operations().map(\.state) }
}

extension Outcome {
    static func sample(_ operation: Int64, _ state: OperationState) -> Outcome {
        Outcome(
            operation: operation, state: state, confirmedBy: state == .moved ? .response : nil,
            status: 200, settledAt: Timestamp(milliseconds: 1_700_000_001_000))
    }
}

extension Attempt {
    static func sample(_ operation: Int64, _ action: Action = .move) -> Attempt {
        Attempt(
            operation: operation, action: action, sentAt: Timestamp(milliseconds: 1_700_000_000_500), milliseconds: 42,
            status: 200, meaning: "success")
    }
}
