import Model

/// Why a mapping cannot be read at all.
///
/// A single bad line is never an error: it is a ``MappingLine`` with a rejection.
package enum MappingError: Error, Equatable, Sendable {
    /// The file is no export of visitors as it is.
    case noExport(VisitorFileTrouble)
    /// There is no file of this path.
    case missing(String)
    /// The file is there and cannot be opened; the reason is the system's.
    case unreadable(String, reason: String)
    /// The path is a directory.
    case directory(String)
    /// Nothing in it but blank lines, or nothing at all.
    case empty(String)
    /// The header itself has broken quotes or is too long.
    case brokenHeader(line: Int, detail: String)
    /// The header lacks columns.
    case missingColumns(MissingColumnsError)
    /// The header of an export of visitors has no column with their ids.
    case noVisitorColumn(found: [String])
    /// The header has more than one column for a purpose, or one column for two.
    case ambiguousColumns(role: ColumnRole, names: [String])
    /// No column is for the room, and some look as if they were meant for it; `isUnique` says that no two columns have
    /// one name.
    case overlookedRoom(columns: [String], old: String, new: String, isUnique: Bool)
    /// The first line holds ids where the names of the columns belong; it has so many fields.
    case noHeader(line: Int, fields: Int, delimiter: Delimiter)
    /// The header stands behind a line that could be one of the mapping.
    case linesBeforeHeader(line: Int, header: Int)
    /// The columns are found with another delimiter than the one that was asked for.
    case wrongDelimiter(given: Delimiter, right: Delimiter)
    /// The fields are divided by something that is never looked for.
    case foreignDelimiter(String)
    /// The file is JSON, but not an object a line as it has to be here.
    case json(JSONStart, name: String)
    /// The objects have none of the keys that a mapping has.
    case foreignKeys([String], name: String)
    /// The file is text in an encoding other than UTF-8.
    case encoding(what: String, name: String)
    /// The file is neither CSV nor JSON lines.
    case foreignContent(ForeignContent, name: String)
    /// Something is wrong with a file that holds zero bytes.
    indirect case zeroBytes(MappingError, name: String)
    /// Reading stopped in the middle; the reason is the system's.
    case inputOutput(String, reason: String)
    /// The reader was asked to stop while it waited for more; no fault of anything.
    case stopped

    /// What an error means for the command that asked.
    package enum Kind: Sendable {
        /// There is nothing to read: exit status 66.
        case missing
        /// What was read is no mapping: exit status 65.
        case unusable
        /// Reading began and failed: exit status 74.
        case readingFailed
    }

    /// Which of the three it is.
    package var kind: Kind {
        switch self {
        case .noExport: .unusable
        case .missing, .unreadable, .directory: .missing
        case .empty, .brokenHeader, .missingColumns, .noVisitorColumn, .ambiguousColumns, .overlookedRoom, .noHeader,
            .linesBeforeHeader, .wrongDelimiter, .foreignDelimiter, .json, .foreignKeys, .encoding,
            .foreignContent, .zeroBytes:
            .unusable
        case .inputOutput, .stopped: .readingFailed
        }
    }
}

