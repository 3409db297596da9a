import ArgumentParser
import Model

/// Where the journal and the report of a mapping are.
struct JournalOptionGroup: ParsableArguments {
    @Option(help: "The journal; MAPPING.journal.db unless told.")
    var journal: String?

    @Option(help: "The directory of the report; MAPPING.report unless told.")
    var report: String?
}

/// The files of one job.
struct JobFiles {
    var journal: String
    var report: String

    init(journal: String, report: String) {
        self.journal = journal
        self.report = report
    }

    /// `journalEnding` and `reportEnding` are what the kind of job appends to the name of the mapping.
    init(
        _ options: JournalOptionGroup, _ settings: Settings, mapping: String, shard: Shard?,
        journalEnding: String = ".journal.db",
        reportEnding: String = ".report"
    ) throws {
        let part = shard.map { "." + $0.fileName } ?? ""
        let (journalEnding, reportEnding) = (part + journalEnding, part + reportEnding)
        // What the environment or a configuration names is the run's: an audit or a rehearsal must never write over that.
        let settings = journalEnding.hasSuffix(".journal.db") ? settings : nil
        let named = options.journal ?? settings?.option("journal")
        guard let journal = named ?? (mapping == "-" ? nil : mapping + journalEnding) else {
            throw ValidationError("A mapping from standard input needs --journal: there is no name to make one from.")
        }
        self.journal = journal
        report =
            options.report ?? settings?.option("report")
            ?? (mapping == "-" ? Self.reportName(ofJournal: journal, ending: reportEnding) : mapping + reportEnding)
    }

    /// The name that a journal would have if it were for the whole mapping: without `.2-of-8`.
    static func nameOfWhole(ofPart journal: String) -> String {
        journal.replacing(/\.[0-9]+-of-[0-9]+(?=\.[a-z]+\.db$)/, with: "")
    }

    /// The report that belongs to a journal: that of its mapping if the name shows one.
    static func reportName(ofJournal journal: String, ending: String = ".report") -> String {
        for (name, report) in [
            (".journal.db", ".report"), (".audit.db", ".audit-report"), (".undo.db", ".undo-report"),
            (".rehearsal.db", ".rehearsal-report"),
        ] where journal.hasSuffix(name) {
            return journal.dropLast(name.count) + report
        }
        return journal + ending
    }
}
