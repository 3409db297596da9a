import Glibc
import Journal
import Migration
import Model
import Report
import RocketChat

// What can be typed after each command, with the options that it was given.

extension Set<String> {
    /// Options that say which server, and who calls.
    static let ofServer: Self = [
        "url", "user-id", "auth-token-file", "ca-file", "proxy", "allow-insecure-http", "config", "profile",
    ]

    /// Options that say how a job is carried out.
    static let ofJob = ofServer.union([
        "rate", "concurrency", "timeout", "max-attempts", "max-failures", "max-duration", "window", "open-rooms",
    ])

    /// Options that say what the mapping is.
    static let ofMapping: Self = ["format", "delimiter", "columns", "shard"]
}

extension NextSteps {
    /// After a run; `isPlanned` says that the command line named a plan.
    init(run mapping: String, _ files: JobFiles, _ shard: Shard?, isPlanned: Bool, _ settings: Settings) {
        self.init(
            again: CommandLine.same, rest: CommandLine.same(without: ["max-moves"]),
            withoutPlan: isPlanned ? CommandLine.same(without: ["plan", "plan-max-age"]) : nil,
            corrected: Self.corrected(mapping, shard, "run", settings),
            verify: CommandLine.other(["verify", files.journal.asOperand], keeping: .ofServer),
            show: CommandLine.other(["show", files.journal.asOperand, "--room"], keeping: []),
            doctor: CommandLine.other(["doctor"], keeping: .ofServer))
    }

    /// After an audit; where the run of the same mapping has a journal, no plan belongs to that any more.
    init(audit mapping: String, _ files: JobFiles, _ shard: Shard?, isSample: Bool, _ settings: Settings) {
        let isBegun = files.hasRun(mapping, shard, settings)
        let run = isBegun ? ["run", mapping.asOperand] : ["run", mapping.asOperand, "--plan", files.journal.asOperand]
        let kept = Set.ofJob.union(isBegun ? Set.ofMapping : ["shard"])
        self.init(
            again: CommandLine.same(without: ["fresh"]),
            // A sample is no plan: what comes next is to audit everything.
            carryOut: isSample
                ? CommandLine.same(without: ["sample", "seed", "fresh"])
                : mapping == "-" ? nil : CommandLine.other(run, keeping: kept),
            corrected: Self.corrected(mapping, shard, "audit", settings),
            doctor: CommandLine.other(["doctor"], keeping: .ofServer))
    }

    /// After a rehearsal: the real thing, which begins with asking the server.
    init(rehearsalOf mapping: String, _ settings: Settings) {
        self.init(
            again: "visitor-merge doctor", carryOut: "visitor-merge doctor",
            corrected: Self.corrected(mapping, nil, "rehearse", settings))
    }

    /// After an undo; `isAskedDry` says that the command line asked only to look.
    init(undo journal: String, _ files: JobFiles, isDry: Bool, isAskedDry: Bool) {
        self.init(
            again: CommandLine.same(without: ["fresh"]), rest: CommandLine.same(without: ["fresh", "max-moves"]),
            carryOut: isAskedDry ? CommandLine.same(without: ["dry-run", "fresh", "undo-journal", "report"]) : nil,
            withoutPlan: CommandLine.same(without: UndoPartOptionGroup.names),
            verify: isDry ? nil : CommandLine.other(["verify", files.journal.asOperand], keeping: .ofServer),
            show: CommandLine.other(["show", files.journal.asOperand, "--room"], keeping: []),
            doctor: CommandLine.other(["doctor"], keeping: .ofServer))
    }

    /// For whoever looks at a journal that nobody is working on: what it remembers is said again.
    ///
    /// But for the server: a journal that somebody else made could name one of theirs, and whoever types the command
    /// sends the token there. So it is named only where it is the configured one.
    init(journal path: String, of job: Job, after run: Run?, _ settings: Settings) {
        let configured = ServerOptionGroup.configuredAddress(settings)
        let isConfigured = configured?.description == job.server
        self.init(journal: path, of: job, after: run, naming: isConfigured ? ["--url", job.server] : [])
        guard !isConfigured else { return }
        let here = configured.map { "\($0) is configured here" } ?? "none is configured here"
        remark =
            "The journal says that its server is \(job.server.shown), and \(here). The next command names no server, "
            + "because the token goes to it: add --url with the one that you know is yours."
    }