extension MappingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noExport(let trouble):
            trouble.description
        case .missing(let name):
            "There is no file \(name). Check its name and the folder: give the path as it is from here, or from /."
        case .unreadable(let name, let reason):
            "\(name) cannot be opened: \(reason)."
        case .directory(let name):
            name == "-"
                ? "Standard input is a directory; send a file to it, with < FILE or through a pipe."
                : "\(name) is a directory; what is read has to be a file, or - for standard input."
        case .empty(let name):
            "\(Self.title(name)) is empty: not even a header."
        case .brokenHeader(let line, let detail):
            "The header in line \(line) cannot be read: \(detail). "
                + "Write the names of the columns there without quotes, such as old_visitor_id,new_visitor_id,room_id."
        case .missingColumns(let columns):
            columns.description
        case .noVisitorColumn(let found):
            "The header has no column for the id of a visitor: _id, id or visitor_id. It has \(found.listedForPerson)."
        case .ambiguousColumns(let role, let names):
            Self.sentence(role, ambiguous: names)
        case .overlookedRoom(let columns, let old, let new, let isUnique):
            Self.sentence(overlooked: columns, old: old, new: new, isUnique: isUnique)
        case .noHeader(let line, let fields, let delimiter):
            Self.sentence(noHeader: line, fields: fields, delimiter: delimiter)
        case .linesBeforeHeader(let line, let header):
            "Line \(line) stands before the header in line \(header) and would be lost. Move the header to the top, or "
                + "delete the lines above it."
        case .wrongDelimiter(let given, let right):
            "The header has no columns for the visitors with --delimiter \(given.rawValue); with --delimiter "
                + "\(right.rawValue) it has."
        case .foreignDelimiter(let sign):
            "The fields are divided by \(sign.quotedForPerson). Save the file with commas, semicolons, tabs or pipes (|) "
                + "between them."
        case .json(let start, let name):
            start.sentence(name)
        case .foreignKeys(let keys, let name):
            "The objects in \(Self.title(name)) have no keys for the old and the new visitor (old_visitor_id, "
                + "new_visitor_id). Their keys are \(keys.listedForPerson). Name those that hold the ids with --columns "
                + "old=KEY,new=KEY[,room=KEY]."
        case .encoding(let what, let name):
            Self.sentence(encoding: what, name)
        case .foreignContent(let content, let name):
            content.sentence(name)
        case .zeroBytes(let error, let name):
            "\(error) \(Self.title(name)) holds zero bytes, which no text does: was it cut short, or is it no UTF-8? Export it "
                + "again."
        case .inputOutput(let name, let reason):
            "Reading \(name == "-" ? "standard input" : name) failed: \(reason)."
        case .stopped:
            "Reading was stopped."
        }
    }

    /// What a sentence that begins with the input calls it.
    static func title(_ name: String) -> String { name == "-" ? "Standard input" : name }

    private static func sentence(encoding: String, _ name: String) -> String {
        let conversion = "iconv -f \(encoding) -t UTF-8"
        let what = "\(title(name)) is \(encoding), and UTF-8 is wanted."
        guard name != "-" else { return "\(what) Send it through \(conversion) first." }
        let ending = [".csv", ".tsv", ".jsonl", ".ndjson"].first { name.lowercased().hasSuffix($0) } ?? ""
        let converted = name.dropLast(ending.count) + ".utf8" + name.suffix(ending.count)
        return "\(what) Export it again as “CSV UTF-8”, or convert it: \(conversion) \(name.fileForShell) > "
            + String(converted).fileForShell
    }

    private static func sentence(_ role: ColumnRole, ambiguous names: [String]) -> String {
        let problem = "More than one way to read the \(role.rawValue) column: \(names.listedForPerson)."
        let isOneName = Set(names.map { Array($0.utf8) }).count < names.count
        return problem
            + (isOneName
                ? " Columns of one name cannot be told apart: rename or delete one of them."
                : " Say which with --columns, or rename one of them.")
    }

    private static func sentence(overlooked columns: [String], old: String, new: String, isUnique: Bool) -> String {
        let one = columns.count == 1
        let problem =
            "\(columns.listedForPerson) \(one ? "looks as if it were" : "look as if they were") meant for the room, and a room that is overlooked would "
            + "move all rooms of the visitor."
        let option = ColumnNames(old: old, new: new, room: columns[0]).option
        let without = ColumnNames(old: old, new: new, room: "").option
        guard isUnique, let option, let without else {
            return
                "\(problem) If it is the room, rename it to room_id; if it is not, delete it or give it another name."
        }
        return
            "\(problem) If the file names no rooms and all rooms of each old visitor are to move, add \(without) to the "
            + "command. If it is the room, add: \(option)"
    }

    private static func sentence(noHeader line: Int, fields: Int, delimiter: Delimiter) -> String {
        let names = ["old_visitor_id", "new_visitor_id", "room_id"]
        let header = (0..<fields).map { $0 < names.count ? names[$0] : "column_\($0 + 1)" }
            .joined(separator: delimiter == .tab ? "<tab>" : String(UnicodeScalar(delimiter.byte)))
        return
            "Line \(line) holds ids where the names of the columns belong: the file seems to have no header. Add one as the "
            + "first line, in the order of the columns, for example \(header.printable)"
    }
}
