import FoundationEssentials
import Journal
import Mapping
import Matching
import Model
import RocketChat

/// What was decided and done before: the decisions that a person has saved, and the journals of runs.
struct EarlierWork: Sendable {
    /// The file of decisions; `nil` if there is none.
    var decisions: String?
    /// The journals of runs, each once.
    var journals: [String]

    /// What of it was taken.
    struct Tally: Sendable, Equatable {
        var decisions = DecisionTally()
        /// Journals whose merges do not count, because they were undone.
        var undone: [String] = []
    }

    /// Takes all of it into the working file before anything is read for long, in the place of what was taken earlier.
    ///
    /// `server` is the one that is read; `nil` for an export, which may be of any.
    func load(into file: VisitorStore, server: ServerAddress?) throws -> Tally {
        var tally = Tally()
        try file.forgetMerges()
        for path in journals {
            let isTaken = try JournalError.naming(path, .option("--done")) {
                try Self.take(path, server, into: file)
            }
            if !isTaken { tally.undone.append(path) }
        }
        guard let path = decisions else {
            try file.forgetDecisions()
            return tally
        }
        var reader = try DecisionReader(path)
        tally.decisions = try file.take(decisions: path, &reader)
        return tally
    }

    /// - Returns: false if the job was undone.
    private static func take(_ path: String, _ server: ServerAddress?, into file: VisitorStore) throws -> Bool {
        let journal = try Journal.whole(at: path)
        Output.warn(ofLogOf: journal)
        let isTaken = try journal.snapshot { journal in
            let job = try journal.job()
            guard job.kind == .run else { throw SuggestionError.notDone(journal: path, kind: job.kind.rawValue) }
            if let server, server.description != job.server {
                throw SuggestionError.doneElsewhere(journal: path, server: job.server, asked: server.description)
            }
            if let undo = try journal.undo(), undo.isInForce { return false }
            try file.takeMerges { body in try journal.forEachVisitorMerged(body) }
            return true
        }
        try journal.close()
        return isTaken
    }
}
