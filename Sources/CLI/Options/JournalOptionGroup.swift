import ArgumentParser
import Journal
import Model
import Report

/// Where the journal and the report of a mapping are.
struct JournalOptionGroup: ParsableArguments {
    @Option(
        help: """
            The journal; unless told MAPPING.journal.db, of an audit MAPPING.audit.db, of a rehearsal \
            MAPPING.rehearsal.db.
            """)
    var journal: String?

    @Option(
        help: """
            The directory of the report; unless told MAPPING.report, of an audit MAPPING.audit-report, of a rehearsal \
            MAPPING.rehearsal-report.
            """)
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
        let base = Self.base(ofMapping: mapping)
        guard let journal = named ?? (mapping == "-" ? nil : base + journalEnding) else {
            throw ValidationError(
                "A mapping from standard input or a pipe needs --journal FILE: there is no name to make one from.")
        }
        self.journal = journal
        report =
            options.report ?? settings?.option("report")
            ?? (mapping == "-" ? Self.reportName(ofJournal: journal, ending: reportEnding) : base + reportEnding)
    }

    /// Whether the run of a mapping has begun beside this job.
    func hasRun(_ mapping: String, _ shard: Shard?, _ settings: Settings) -> Bool {
        let journal = settings.option("journal") ?? Self.usualJournal(of: mapping, shard: shard)
        return mapping != "-" && Journal.exists(at: journal)
    }

    /// Where the run of a mapping keeps its journal unless told.
    static func usualJournal(of mapping: String, shard: Shard?) -> String {
        base(ofMapping: mapping) + (shard.map { "." + $0.fileName } ?? "") + ".journal.db"
    }

    /// What the names of a mapping's files begin with.
    ///
    /// Those of a mapping in the report of another job stand beside that: the report is replaced as a whole.
    private static func base(ofMapping mapping: String) -> String {
        let folder = mapping.lastIndex(of: "/").map { mapping[..<$0] } ?? ""
        let name = folder.split(separator: "/").last ?? ""
        guard !["", ".", ".."].contains(name), ReportDirectory(at: String(folder)).isReport else { return mapping }
        return folder + "." + mapping.dropFirst(folder.count + 1)
    }

    /// The name that a journal would have if it were for the whole mapping: without `.2-of-8`.
    static func nameOfWhole(ofPart journal: String) -> String {
        journal.replacing(/\.[0-9]+-of-[0-9]+(?=\.[a-z]+\.db$)/, with: "")
    }

    /// The report that belongs to a journal: that of its mapping if the name shows one.
    static func reportName(ofJournal journal: String, ending: String = ".report") -> String {
        for (name, report) in [
            (".journal.db", ".report"), (".undo-audit.db", ".undo-audit-report"), (".audit.db", ".audit-report"),
            (".undo.db", ".undo-report"),
            (".rehearsal.db", ".rehearsal-report"),
        ] where journal.hasSuffix(name) {
            return journal.dropLast(name.count) + report
        }
        return journal + ending
    }
}
