import Model

/// What became of a child of the run.
enum OperationResult: Sendable {
    /// It has its outcome; `sentMove` is true if a PUT of it left in this run.
    case settled(Outcome, sentMove: Bool = false)
    /// Asked to stop before the next request: nothing is under way.
    case interrupted(Operation, mayHaveMoved: Bool)
    case stopped(Stop, Operation, mayHaveMoved: Bool)

    /// The row of its operation in the journal.
    var operation: Int64 {
        switch self {
        case .settled(let outcome, _): outcome.operation
        case .interrupted(let operation, _), .stopped(_, let operation, _): operation.id
        }
    }

    static func interrupted(_ operation: Operation, _ machine: OperationMachine) -> OperationResult {
        .interrupted(operation, mayHaveMoved: machine.mayHaveMoved)
    }
}

extension Outcome {
    init(
        _ settlement: OperationMachine.Settlement, of operation: Operation, mayHaveMoved: Bool, at instant: Timestamp
    ) {
        self.init(
            operation: operation.id, state: settlement.state, reason: settlement.reason,
            confirmedBy: settlement.confirmedBy, status: settlement.status, foundVisitor: settlement.foundVisitor,
            wasOpen: settlement.wasOpen, mayHaveMoved: mayHaveMoved, settledAt: instant)
    }
}
