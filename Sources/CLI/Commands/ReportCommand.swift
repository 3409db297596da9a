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
              visitor-merge report mapping.csv.*-of-8.journal.db

            Several journals have to be all parts of one job, each made with --shard: then there is one report, with one \
            balance over all lines. The exit status is that of the job: 0 everything is settled, 1 some lines need a \
            person, 2 not finished.
            """)

    @Argument(help: "The journal of a run, or those of all its parts.")
    var journals: [String]

    @Option(help: "The directory to write; that of the mapping unless told.")
    var report: String?

    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup

    mutating func run() throws {
        let settings = try config.settings()
        try output.complete(from: settings)
        report = report ?? settings.option("report")
        let opened = try journals.map { try Journal.whole(at: $0) }
        for journal in opened {
            Output.warn(ofLogOf: journal)
        }
        let reconciliation: Reconciliation
        let directory: ReportDirectory
        let isRunning = opened.contains { JournalLock.holder(ofJournalAt: $0.path) != nil }
        var next = NextSteps()
        if let journal = opened.first, opened.count == 1 {
            directory = self.directory(JobFiles.reportName(ofJournal: journal.path))
            reconciliation = try directory.write(journal, isRunning: isRunning)
            // Without its log a copy does not know what is next, as the warning says.
            if !isRunning, !journal.isLogMissing, JournalLock.holder(ofJournalAt: journal.path) == nil {
                next = NextSteps(
                    journal: journal.path, of: reconciliation.job, after: reconciliation.runs.last, settings)
            }
        } else {
            directory = self.directory(JobFiles.reportName(ofJournal: JobFiles.nameOfWhole(ofPart: opened[0].path)))
            // A place where no report can be written is better known before the parts are put together.
            try directory.check()
            reconciliation = try directory.withPlaceForParts { place in
                try Journal.withUnion(of: opened, at: place) { try directory.write($0, isRunning: isRunning) }
            }
        }
        let status = ExitStatus(reconciliation, stop: nil)
        if status == .internalError {
            for journal in opened { try journal.requireSound() }
        }
        if output.json {
            try Output.result(String(decoding: JSONReport(reconciliation).encoded().dropLast(), as: UTF8.self))
        } else if !(output.quiet && status == .settled) {
            try Output.result("\(Summary(reconciliation, reportPath: directory.path, next: next))")
        }
        try status.end()
    }

    private func directory(_ usual: String) -> ReportDirectory {
        ReportDirectory(at: report ?? usual, onNotice: output.onNotice)
    }
}
