import ArgumentParser
import Journal
import Migration
import Report

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Plan, move, reconcile; run it again to resume.",
        discussion: """
            Example:
              export ROCKETCHAT_URL=https://chat.example.org ROCKETCHAT_USER_ID=uQ7mZp2LkTn4VbXc9
              visitor-merge run mapping.csv --auth-token-file ~/.config/rocketchat-token

            The journal MAPPING.journal.db keeps every step: after a kill, a crash or Ctrl-C the same command goes on, \
            and what was sent without an answer is settled by reading the room. A room with a live conversation is left \
            alone unless --open-rooms move: moving it would cut its visitor off.
            """)

    @OptionGroup var mapping: MappingOptionGroup
    @OptionGroup var files: JournalOptionGroup
    @OptionGroup(title: "Server") var server: ServerOptionGroup
    @OptionGroup(title: "Pace") var pace: PaceOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup

    mutating func run() async throws {
        let settings = Settings()
        let pace = try pace.resolved(settings)
        let logger = try output.logger(settings)
        let job = MergeJob(
            kind: .run, source: mapping.source, mappingOptions: try mapping.options(settings),
            files: try JobFiles(files, mapping: mapping.mapping), address: try server.address(settings),
            credentials: try server.credentials(settings),
            client: server.clientOptions(settings, concurrency: pace.runner.concurrency, timeout: pace.timeout),
            pace: pace, showsProgress: output.showsProgress, logger: logger)
        let end = try await withGracefulSignals(logger: logger) { try await job.run() }
        try output.show(end, of: job, nextCommand: CommandLine.same).end()
    }
}

extension CommandLine {
    /// The command as it was typed: every command can be run again, and goes on where it was.
    static var same: String {
        (["visitor-merge"] + arguments.dropFirst()).map(quoted).joined(separator: " ")
    }

    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: "%"):
                true
            default: false
            }
        }
        return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}

extension OutputOptionGroup {
    var showsProgress: Bool { !quiet && !noProgress }

    /// Prints what the job came to.
    ///
    /// - Returns: the status to end with.
    func show(_ end: MergeJob.End, of job: MergeJob, nextCommand: String) throws -> ExitStatus {
        let status = ExitStatus(end.reconciliation, stop: end.stop)
        if let notes = end.notes, !quiet {
            for sentence in notes.sentences {
                Output.say(sentence)
            }
        }
        if json {
            try Output.result(String(decoding: JSONReport(end.reconciliation).encoded().dropLast(), as: UTF8.self))
        } else if !(quiet && status == .settled) {
            let summary = Summary(end.reconciliation, reportPath: job.files.report, nextCommand: nextCommand)
            try Output.result("\(summary)")
        }
        return status
    }
}
