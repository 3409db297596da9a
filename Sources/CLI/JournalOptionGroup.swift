import ArgumentParser

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
        _ options: JournalOptionGroup, mapping: String, journalEnding: String = ".journal.db",
        reportEnding: String = ".report"
    ) throws {
        // What the environment names is the run's: an audit or a rehearsal must never write over that.
        let settings = journalEnding == ".journal.db" ? Settings() : nil
        let named = options.journal ?? settings?.option("journal")
        guard let journal = named ?? (mapping == "-" ? nil : mapping + journalEnding) else {
            throw ValidationError("A mapping from standard input needs --journal: there is no name to make one from.")
        }
        self.journal = journal
        report =
            options.report ?? settings?.option("report")
            ?? (mapping == "-" ? Self.reportName(ofJournal: journal, ending: reportEnding) : mapping + reportEnding)
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
