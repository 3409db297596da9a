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

extension Journal {
    /// Opens the journal that a command is about to read it.
    ///
    /// Refuses one of which a run has saved more elsewhere, and one in which something else stands than what was planned:
    /// what such a journal says is nothing to go by.
    static func whole(at path: String) throws -> Journal {
        try requireNothingSaved(of: path)
        let journal = try Journal(at: path, for: .read)
        // A run that is going watches its journal itself.
        if JournalLock.holder(ofJournalAt: path) == nil { try journal.requireLines() }
        return journal
    }
}

extension StatusCommand: JournalCommand {}
extension ShowCommand: JournalCommand {}
extension ReportCommand: JournalCommand {}
extension VerifyCommand: JournalCommand {}
extension ConsolidateCommand: JournalCommand {}
extension PaceCommand: JournalCommand {}

extension UndoCommand: JournalCommand {
    var naming: @Sendable (_ path: String) -> JournalError.Naming {
        { [journal] path in path == journal ? .argument : .option("--undo-journal") }
    }
}
