import Journal
import Model

/// A line as the page shows it: every text is readable and no longer than there is room for.
struct PageLine {
    /// An id has 128 bytes at most; longer ones are rejected, and what a person needs of them is how they begin.
    private static let idLimit = 160
    private static let sentenceLimit = 400
    private static let textLimit = 200

    var line: Int
    var outcome: LineOutcome
    var reason: ReasonCode?
    /// Empty on a line that means every room of its old visitor.
    var room: String
    var oldVisitor: String
    var newVisitor: String
    var operations: Int
    var moved: Int
    /// What was found, for a person, with what stood on a line that could not be read.
    var explanation: String

    init(_ row: LineRow) {
        line = row.line
        outcome = row.outcome
        reason = row.reason
        room = row.room.clipped(to: Self.idLimit).shown
        oldVisitor = row.oldVisitor.clipped(to: Self.idLimit).shown
        newVisitor = row.newVisitor.clipped(to: Self.idLimit).shown
        operations = row.operations
        moved = row.moved
        let text = row.text.map { $0.isEmpty ? "" : ": “\($0.clipped(to: Self.textLimit).shown)”" } ?? ""
        explanation = row.explanation.clipped(to: Self.sentenceLimit).shown + text
    }

    /// What to read where a room line names its room.
    func roomInWords(in job: ToldJob) -> String {
        guard room.isEmpty else { return room }
        guard operations > 0 else { return "every room" }
        return "\(moved.grouped) of \(counted(operations, "room")) \(OperationState.moved.label(in: job))"
    }
}
