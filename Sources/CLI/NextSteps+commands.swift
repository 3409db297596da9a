import Glibc
import Journal
import Model
import Report

// What can be typed after each command, with the options that it was given.

extension Set<String> {
    /// Options that say which server, and who calls.
    static let ofServer: Self = [
        "url", "user-id", "auth-token-file", "ca-file", "proxy", "allow-insecure-http", "config",
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
            again: CommandLine.same,
            withoutPlan: isPlanned ? CommandLine.same(without: ["plan", "plan-max-age"]) : nil,
            corrected: Self.corrected(mapping, shard, "run", settings),
            verify: CommandLine.other(["verify", files.journal.asOperand], keeping: .ofServer),
            doctor: CommandLine.other(["doctor"], keeping: .ofServer))
    }

    /// After an audit; where the run of the same mapping has a journal, no plan belongs to that any more.
    init(audit mapping: String, _ files: JobFiles, _ shard: Shard?, _ settings: Settings) {
        let isBegun = files.hasRun(mapping, shard, settings)
        let run = isBegun ? ["run", mapping.asOperand] : ["run", mapping.asOperand, "--plan", files.journal.asOperand]
        let kept = Set.ofJob.union(isBegun ? Set.ofMapping : ["shard"])
        self.init(
            again: CommandLine.same, carryOut: mapping == "-" ? nil : CommandLine.other(run, keeping: kept),
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
            again: CommandLine.same,
            carryOut: isAskedDry ? CommandLine.same(without: ["dry-run", "undo-journal", "report"]) : nil,
            verify: isDry ? nil : CommandLine.other(["verify", files.journal.asOperand], keeping: .ofServer),
            doctor: CommandLine.other(["doctor"], keeping: .ofServer))
    }

    /// For whoever looks at a journal that nobody is working on.
    init(journal path: String, of job: Job) {
        let shard = job.shard.map { ["--shard", "\($0)"] } ?? []
        switch job.kind {
        case .run:
            let isUsual = path == JobFiles.usualJournal(of: job.mappingPath, shard: job.shard)
            let words = ["run", job.mappingPath.asOperand] + (isUsual ? [] : ["--journal", path.asOperand]) + shard
            let run = CommandLine.other(words, keeping: [])
            self.init(again: run, withoutPlan: run, verify: CommandLine.other(["verify", path.asOperand], keeping: []))
        case .audit where Journal.isJournal(at: job.mappingPath):
            self.init(carryOut: CommandLine.other(["undo", job.mappingPath.asOperand], keeping: []))
        case .audit:
            self.init(
                again: CommandLine.other(["audit", job.mappingPath.asOperand] + shard, keeping: []),
                carryOut: CommandLine.other(
                    ["run", job.mappingPath.asOperand, "--plan", path.asOperand] + shard, keeping: []))
        case .undo:
            self.init(
                again: CommandLine.other(["undo", job.mappingPath.asOperand], keeping: []),
                verify: CommandLine.other(["verify", path.asOperand], keeping: []))
        case .rehearsal: self.init()
        }
    }

    /// The report is replaced as a whole by the next one, so what is to be corrected is copied out of it first, to a name
    /// that nothing has.
    private static func corrected(
        _ mapping: String, _ shard: Shard?, _ command: String, _ settings: Settings
    ) -> (copy: String, command: String) {
        let base = mapping == "-" ? "mapping" : mapping
        let ending = [".csv", ".jsonl", ".ndjson"].first { base.lowercased().hasSuffix($0) } ?? ""
        let stem = "\(base.dropLast(ending.count))\(shard.map { ".\($0.fileName)" } ?? "").corrected"
        var (copy, number) = (stem + ".csv", 1)
        while unsafe access(copy, F_OK) == 0 {
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