    private init(journal path: String, of job: Job, after run: Run?, naming server: [String]) {
        let mapping = job.mappingPath.asOperand
        let journal = path.asOperand
        let shard = job.shard.map { ["--shard", "\($0)"] } ?? []
        let pace = run.map { Self.options($0.settings) } ?? []
        func command(_ words: [String]) -> String { CommandLine.other(words, keeping: ["config", "profile"]) }
        switch job.kind {
        case .run where job.mappingPath == "-":
            self.init(verify: command(["verify", journal] + server))
        case .run:
            let isUsual = path == JobFiles.usualJournal(of: job.mappingPath, shard: job.shard)
            let run = command(["run", mapping] + (isUsual ? [] : ["--journal", journal]) + shard + server + pace)
            self.init(again: run, withoutPlan: run, verify: command(["verify", journal] + server))
        case .audit where Journal.isJournal(at: job.mappingPath):
            self.init(carryOut: command(["undo", mapping] + server + pace))
        case .audit where job.mappingPath == "-": self.init()
        case .audit where job.sample != nil:
            self.init(carryOut: command(["audit", mapping] + shard + server + pace))
        case .audit:
            let isBegun = Journal.exists(at: JobFiles.usualJournal(of: job.mappingPath, shard: job.shard))
            let age = Self.maxAge(ofPlanThatEnded: run?.endedAt).map { ["--plan-max-age", $0] } ?? []
            let plan = isBegun ? [] : ["--plan", journal] + age
            self.init(
                again: command(["audit", mapping] + shard + server + pace),
                carryOut: command(["run", mapping] + plan + shard + server + pace))
        case .undo:
            self.init(
                again: command(["undo", mapping] + server + pace), verify: command(["verify", journal] + server))
        case .rehearsal: self.init()
        }
    }

    /// The `--plan-max-age` that an audit needs if its run begins today; `nil` if the default will do.
    private static func maxAge(ofPlanThatEnded end: Timestamp?) -> String? {
        guard let end else { return nil }
        let days = (CurrentProcess.now.milliseconds - end.milliseconds) / 86_400_000
        return days > 0 ? "\(days + 1)d" : nil
    }

    /// What a run was asked for that is not usual.
    private static func options(_ settings: RunSettings) -> [String] {
        (settings.rate == "auto" ? [] : ["--rate", settings.rate])
            + (settings.concurrency == 8 ? [] : ["--concurrency", String(settings.concurrency)])
            + (settings.openRooms == OpenRoomPolicy.defer.rawValue ? [] : ["--open-rooms", settings.openRooms])
    }

    /// The report is replaced as a whole by the next one, so what is to be corrected is copied out of it first, to a name
    /// that nothing has.
    private static func corrected(
        _ mapping: String, _ shard: Shard?, _ command: String, _ settings: Settings
    ) -> (copy: String, command: String) {
        let base = mapping == "-" ? "mapping" : mapping
        let ending = [".csv", ".jsonl", ".ndjson"].first { base.lowercased().hasSuffix($0) } ?? ""
        let plain = String(base.dropLast(ending.count)).replacing(/\.corrected(\.[0-9]+)?$/, with: "")
        let stem = "\(plain)\(shard.map { ".\($0.fileName)" } ?? "").corrected"
        var (copy, number) = (stem + ".csv", 1)
        while unsafe access(copy, F_OK) == 0 || access(copy + ".journal.db", F_OK) == 0 {
            number += 1
            copy = "\(stem).\(number).csv"
        }
        // What is set for the mapping of this job is not right for another one.
        let places = [("journal", copy + ".journal.db"), ("report", copy + ".report")]
        let shape = [
            ("format", "csv"), ("delimiter", "comma"),
            ("columns", "old=old_visitor_id,new=new_visitor_id,room=room_id"),
        ]
        let explicit = ((command == "run" ? places : []) + shape).filter { settings.option($0.0) != nil }
        let options = explicit.flatMap { ["--" + $0.0, $0.1] }
        return (copy, CommandLine.other([command, copy.asOperand] + options, keeping: .ofJob))
    }
}
