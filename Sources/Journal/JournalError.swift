package import Files
import GRDB
package import Model

/// What keeps a command from using a journal; each case says what to do.
package enum JournalError: Error, Sendable, Equatable, CustomStringConvertible {
    case missing(path: String)
    case notAJournal(path: String)
    case symbolicLink(path: String)
    /// Something stands where a file of ours is to be written, under the name that it has.
    case inTheWay(path: String)
    case foreign(path: String)
    case exposed(path: String)
    case networkFileSystem(path: String, kind: String)
    case readOnly(path: String)
    case newerFormat(path: String, toolVersion: String)
    case otherMapping(path: String, planned: String, given: String)
    case otherServer(path: String, planned: String, given: String)
    case otherKind(path: String, planned: Job.Kind, wanted: Job.Kind)
    case otherShard(path: String, planned: Shard?, given: Shard?)
    /// Journals that are no parts of one job.
    case noUnion(path: String, why: String)
    case otherPlan(path: String, plan: String)
    case planUsed(path: String, by: String)
    case planTooOld(path: String, age: Duration, maxAge: Duration)
    case planUnfinished(path: String)
    case planSampled(path: String)
    case undone(path: String, by: String)
    /// A run that would go on with a job whose rooms an undo has moved back.
    case jobUndone(path: String, by: String)
    /// A run lost its journal while it went, and saved what that held.
    case saved(path: String, copy: String)
    case locked(path: String, holder: String)
    case cannotCreate(path: String, why: String)
    case diskFull(path: String)
    /// Others may exchange files in the folder of the journal.
    case sharedFolder(FolderFault)
    /// The log beside the journal was written for another file.
    case foreignLog(path: String)
    case damaged(path: String, why: String)
    case failed(path: String, why: String)
    /// A fault of this program; the journal itself is sound.
    case fault(path: String, why: String)
    /// Another one, about a journal that was named in a way that decides what can be named instead.
    indirect case named(JournalError, Naming)

    package var description: String { sentence(.option("--journal")) }

    /// What happened, to what, and what to do; `naming` is how the journal was named.
    private func sentence(_ naming: Naming) -> String {
        switch self {
        case .named(let error, let naming):
            error.sentence(naming)
        case .missing(let path):
            "There is no \(naming.noun) at \(path.isEmpty ? "''" : path). \(naming.near(path) ?? "Check the path, or \(naming.beginning)")"
        case .notAJournal(let path):
            "\(path) is not a visitor-merge journal, and was not touched. \(naming.near(path) ?? naming.another)"
        case .symbolicLink(let path):
            "\(path) is a symbolic link. A journal is never written through a link: name the file itself."
        case .inTheWay(let path):
            "\(path) is in the way: it is a link, a folder, a pipe or somebody else's file, and nothing is written to "
                + "such. Remove it if it is not needed\(naming.orElsewhere)."
        case .foreign(let path):
            "The journal \(path) belongs to another user. A run does what its journal says, so it goes on with one of "
                + "yours only: copy it to a folder of yours and name the copy\(naming.withOption)."
        case .exposed(let path):
            "Others can read the journal \(path), and only its owner can change that. Have its owner run chmod 600 on it, or "
                + "\(naming.anew())"
        case .networkFileSystem(let path, let kind):
            "\(path) is on a network file system (\(kind)), where a journal is not safe: two runs could not see each "
                + "other. Name a place on a disk of this machine\(naming.withOption)."
        case .readOnly(let path):
            "The journal \(path) cannot be used where it is: it or its folder cannot be written, and even reading needs "
                + "files beside it. Copy it, with \(path)-wal if that is there, to a folder of yours and name the copy."
        case .newerFormat(let path, let version):
            "The journal \(path) was written by visitor-merge \(version), which is newer than this one. "
                + "Use that version to go on with it."
        case .otherMapping(let path, let planned, let given) where planned == given && planned != "-":
            "\(given) has other content now than when the journal \(path) was planned from it, and a job is carried "
                + "through with the mapping that it began with. To go on with that job, put the earlier content of \(given) back and run "
                + "the same command. For the changed mapping, \(naming.anew())"
        case .otherMapping(let path, let planned, let given):
            "The journal \(path) was planned from \(Self.input(planned)), and \(Self.input(given)) has other content. "
                + "Restore the mapping to go on, or \(naming.anew())"
        case .otherServer(let path, let planned, let given):
            "The journal \(path) belongs to the server \(planned), not to \(given). "
                + "If that is the server you mean, name it with --url to go on, or \(naming.anew())"
        case .otherKind(let path, let planned, let wanted):
            "The journal \(path) is that of \(named(planned)), not of \(named(wanted)). \(naming.another)"
        case .otherShard(let path, let planned, let given):
            "The journal \(path) is for \(named(planned)), not for \(named(given)). Give the --shard that it was planned "
                + "with, or \(naming.anew())"
        case .noUnion(let path, let why):
            "\(path) \(why). Name every part of one job once: visitor-merge report JOURNAL…"
        case .otherPlan(let path, let plan):
            "The journal \(path) was not made from the plan \(plan). Go on with it without --plan, or carry the plan out "
                + "with another --journal and another --report."
        case .planUsed(let path, let by):
            "The plan \(path) was carried out before, by the journal \(by). For what is left \(naming.audit)"
        case .planTooOld(let path, let age, let maxAge):
            "The audit \(path) ended \(age.inWords) ago, and a plan is good for \(maxAge.inWords). Allow "
                + "more with --plan-max-age, or \(naming.audit)"
        case .undone(let path, let by):
            "The undo \(path) was itself undone, by \(by). To move back again, give the new undo a journal of its own: "
                + "--undo-journal FILE"
        case .jobUndone(let path, let by):
            "The job of the journal \(path) was undone by \(by), and is not gone on with. To move its rooms again: "
                + "visitor-merge undo \(by.fileForShell). Or \(naming.anew())"
        case .saved(let path, let copy):
            "A run lost the journal \(path) while it went, and saved all that it knew as \(copy). To resume, run the same "
                + "command after \(Journal.puttingBack(copy, at: path)). If that copy is not needed, move it elsewhere."
        case .planUnfinished(let path):
            "The audit \(path) did not come to its end. Before you carry it out, \(naming.audit)"
        case .planSampled(let path):
            "The audit \(path) looked at a random part of the mapping only (--sample), and is no plan for a run. To make a "
                + "plan, \(naming.audit)"
        case .locked(let path, let holder):
            "The journal \(path) is in use by \(holder). Wait for it to end (--wait 10m), or look at it with: "
                + "visitor-merge status \(path.fileForShell)"
        case .cannotCreate(let path, let why):
            "Cannot create the journal \(path): \(why). Name a writable place\(naming.withOption)."
        case .diskFull(let path):
            "The disk that holds \(path) is full. Nothing recorded is lost: free some space and run the same command."
        case .sharedFolder(let fault): "\(fault)"
        case .foreignLog(let path):
            "The log \(path)-wal does not belong to the journal \(path): one of them was put there without the other. "
                + "Put back the one that is missing. If the log of this journal is lost, rooms that were moved last count as "
                + "moved by another: "
                + "mv \("\(path)-wal".fileForShell) \("\(path)-wal.other".fileForShell)"
        case .damaged(let path, let why):
            "The journal \(path) is damaged (\(why)). Keep it for evidence, and "
                + naming.mended
        case .failed(let path, let why):
            "The journal \(path) cannot be used: \(why)."
        case .fault(let path, let why):
            "This is a fault of visitor-merge and not of the journal \(path), which is kept as it is: \(why). Please "
                + "report it."
        }
    }

    private func named(_ shard: Shard?) -> String {
        shard.map { "part \($0.index) of \($0.count)" } ?? "the whole mapping"
    }

    private func named(_ kind: Job.Kind) -> String {
        kind == .audit || kind == .undo ? "an \(kind.rawValue)" : "a \(kind.rawValue)"
    }

    /// A mapping as a person names it.
    private static func input(_ path: String) -> String { path == "-" ? "standard input" : path }

    /// An error of the database library as one of ours about the file at `path`; others stay as they are.
    static func translated(_ error: any Error, path: String) -> any Error {
        switch error {
        case let error as DatabaseError: Self(error, path: path)
        // A value that the tables' own rules do not allow: something else than SQLite has written it.
        case is RowDecodingError: Self.damaged(path: path, why: "it holds a value of the wrong kind")
        case let error as BrokenRule: Self.fault(path: path, why: error.what)
        case let error as ImpossibleValue: Self.damaged(path: path, why: "it holds \(error.what)")
        default: error
        }
    }

    private static let lockedElsewhere =
        "another program keeps it locked. Close that program, then run the same command"

    /// True if another program than this one has locked the journal.
    package var isLockedElsewhere: Bool {
        if case .failed(_, Self.lockedElsewhere) = unnamed { true } else { false }
    }

    /// What SQLite says of tables that another program has changed, and of values that it has put there.
    private static let isDamage = [
        "no such table", "no such column", "no such index", "no such view", "malformed", "integer overflow",
        "view ", "table ", "unsupported file format",
    ]

    private init(_ error: DatabaseError, path: String) {
        let why = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_FULL: self = .diskFull(path: path)
        case .SQLITE_NOTADB: self = .notAJournal(path: path)
        case .SQLITE_CORRUPT: self = .damaged(path: path, why: why)
        // A value that came from the tables, which forbid it, or a row that another one there names and that is gone.
        case .SQLITE_CONSTRAINT where why.hasPrefix("cannot store") || why.hasPrefix("FOREIGN KEY"), .SQLITE_MISMATCH:
            self = .damaged(path: path, why: why)
        // The statements are fixed, so one that does not fit the tables means that these are not what they were.
        case .SQLITE_ERROR where Self.isDamage.contains { why.hasPrefix($0) }: self = .damaged(path: path, why: why)
        case .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_MISUSE, .SQLITE_RANGE, .SQLITE_INTERNAL:
            self = .fault(path: path, why: why)
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self = .failed(path: path, why: Self.lockedElsewhere)
        case .SQLITE_READONLY, .SQLITE_CANTOPEN: self = .readOnly(path: path)
        // SQLite ends a message with a dash where the system says nothing more.
        default: self = .failed(path: path, why: why.hasSuffix(" - ") ? String(why.dropLast(3)) : why)
        }
    }
}
