import Model

/// What became of a child of the run.
enum OperationResult: Sendable {
    case settled(Outcome)
    /// Asked to stop before the next request: nothing is under way.
    case interrupted(Operation, mayHaveMoved: Bool)
    case stopped(Stop, Operation, mayHaveMoved: Bool)

    /// The row of its operation in the journal.
    var operation: Int64 {
        switch self {
        case .settled(let outcome): outcome.operation
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
