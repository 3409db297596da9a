import FoundationEssentials
import Journal
import Migration
import Model
import Report

/// What `consolidate` or `undo --contacts` came to, for people and for programs.
struct ContactsResult {
    let kind: ContactsJob.Kind
    let journal: String
    let server: String
    let started: Timestamp
    /// Why it ended early.
    var stop: Stop?
    var restoring: ContactRestoring?
    /// The directory with `contacts.csv`; `nil` for a dry run.
    var report: String?
    private var outcomes: [ContactOutcome: Int] = [:]
    private var reasons: [ContactReason: Int] = [:]
    /// Records whose writes are not taken back.
    private var unrestored = 0

    init(kind: ContactsJob.Kind, journal: String, server: String, started: Timestamp) {
        self.kind = kind
        self.journal = journal
        self.server = server
        self.started = started
    }

    mutating func read(_ contacts: ContactsJournal) throws {
        (outcomes, reasons) = try contacts.counts()
        unrestored = try contacts.undoableCount()
    }

    private func count(_ outcome: ContactOutcome) -> Int { outcomes[outcome] ?? 0 }

    var status: ExitStatus {
        if let stop { return ExitStatus(stop.reason) }
        if kind == .undo { return unrestored > 0 ? .needsPerson : .settled }
        if count(.pending) > 0 { return .goesOn }
        return count(.review) > 0 ? .needsPerson : .settled
    }

    var metrics: CommandMetrics {
        .contacts(pairs: ContactOutcome.allCases.map { ($0.rawValue, count($0)) })
    }

    /// A line for each pair, in file order; with `isQuiet` only for those that need review.
    func lines(_ contacts: ContactsJournal, isQuiet: Bool) throws -> [String] {
        guard kind != .undo else { return restoring?.left.map { "! \($0.visitor): \($0.why)" } ?? [] }
        var lines: [String] = []
        try contacts.forEachPair { pair in
            guard !isQuiet || pair.outcome == .review else { return }
            lines.append(pair.sentence(isDry: kind == .dryRun))
        }
        return lines
    }

    var summary: [String] {
        var lines = [""]
        if kind == .undo {
            lines.append(
                "\(counted(restoring?.restored ?? 0, "record")) restored, \(unrestored.grouped) not as they were before."
            )
            if let renamed = restoring?.renamed, renamed > 0 {
                lines.append("The rooms of \(counted(renamed, "old visitor")) have its name again.")
            }
        } else {
            let total = outcomes.values.reduce(0, +)
            let done = kind == .dryRun ? "would be consolidated" : "consolidated"
            lines.append(
                "Of \(counted(total, "pair")): \(count(kind == .dryRun ? .planned : .consolidated).grouped) \(done), "
                    + "\(count(.unchanged).grouped) with nothing to write, \(count(.review).grouped) for review, "
                    + "\(count(.pending).grouped) not looked at yet.")
            for (reason, number) in reasons.sorted(by: { ($0.value, $1.key.rawValue) > ($1.value, $0.key.rawValue) }) {
                lines.append("  \(number.grouped) × \(reason.explanation)")
            }
        }
        if let stop { lines.append("Ended early: \(stop.detail).") }
        if let report { lines.append("Report: \(report.shown)/contacts.csv") }
        if stop != nil || count(.pending) > 0 && kind != .undo {
            lines.append("Next: \(CommandLine.same)")
        } else if kind == .dryRun, count(.planned) > 0 {
            lines.append("Next: \(CommandLine.same(without: ["dry-run"]))")
        } else if kind == .consolidate, count(.consolidated) > 0 {
            lines.append(
                "A browser that holds an old visitor's token is still the old visitor; only its next message shows that."
            )
        }
        return lines
    }

    func json() throws -> String {
        try jsonText(
            Keys(
                tool: ["version": ToolVersion.current], mode: kind.rawValue, server: ["url": server], journal: journal,
                started: started.iso8601, ended: CurrentProcess.now.iso8601, finished: stop == nil,
                stopped_because: stop?.reason.rawValue,
                pairs: Dictionary(uniqueKeysWithValues: ContactOutcome.allCases.map { ($0.rawValue, count($0)) }),
                reasons: Dictionary(uniqueKeysWithValues: reasons.map { ($0.key.rawValue, $0.value) }),
                records_restored: restoring?.restored, records_left: kind == .undo ? unrestored : nil, report: report))
    }

    private struct Keys: Encodable {
        var schema = "visitor-merge/contacts/1"
        var tool: [String: String]
        var mode: String
        var server: [String: String]
        var journal: String
        var started: String
        var ended: String
        var finished: Bool
        var stopped_because: String?
        var pairs: [String: Int]
        var reasons: [String: Int]
        var records_restored: Int?
        var records_left: Int?
        var report: String?
    }
}

extension ContactPair {
    /// One line for a person.
    fileprivate func sentence(isDry: Bool) -> String {
        let mark =
            switch outcome {
            case .consolidated, .planned: "+"
            case .unchanged, .restored: "="
            case .review: "!"
            case .pending: "?"
            }
        var parts: [String] = []
        if !copied.isEmpty {
            parts.append("the survivor \(isDry ? "would get" : "got") \(copied.map(\.shown).joined(separator: ", "))")
        }
        if !differs.isEmpty { parts.append("\(differs.map(\.shown).joined(separator: ", ")) differs") }
        if let reason {
            let about = detail.flatMap { $0.isEmpty ? nil : " (\($0.shown))" } ?? ""
            parts.append(reason.explanation + about)
        }
        let text = parts.isEmpty ? "" : ": " + parts.joined(separator: "; ")
        return "\(mark) \(old) → \(survivor) (line \(line))\(text)"
    }
}
