import Model
import RawSQL

/// Reads the rows of the view `lineReport`.
struct LineReading {
    static let columns = """
        line, oldVisitor, newVisitor, room, outcome, reason, operations, moved, detail, repeats, foundVisitor,
        text, finalVisitor
        """

    private var outcome = EnumColumnCache<LineOutcome>()
    private var reason = EnumColumnCache<ReasonCode>()

    mutating func line(_ rows: borrowing RawRows) throws -> LineRow {
        try LineRow(
            line: rows.count(0), oldVisitor: rows.text(1), newVisitor: rows.text(2), room: rows.text(3),
            // An outcome this version does not know stands out as unknown instead of passing for a good one.
            outcome: outcome.read(rows, 4) ?? .unknown, reason: reason.read(rows, 5),
            operations: rows.count(6), moved: rows.count(7), detail: rows.optionalText(8),
            repeats: rows.optionalInteger(9).map { try Int(stored: $0) }, foundVisitor: rows.optionalText(10),
            text: rows.optionalText(11), finalVisitor: rows.optionalText(12))
    }
}

/// Reads the rows of the view `operationReport`.
struct OperationReading {
    static let columns = """
        room, oldVisitor, newVisitor, line, state, reason, confirmedBy, attempts, httpStatus, foundVisitor, wasOpen,
        settledAt
        """
    static let count: Int32 = 12

    private var state = EnumColumnCache<OperationState>()
    private var reason = EnumColumnCache<ReasonCode>()
    private var confirmation = EnumColumnCache<Confirmation>()

    mutating func operation(_ rows: borrowing RawRows) throws -> OperationRow {
        try OperationRow(
            room: rows.text(0), oldVisitor: rows.text(1), newVisitor: rows.text(2), line: rows.count(3),
            state: state.read(rows, 4) ?? .unknown, reason: reason.read(rows, 5),
            confirmedBy: confirmation.read(rows, 6), attempts: rows.count(7),
            httpStatus: rows.optionalInteger(8).map { Int($0) }, foundVisitor: rows.optionalText(9),
            wasOpen: rows.optionalInteger(10).map { $0 != 0 },
            settledAt: rows.optionalInteger(11).map { try Timestamp(stored: $0) })
    }
}
