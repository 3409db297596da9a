import ArgumentParser
import Journal
import Model
import Report

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "The history of one room, visitor or line.",
        discussion: """
            Example:
              visitor-merge show mapping.csv.journal.db --room Rm9xT2bQe7LkVdP4s
              visitor-merge show mapping.csv.journal.db --line 17

            Shows what the mapping asked for, when it was planned, every look and every request with its answer, what \
            became of it, and what an undo did. It only reads, also while a run is going.
            """)

    @Argument(help: "The journal of a run, an audit or an undo.")
    var journal: String

    @Option(parsing: .unconditional, help: ArgumentHelp("The room to show.", valueName: "id"))
    var room: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The old or new visitor to show.", valueName: "id"))
    var visitor: String?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("The line of the mapping to show.", valueName: "number"),
        transform: Settings.number(in: Settings.lineNumbers))
    var line: Int?

    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup

    /// Lines and operations that are shown; a report has all of them.
    private static let limit = (text: 50, json: 1000)

    mutating func run() throws {
        let settings = try config.settings()
        try output.complete(from: settings)
        let subject = try subject(settings)
        let opened = try Journal.whole(at: journal)
        Output.warn(ofLogOf: opened)
        let limit = output.json ? Self.limit.json : Self.limit.text
        let history = try opened.snapshot { try $0.history(of: subject, limit: limit) }
        guard !history.isEmpty else { throw NotInJournal(subject: subject, journal: journal) }
        let undos = try undos(of: history, opened, limit)
        if output.json {
            try Output.result(jsonText(HistoryJSON(journal, subject, history, undos: undos)))
        } else {
            let text = HistoryText(instant: StatusCommand.instant)
            try Output.result(text.lines(history, undos: undos).joined(separator: "\n"))
        }
    }

    private func subject(_ settings: Settings) throws -> History.Subject {
        var (room, visitor, line) = (room, visitor, line)
        if room == nil, visitor == nil, line == nil {
            (room, visitor) = (settings.option("room"), settings.option("visitor"))
            line = try settings.lineNumber(nil)
        }
        let given =
            [room.map { History.Subject.room($0) }, visitor.map { .visitor($0) }, line.map { .line($0) }].compactMap(
                \.self)
        guard given.count == 1, let subject = given.first else {
            throw ValidationError("Name what to show: one of --room ID, --visitor ID and --line NUMBER.")
        }
        return subject
    }

    /// What became of the rooms in the undo of the job, and in the undo of that.
    private func undos(
        of history: History, _ opened: Journal, _ limit: Int
    ) throws -> [(path: String, history: History)] {
        guard let trail = try opened.undoTrail() else {
            if let path = history.job.undoneBy {
                Output.warn("The undo \(path) cannot be read, so what it did is not shown.")
            }
            return []
        }
        let rooms = Set(history.moves.map { RoomID($0.row.room) }).sorted { $0.rawValue < $1.rawValue }
        return try trail.map { undo in
            (undo.path, try undo.snapshot { try $0.history(ofRooms: rooms, limit: limit) })
        }
    }
}

/// The journal does not know what is to be shown.
struct NotInJournal: Error, CustomStringConvertible {
    var subject: History.Subject
    var journal: String

    var description: String {
        let name =
            switch subject {
            case .room(let id): "the room \(id.isEmpty ? "''" : id.shown)"
            case .visitor(let id): "the visitor \(id.isEmpty ? "''" : id.shown)"
            case .line(let number): "line \(number) of the mapping"
            }
        return
            "The journal \(journal) knows nothing of \(name). Check the id, and whether it is the journal of that job."
    }
}
