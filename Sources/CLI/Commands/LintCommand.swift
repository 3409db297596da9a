import ArgumentParser
import FoundationEssentials
import Journal
import Mapping
import Migration
import Model
import Report

struct LintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check the mapping alone, without a server.",
        discussion: """
            Example:
              visitor-merge lint mapping.csv

            Exit status: 0 every line can be used · 1 some lines are rejected · 65 the file cannot be used · 66 there \
            is no such file

            Limits: a record has at most 1 MiB, an id 128 bytes, and JSON nests 100 levels deep; what is beyond is \
            rejected, line by line. The header is looked for in the first 10 lines. The text of a malformed line is kept \
            up to 1 KiB.
            """)

    /// Lines shown for each reason.
    private static let examples = 5

    @OptionGroup var mapping: MappingOptionGroup
    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup

    mutating func run() async throws {
        let settings = try config.settings()
        try output.complete(from: settings)
        let options = try mapping.options(settings)
        let source = mapping.source
        let logger = try output.logger(settings)
        var findings = try await withGracefulSignals(logger: logger) {
            try await withStopRequest { isAskedToStop in
                try await onOwnThread { try Self.findings(in: source, options, isAskedToStop) }
            }
        }
        findings.next = next
        if output.json {
            try Output.result(findings.json())
        } else if !(output.quiet && findings.isClean) {
            try Output.result(findings.text)
        }
        try (findings.isClean ? ExitStatus.settled : .needsPerson).end()
    }

    /// A rehearsal that reads the mapping in the same way; `nil` for what cannot be read again.
    private var next: String? {
        guard case .file(let path) = mapping.source else { return nil }
        return CommandLine.other(["rehearse", path.asOperand], keeping: Set.ofMapping.union(["config", "profile"]))
    }

    /// Plans the mapping into a journal that is thrown away: what a run would find is found here by the same rules.
    private static func findings(
        in source: MappingSource, _ options: MappingOptions, _ isAskedToStop: @escaping @Sendable () -> Bool
    ) throws -> LintFindings {
        try TemporaryFolder.with { folder in
            let reader = try MappingReader(source, options: options, isAskedToStop: isAskedToStop)
            let path = folder + "/lint.db"
            let job = Job(
                kind: .run, server: "", mappingPath: source.name, toolVersion: ToolVersion.current,
                plannedAt: CurrentProcess.now)
            let notes = try Planner.plan(reader, for: job, at: path, isAskedToStop: isAskedToStop)
            let journal = try Journal(at: path, for: .read)
            return LintFindings(
                source: source, lines: try journal.job().lines, operations: try journal.planned(),
                visitorLines: try journal.visitorLines(), findings: try journal.findings(examples: examples),
                notes: notes)
        }
    }
}
