import ArgumentParser
import Journal
import Report

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write the reconciliation report again.",
        discussion: """
            Example:
              visitor-merge report mapping.csv.journal.db --report /tmp/for-the-boss

            The exit status is that of the job: 0 everything is settled, 1 some lines need a person, 2 not finished.
            """)

    @Argument(help: "The journal of a run.")
    var journal: String

    @Option(help: "The directory to write; that of the mapping unless told.")
    var report: String?

    @OptionGroup(title: "Output") var output: OutputOptionGroup

    mutating func run() throws {
        try output.complete(from: Settings())
        let opened = try Journal(at: journal, for: .read)
        let path = report ?? JobFiles.reportName(ofJournal: journal)
        let reconciliation = try ReportDirectory(at: path).write(opened)
        let status = ExitStatus(reconciliation, stop: nil)
        if output.json {
            try Output.result(String(decoding: JSONReport(reconciliation).encoded().dropLast(), as: UTF8.self))
        } else if !(output.quiet && status == .settled) {
            try Output.result("\(Summary(reconciliation, reportPath: path, nextCommand: nil))")
        }
        try status.end()
    }
}
