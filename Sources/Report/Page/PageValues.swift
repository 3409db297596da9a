import Journal
import Model

/// What the template of the page says, each value under the name that the template has for it.
struct PageValues {
    let style: String
    let styleHash: String
    let script: String
    let scriptHash: String
    let headline: String
    let verdict: Verdict
    let mode: String
    let balance: String
    let isBalanced: Bool
    let notices: [String]
    let server: String
    let source: Source
    let started: Moment?
    let ended: Moment?
    let outcomesTitle: String
    let lineBar: StackedBar?
    let roomBar: StackedBar?
    let person: PersonSection?
    let progress: ProgressChart?
    let hasReasons: Bool
    let reasonsTitle: String
    let reasons: [ReasonRow]
    let contacts: ContactSection?
    let cut: String?
    let outcomeChoices: [ChoiceGroup]
    let reasonChoices: [Choice]
    let staticTitle: String
    let `static`: StaticLines?
    let facts: [Fact]
    let hasRuns: Bool
    let runs: [RunRow]
    let runsNote: String?
    let toolVersion: String

    struct Verdict {
        var kind: String
        var label: String
    }

    struct Source {
        var label: String
        var path: String
    }

    /// An instant for machines and for people.
    struct Moment {
        var machine: String
        var text: String

        init(_ instant: Timestamp) {
            machine = instant.iso8601
            text = instant.inWords
        }
    }

    init(
        _ reconciliation: Reconciliation, _ progress: [RunProgress], _ lines: borrowing PageLines, style: Inline,
        script: Inline
    ) {
        let job = reconciliation.job
        let told = reconciliation.told
        let rows = ReasonRow.all(lines.groups, in: told)
        self.style = style.text
        styleHash = style.digest
        self.script = script.text
        scriptHash = script.digest
        headline = reconciliation.headline
        verdict = reconciliation.verdictInWords
        mode = told.title
        balance = reconciliation.balance.sentence
        isBalanced = reconciliation.balance.isBalanced
        notices = reconciliation.notices
        server = job.server
        source = Source(
            label: reconciliation.isUndo ? "Journal" : "Mapping",
            path: job.mappingPath == "-" ? "standard input" : job.mappingPath)
        started = reconciliation.runs.first.map { Moment($0.startedAt) }
        ended = reconciliation.runs.last?.endedAt.map { Moment($0) }
        outcomesTitle = told.isAudit ? "What would become of the lines" : "What became of the lines"
        lineBar = reconciliation.lineBar
        roomBar = reconciliation.roomBar
        person = PersonSection(rows, in: reconciliation)
        self.progress = ProgressChart(
            progress, settled: reconciliation.settledOperations, of: reconciliation.balance.operations, in: told)
        reasons = rows.filter(\.isWorthSaying)
        hasReasons = !reasons.isEmpty
        reasonsTitle = person == nil ? "Reasons" : "Other reasons"
        contacts = ContactSection(reconciliation.contacts)
        let needed = lines.groups.filter { $0.key.outcome.needsPerson }.reduce(0) { $0 + $1.value }
        cut = lines.embedded.isCut ? Self.cut(lines, needed, of: reconciliation.balance.linesAccounted) : nil
        let onPage = lines.embedded.isCut ? lines.groups.filter { $0.key.outcome.needsPerson } : lines.groups
        outcomeChoices = ChoiceGroup.all(onPage, in: told)
        reasonChoices = Choice.reasons(onPage)
        staticTitle = told.isAudit ? "Lines that would need a person" : "Lines that need a person"
        `static` = StaticLines(lines.needingPerson, of: needed, in: told)
        facts = reconciliation.facts
        runs = reconciliation.runs.suffix(RunRow.limit).map(RunRow.init)
        hasRuns = !runs.isEmpty
        runsNote =
            runs.count < reconciliation.runs.count
            ? "The latest \(runs.count) of \(reconciliation.runs.count.grouped); report.json, beside this page, has all."
            : nil
        toolVersion = reconciliation.runs.last?.toolVersion ?? job.toolVersion
    }

    private static func cut(_ lines: borrowing PageLines, _ needed: Int, of total: Int) -> String {
        let held =
            lines.embedded.count < needed
            ? "the first \(lines.embedded.count.grouped) of the \(needed.grouped) that need a person"
            : "the \(needed.grouped) that \(verb(needed, "need")) a person"
        return "\(total.grouped) lines are more than a page can hold. This one has \(held); the file lines.csv, beside "
            + "it, has every line."
    }
}
