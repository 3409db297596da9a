import Model

/// What a file that is no text of ours seems to be, as far as its first bytes tell.
package enum ForeignContent: Equatable, Sendable {
    /// Packed by this program, which also unpacks it.
    case packed(by: String)
    case zip
    case workbook
    case database
    /// Something that everybody knows by this name, such as a PDF.
    case known(String)
    /// HTML or XML.
    case markup
    /// No text at all; why it has no header, if that is known.
    case binary(String?)

    /// What the file is and what to do, as a sentence that ends with a command if there is one to type.
    func sentence(_ name: String) -> String {
        let title = MappingError.title(name)
        let wanted = "as CSV (UTF-8) or as one JSON object a line"
        switch self {
        case .packed(let program):
            let what = "\(title) is a \(program) archive, not text."
            guard name != "-" else { return "\(what) Send it through \(program) -dc first." }
            let rest = name.hasSuffix(Self.ending(of: program)) ? name.dropLast(Self.ending(of: program).count) : ""
            let unpacked = rest.isEmpty || rest.hasSuffix("/") ? name + ".unpacked" : String(rest)
            return "\(what) This unpacks it: \(program) -dc \(name.fileForShell) > \(unpacked.fileForShell)"
        case .zip:
            return "\(title) is a workbook or an archive (ZIP), not text. Export the workbook \(wanted), or unpack the "
                + "archive, and name the file that comes of it."
        case .workbook:
            return "\(title) is a workbook, not text. Open it in a spreadsheet and export the sheet \(wanted)."
        case .database:
            return "\(title) is an SQLite database, not text. If it is a journal: visitor-merge status "
                + (name == "-" ? "JOURNAL" : name.fileForShell)
        case .known(let what):
            return "\(title) is \(what), not text. Export the mapping \(wanted)."
        case .markup:
            return
                "\(title) is HTML or XML, whatever its name says. Open it in a spreadsheet and export the sheet \(wanted)."
        case .binary(let why):
            return
                "\(title) is no text, so there is no header in it\(why.map { " (\($0))" } ?? ""). Export the mapping "
                + "\(wanted)."
        }
    }

    private static func ending(of program: String) -> String {
        switch program {
        case "gzip": ".gz"
        case "bzip2": ".bz2"
        case "zstd": ".zst"
        default: "." + program
        }
    }
}
