import ArgumentParser
import Journal

/// A command about a journal that is its argument: what it refuses is said in these terms.
protocol JournalCommand: ParsableCommand {
    /// How the journal at a path is named.
    var naming: @Sendable (_ path: String) -> JournalError.Naming { get }
}

extension JournalCommand {
    var naming: @Sendable (_ path: String) -> JournalError.Naming { { _ in .argument } }
}

extension StatusCommand: JournalCommand {}
extension ReportCommand: JournalCommand {}
extension VerifyCommand: JournalCommand {}
extension PaceCommand: JournalCommand {}

extension UndoCommand: JournalCommand {
    var naming: @Sendable (_ path: String) -> JournalError.Naming {
        { [journal] path in path == journal ? .argument : .option("--undo-journal") }
    }
}
