import ArgumentParser
import Journal
import Mapping
import Migration
import Model

/// Which part of a job to undo; shared names mean the union of all.
struct UndoPartOptionGroup: ParsableArguments {
    @Option(
        name: .customLong("room"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Undo the moves of this room only; may be repeated, also beside the other three.", valueName: "id"))
    var rooms: [String] = []

    @Option(
        name: .customLong("visitor"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Undo the moves from or to this visitor only; may be repeated.", valueName: "id"))
    var visitors: [String] = []

    @Option(
        name: .customLong("line"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Undo what this line of the mapping moved only; may be repeated.", valueName: "number"),
        transform: Settings.number(in: Settings.lineNumbers))
    var lines: [Int] = []

    @Option(
        name: .customLong("only"),
        help: ArgumentHelp(
            """
            Undo what this file names only; may be repeated. A lines.csv or operations.csv of the job's report with rows \
            deleted, or a CSV file with a column room_id.
            """, valueName: "file"))
    var files: [String] = []

    /// The long names of the options.
    static let names: Set<String> = ["room", "visitor", "line", "only"]

    /// What they name, or what the settings name if none is given; blocks its thread while files are read.
    func selection(_ settings: Settings) throws -> UndoSelection {
        var selection = UndoSelection()
        (selection.rooms, selection.visitors, selection.lines) = (rooms, visitors, lines)
        var files = files
        if selection.isEverything, files.isEmpty {
            selection.rooms = settings.option("room").map { [$0] } ?? []
            selection.visitors = settings.option("visitor").map { [$0] } ?? []
            selection.lines = try settings.lineNumber(nil).map { [$0] } ?? []
            files = settings.option("only").map { [$0] } ?? []
        }
        for file in files {
            let list: RoomList
            do {
                list = try RoomList(MappingSource(file))
            } catch let flaw as RoomList.Flaw {
                throw UndoPartError.noList(file, flaw)
            }
            selection.rows += list.rows.map { row in
                UndoSelection.Row(
                    name: "line \(row.number) of \(file)", room: row.room, line: row.line, oldVisitor: row.oldVisitor,
                    newVisitor: row.newVisitor)
            }
        }
        return selection
    }
}

extension Settings {
    /// What the number of a line can be.
    static let lineNumbers = 1...(1 << 48)

    /// The number of a line; `nil` if none is given.
    func lineNumber(_ option: Int?) throws -> Int? {
        try optional(option, "line", expected: "the number of a line") { text in
            Int(text).flatMap { Self.lineNumbers.contains($0) ? $0 : nil }
        }
    }
}

/// Why a part of a job is not undone; nothing has been moved.
enum UndoPartError: Error, CustomStringConvertible {
    case noList(String, RoomList.Flaw)
    case problems([UndoProblem], journal: String)
    /// Another journal has an undo of the job already.
    case otherUndo(journal: String, undo: String)

    private static let shown = 20

    var description: String {
        switch self {
        case .noList(let file, .noColumn(let found)):
            "\(file) has no column for the room (room_id) or the line (line). It has \(found.map(\.shown).joined(separator: ", ")). "
                + "Write the names of the columns into the first line."
        case .noList(let file, .badRow(let number, let why)):
            "Line \(number) of \(file) cannot be used: \(why). Nothing was moved."
        case .noList(let file, .noRows):
            "\(file) names no room: it has a header and no rows. Nothing was moved."
        case .problems(let problems, let journal):
            (problems.prefix(Self.shown).map { $0.sentence(journal) }
                + (problems.count > Self.shown ? ["And \(problems.count - Self.shown) more."] : [])
                + ["Nothing was moved. Correct what is named, and run the command again."]).joined(separator: " ")
        case .otherUndo(let journal, let undo):
            "The job of the journal \(journal) was undone in part with the journal \(undo), which knows what is back. Undo "
                + "the rest with it: --undo-journal \(undo.fileForShell)"
        }
    }
}

extension UndoProblem {
    func sentence(_ journal: String) -> String {
        switch self {
        case .unknown(let name): "The journal \(journal) knows nothing of \(name.inWords)."
        case .notMoved(let name): "The job of the journal \(journal) has moved nothing of \(name.inWords)."
        case .otherJob(let name):
            "The journal \(journal) says something else than \(name.inWords): is it a list of another job?"
        case .movedOn(let room, let line, let later):
            "Line \(later) moved the room \(room.shown) on after line \(line), and goes back first: name it too, with "
                + "--line \(later), or all moves of the room with --room \(room.quotedForShell)."
        }
    }
}

extension UndoProblem.Name {
    fileprivate var inWords: String {
        switch self {
        case .room(let id): "the room \(id.isEmpty ? "''" : id.shown)"
        case .visitor(let id): "the visitor \(id.isEmpty ? "''" : id.shown)"
        case .line(let number): "line \(number) of the mapping"
        case .row(let name): name.shown
        }
    }
}
