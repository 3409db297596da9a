import ArgumentParser
import FoundationEssentials
import Journal
import Model
import Report

struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs",
        abstract: "List the journals in a folder, each with its state.",
        discussion: """
            Example:
              visitor-merge jobs /var/lib/visitor-merge

            The states are running, settled, needs-review, unfinished, would-wait (of an \
            audit), undone, unbalanced and unreadable. status JOURNAL \
            says more of each. Nothing is written.

            Exit status: 0 every journal was read · 1 some journals cannot be read · 66 there is no such folder
            """)

    @Argument(help: "The folder; default: the one where the command is typed.")
    var folder = "."

    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup

    mutating func run() throws {
        let settings = try config.settings()
        try output.complete(from: settings)
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw NoSuchFolder(path: folder)
        }
        let prefix = folder == "." ? "" : folder.hasSuffix("/") ? folder : folder + "/"
        let paths = names.filter { !$0.hasPrefix(".") }.sorted().map { prefix + $0 }
        let jobs = paths.filter { Journal.looksLikeOne(at: $0) }.map { ListedJob(at: $0) }
        if output.json {
            try Output.result(jsonText(Page(folder: folder, jobs: jobs)))
        } else if jobs.isEmpty {
            if !output.quiet { try Output.result("No journals in \(folder.shown).") }
        } else {
            try Output.result(Self.table(jobs))
        }
        try (jobs.contains { $0.state == .unreadable } ? ExitStatus.needsPerson : .settled).end()
    }

    private static func table(_ jobs: [ListedJob]) -> String {
        let rows = jobs.map(\.cells)
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            (zip(row, widths).map { $0.padded(to: $1) } + row.dropFirst(3)).joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// As `visitor-merge/jobs/1`.
    private struct Page: Encodable {
        var schema = "visitor-merge/jobs/1"
        var folder: String
        var jobs: [ListedJob]
    }
}

/// There is no folder to list, or it cannot be read.
struct NoSuchFolder: Error, CustomStringConvertible {
    var path: String

    var description: String { "Cannot list \(path.shown): there is no such folder, or you may not read it." }
}

/// A journal in a list.
struct ListedJob: Encodable {
    enum State: String, Encodable {
        case running
        case settled
        case needsReview = "needs-review"
        case unfinished
        /// An audit that is through, of which a run would leave something for later.
        case wouldWait = "would-wait"
        case undone
        case unbalanced
        case unreadable

        init(_ verdict: Reconciliation.Verdict) {
            self =
                switch verdict {
                case .settled: .settled
                case .needsPerson: .needsReview
                case .goesOn: .unfinished
                case .undone: .undone
                case .unbalanced: .unbalanced
                }
        }
    }

    let journal: String
    var state: State
    var kind: String?
    var mapping: String?
    var server: String?
    /// What `status` would end with.
    var status: Int32?
    var lines: Int?
    /// Lines that the same command would go on with, and lines that need review.
    var left: Int?
    var review: Int?
    var planned: String?
    var ended: String?
    var stopped_because: String?
    /// Who works on it now.
    var holder: String?
    /// Why it cannot be read.
    var error: String?
    private var age: Duration?

    init(at path: String) {
        journal = path
        do {
            let opened = try Journal(at: path, for: .read)
            // A run may begin or end at any moment: one that was going before is in what is read.
            let before = JournalLock.holder(ofJournalAt: path)
            let reconciliation = try Reconciliation(of: opened)
            holder = before ?? JournalLock.holder(ofJournalAt: path)
            let state = State(reconciliation.verdict)
            let isThrough = state == .unfinished && reconciliation.isLookedThrough
            self.state = holder != nil ? .running : isThrough ? .wouldWait : state
            fill(from: reconciliation)
        } catch {
            state = .unreadable
            self.error = "\(error)"
        }
    }

    private mutating func fill(from reconciliation: Reconciliation) {
        let (job, run) = (reconciliation.job, reconciliation.runs.last)
        kind = job.kind.rawValue
        mapping = job.mappingPath
        server = job.server
        status = ExitStatus(reconciliation, stop: nil).rawValue
        lines = job.lines
        left = reconciliation.lines.reduce(0) { $0 + ($1.key.isLeftForLater ? $1.value : 0) }
        review = reconciliation.lines.reduce(0) { $0 + ($1.key.needsPerson ? $1.value : 0) }
        planned = job.plannedAt.iso8601
        ended = run?.endedAt?.iso8601
        stopped_because = run?.stop?.reason.rawValue
        let last = run?.endedAt ?? run?.startedAt ?? job.plannedAt
        age = .milliseconds(max(0, CurrentProcess.now.milliseconds - last.milliseconds))
    }

    private enum CodingKeys: CodingKey {
        case journal, state, kind, mapping, server, status, lines, left, review, planned, ended, stopped_because, holder
        case error
    }

    /// For a person, in columns.
    fileprivate var cells: [String] {
        guard let kind, let lines, let left, let review else {
            return [journal.shown, "", state.rawValue, (error ?? "").shown]
        }
        let counts =
            [counted(lines, "line")] + (left > 0 ? ["\(left.grouped) left"] : [])
            + (review > 0 ? ["\(review.grouped) to review"] : [])
        let when =
            holder.map { $0.shown } ?? age.map { ended == nil ? "begun \($0.inWords) ago" : "ended \($0.inWords) ago" }
        return [journal.shown, kind, state.rawValue, counts.joined(separator: ", ") + (when.map { " · " + $0 } ?? "")]
    }
}
