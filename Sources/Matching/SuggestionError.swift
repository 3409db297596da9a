package import Files
import GRDB

/// What keeps duplicates from being suggested; each case says what to do, and none holds personal data.
package enum SuggestionError: Error, Sendable, Equatable, CustomStringConvertible {
    case locked(path: String)
    /// Others may exchange files in the folder of the mapping.
    case sharedFolder(FolderFault)
    case notOurs(path: String)
    case otherJob(path: String, begun: String, asked: String)
    case cannotCreate(path: String, why: String)
    case diskFull(path: String)
    case failed(path: String, why: String)
    /// SQLite cannot make sense of the file.
    case damaged(path: String)
    case cannotRemove(path: String, why: String)
    /// A journal that says nothing about merges that are done.
    case notDone(journal: String, kind: String)
    /// A journal of a run on another server.
    case doneElsewhere(journal: String, server: String, asked: String)
    /// No visitor of an export has the field by which the one to keep is to be chosen.
    case nothingToKeepBy(SurvivorRule, field: String)

    package var description: String {
        switch self {
        case .locked(let path):
            "Another suggest works on \(path). Wait for it to end (--wait 10m), or name another mapping with --output."
        case .sharedFolder(let fault): "\(fault)"
        case .notOurs(let path):
            "\(path) is in the way: it is no working file of this command, or not yours. It was not touched. Name another "
                + "mapping with --output, or move it away."
        case .otherJob(let path, let begun, let asked):
            "\(path) holds what an earlier suggest read (\(begun)), and this one was asked for something else "
                + "(\(asked)). Ask for the same to resume it, or remove the file to start again."
        case .cannotCreate(let path, let why):
            "Cannot create the working file \(path): \(why). Name a mapping in a writable place with --output."
        case .diskFull(let path):
            "The disk that holds \(path) is full. Free some space and run the same command again."
        case .failed(let path, let why):
            "The working file \(path) cannot be used: \(why). Run the same command again, or name a mapping in another "
                + "place with --output."
        case .damaged(let path):
            "The working file \(path) is damaged. Remove it to start again."
        case .cannotRemove(let path, let why):
            "Cannot remove \(path): \(why). It may hold personal data: remove it yourself."
        case .notDone(let journal, let kind):
            "\(journal) is the journal of \(kind.first.map { "aeiou".contains($0) } == true ? "an" : "a") \(kind), and merges "
                + "are made by a run. Name the journal of the run with --done, such as mapping.csv.journal.db."
        case .doneElsewhere(let journal, let server, let asked):
            "The merges in \(journal) were made on \(server), and the visitors are those of \(asked). Leave the journal out "
                + "of --done, or name the server with --url."
        case .nothingToKeepBy(let policy, let field):
            "No visitor of the export has the field \(field), so --keep \(policy.rawValue) has nothing to go by. Export "
                + "that field too, or keep another one."
        }
    }

    init(_ error: DatabaseError, path: String) {
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(path: path)
        case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path: path)
        case .SQLITE_NOTADB, .SQLITE_CORRUPT: self = .damaged(path: path)
        // The message of SQLite would do too, but may repeat values.
        default: self = .failed(path: path, why: "SQLite error \(error.resultCode)")
        }
    }
}
