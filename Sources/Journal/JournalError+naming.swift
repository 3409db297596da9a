import Files
import Model

extension JournalError {
    /// How a person named a journal.
    package enum Naming: Sendable, Equatable {
        /// By an option of that name, or by not giving it.
        case option(String)
        /// As the argument of a command that is about a journal.
        case argument
        /// As the plan to carry out, for a mapping.
        case plan(mapping: String)
    }

    /// The same error, said to somebody who named the journal like that; what was said before stays.
    package func named(_ naming: Naming?) -> JournalError {
        guard let naming else { return self }
        if case .named = self { return self }
        return .named(self, naming)
    }

    /// The error itself, however the journal was named.
    package var unnamed: JournalError {
        if case .named(let error, _) = self { error.unnamed } else { self }
    }

    /// What `body` throws about the journal at `path` is said to somebody who named it like that.
    package static func naming<Value>(
        _ path: String, _ naming: Naming, _ body: () throws -> Value
    ) throws -> Value {
        do {
            return try body()
        } catch let error as JournalError where error.path == path {
            throw error.named(naming)
        }
    }

    /// The file that the error is about.
    package var path: String {
        switch self {
        case .missing(let path), .notAJournal(let path), .symbolicLink(let path), .inTheWay(let path),
            .foreign(let path), .exposed(let path), .networkFileSystem(let path, _), .readOnly(let path),
            .newerFormat(let path, _), .otherMapping(let path, _, _), .otherServer(let path, _, _),
            .otherKind(let path, _, _), .otherShard(let path, _, _), .noUnion(let path, _), .otherPlan(let path, _),
            .planUsed(let path, _), .planTooOld(let path, _, _), .planUnfinished(let path), .planSampled(let path),
            .foreignLog(let path),
            .undone(let path, _), .jobUndone(let path, _), .saved(let path, _), .locked(let path, _),
            .cannotCreate(let path, _),
            .diskFull(let path), .damaged(let path, _), .failed(let path, _),
            .fault(let path, _):
            path
        case .sharedFolder(let fault): fault.folder
        case .named(let error, _): error.path
        }
    }
}

/// What else there is to name or to do; parts of sentences, and their ends: nothing stands behind a command.
extension JournalError.Naming {
    var noun: String {
        if case .plan = self { "plan" } else { "journal" }
    }

    /// The journal that was probably meant where a mapping was named; a sentence.
    func near(_ path: String) -> String? {
        guard self == .argument, Journal.exists(at: path + ".journal.db") else { return nil }
        return "Name the journal of that mapping: \(path).journal.db"
    }

    /// How to come by a journal where there is none.
    var beginning: String {
        if case .plan = self { audit } else { "start with: visitor-merge run MAPPING" }
    }

    /// What to name in the place of a file that is no such journal; a sentence.
    var another: String {
        switch self {
        case .option(let option): "Name another one with \(option)."
        case .argument: "Name the journal of a run, such as mapping.csv.journal.db."
        case .plan: "To make a plan, \(audit)"
        }
    }

    var orElsewhere: String {
        if case .option(let option) = self { ", or name another place with \(option)" } else { "" }
    }

    var withOption: String {
        switch self {
        case .option(let option): " with \(option)"
        case .argument: ""
        case .plan: " with --plan"
        }
    }

    /// The end of a sentence; `remark` is what becomes of a job that is begun anew.
    ///
    /// The report of the first job is evidence: a second one has to be elsewhere.
    func anew(with remark: String = "") -> String {
        switch self {
        case .option(let option): "start anew with another \(option) and another --report\(remark)."
        case .argument: "run the mapping anew with another --journal and another --report\(remark)."
        case .plan: audit
        }
    }

    /// What to do about a damaged journal; the end of a sentence.
    var mended: String {
        if case .argument = self {
            "restore it from a backup, with the -wal file that was beside it. A new run does not know which rooms this job "
                + "moved, so they could not be undone."
        } else {
            anew(with: ": rooms that were moved already will be found and reported as such")
        }
    }

    /// The end of a sentence.
    var audit: String {
        if case .plan(let mapping) = self {
            "audit again: visitor-merge audit \(mapping.fileForShell)"
        } else {
            "audit again."
        }
    }
}
