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
    case missingColumns(MissingColumns)
    /// The header of an export of visitors has no column with their ids.
    case noVisitorColumn(found: [String])
    /// The header has more than one column for a purpose, or one column for two.
    case ambiguousColumns(role: ColumnRole, names: [String])
    /// The file is text in an encoding other than UTF-8.
    case encoding(what: String)
    /// The file is neither CSV nor JSON lines, but a workbook or an archive.
    case unknownFormat(String)
    /// Reading stopped in the middle; the reason is the system's.
    case inputOutput(String, reason: String)

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
        case .empty, .brokenHeader, .missingColumns, .noVisitorColumn, .ambiguousColumns, .encoding, .unknownFormat:
            .unusable
        case .inputOutput: .readingFailed
        }
    }
}

extension MappingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noExport(let trouble):
            trouble.description
        case .missing(let name):
            "There is no file \(name)."
        case .unreadable(let name, let reason):
            "\(name) cannot be opened: \(reason)."
        case .directory(let name):
            "\(name) is a directory; what is read has to be a file, or - for standard input."
        case .empty(let name):
            "\(name == "-" ? "Standard input" : name) is empty: not even a header."
        case .brokenHeader(let line, let detail):
            "The header in line \(line) cannot be read: \(detail)."
        case .missingColumns(let columns):
            columns.description
        case .noVisitorColumn(let found):
            "The header has no column for the id of a visitor: _id, id or visitor_id. It has \(found.listedForPerson)."
        case .ambiguousColumns(let role, let names):
            "More than one way to read the \(role.rawValue) column: \(names.listedForPerson). Say which with --columns."
        case .encoding(let what):
            "The file is \(what). Save it as UTF-8, for example as “CSV UTF-8” in a spreadsheet, or convert it with iconv."
        case .unknownFormat(let name):
            "\(name) is a workbook or an archive, not text. Export it as CSV (UTF-8) or as one JSON object a line."
        case .inputOutput(let name, let reason):
            "Reading \(name) failed: \(reason)."
        }
    }
}
