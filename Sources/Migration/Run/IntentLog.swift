import Journal
import Model

/// Declares in the journal which PUTs may leave, before they do.
///
/// An operation whose PUT has to wait, for its turn or for the server, is not declared: if the run is killed meanwhile and
/// somebody moves the room by hand, that is no move of this job. Where nothing waits, a claim declares its operations
/// itself. What is declared while a transaction is under way shares the next one.
actor IntentLog {
    private let declare: @Sendable ([Intent]) async throws -> Void
    /// Declared by their claim, and not let go yet.
    private var claimed: Set<Int64> = []
    private var waiting: [(intents: [Intent], turn: CheckedContinuation<Reservation, Never>)] = []
    private var isWriting = false

    private enum Reservation {
        /// The transaction with these intents is over; why it failed, if it did.
        case written((any Error)?)
        /// Write the next one.
        case write
    }

    init(_ declare: @escaping @Sendable ([Intent]) async throws -> Void) {
        self.declare = declare
    }

    /// Remembers which operations a claim declared; those that were in doubt before stay so, whatever has to wait.
    func add(_ claim: Claim) {
        guard claim.isDeclared else { return }
        claimed.formUnion(claim.operations.lazy.filter { !$0.mayHaveMoved }.map(\.id))
    }

    /// Declares that the PUT of an operation leaves now; durable when it returns.
    ///
    /// - Returns: `false` if its claim has declared it.
    func depart(_ operation: Operation) async throws -> Bool {
        guard claimed.remove(operation.id) == nil else { return false }
        try await write([Intent(operation: operation.id, mayLeave: true)])
        return true
    }

    /// Takes back the intent of an operation whose PUT was certainly not applied.
    func withdraw(_ operation: Operation) async throws {
        try await write([Intent(operation: operation.id, mayLeave: false)])
    }

    /// Takes back what claims have declared: their PUTs have to wait after all.
    func withdrawClaims() async throws {
        guard !claimed.isEmpty else { return }
        let intents = claimed.map { Intent(operation: $0, mayLeave: false) }
        claimed.removeAll()
        try await write(intents)
    }

    /// Writes them in one transaction with what else waits for it; one caller after the other does so for all.
    private func write(_ intents: [Intent]) async throws {
        if isWriting {
            let turn = await withCheckedContinuation { waiting.append((intents, $0)) }
            if case .written(let error) = turn {
                if let error { throw error }
                return
            }
        }
        isWriting = true
        let others = waiting
        waiting.removeAll()
        var failure: (any Error)?
        do {
            try await declare(intents + others.flatMap(\.intents))
        } catch {
            failure = error
        }
        for other in others { other.turn.resume(returning: .written(failure)) }
        if waiting.isEmpty {
            isWriting = false
        } else {
            waiting.removeFirst().turn.resume(returning: .write)
        }
        if let failure { throw failure }
    }
}
