import FoundationEssentials
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
    /// After a run.
    init(run mapping: String, _ files: JobFiles, isPlanned: Bool) {
        self.init(
            again: CommandLine.same,
            withoutPlan: isPlanned ? CommandLine.same(without: ["plan", "plan-max-age"]) : nil,
            corrected: Self.corrected(mapping, "run"),
            verify: CommandLine.other(["verify", files.journal.asOperand], keeping: .ofServer),
            doctor: CommandLine.other(["doctor"], keeping: .ofServer))
    }

    /// After an audit; `isBegun` says that the run of the same mapping has a journal, to which no plan belongs any more.
    init(audit mapping: String, _ files: JobFiles, isBegun: Bool) {
        let run = isBegun ? ["run", mapping.asOperand] : ["run", mapping.asOperand, "--plan", files.journal.asOperand]
        let kept = Set.ofJob.union(isBegun ? Set.ofMapping : ["shard"])
        self.init(
            again: CommandLine.same, carryOut: CommandLine.other(run, keeping: kept),
            corrected: Self.corrected(mapping, "audit"),
            doctor: CommandLine.other(["doctor"], keeping: .ofServer))
    }

    /// After a rehearsal: the real thing, which begins with asking the server.
    init(rehearsalOf mapping: String) {
        self.init(
            again: "visitor-merge doctor", carryOut: "visitor-merge doctor",
            corrected: Self.corrected(mapping, "rehearse"))
    }

    /// After an undo.
    init(undo journal: String, _ files: JobFiles, isDry: Bool) {
        self.init(
            again: CommandLine.same, carryOut: isDry ? CommandLine.same(without: ["dry-run"]) : nil,
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
        case .audit where job.mappingPath.hasSuffix(".db"):
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

    /// The report is replaced as a whole by the next one, so what is to be corrected is copied out of it first.
    private static func corrected(_ mapping: String, _ command: String) -> (copy: String, command: String) {
        let base = mapping == "-" ? "mapping" : mapping
        let ending = [".csv", ".jsonl", ".ndjson"].first { base.lowercased().hasSuffix($0) } ?? ""
        let copy = "\(base.dropLast(ending.count)).corrected.csv"
        return (copy, CommandLine.other([command, copy.asOperand], keeping: .ofJob))
    }
}
