import ArgumentParser
import Journal
import Migration
import Model
import Report

struct PaceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pace",
        abstract: "Steer a run that is going.",
        discussion: """
            Example:
              visitor-merge pace mapping.csv.journal.db 2/s
              visitor-merge pace mapping.csv.journal.db pause
              visitor-merge pace mapping.csv.journal.db resume

            The run follows within a second; its settings on the command line hold again for the next run. A pause lets \
            what is in flight finish and sends nothing more. What was asked, by whom and when is in the report.
            """)

    @Argument(help: "The journal of the run.")
    var journal: String

    @Argument(help: "auto, 10/min, 5/s, 20000/h, unlimited, pause or resume.", transform: Self.command)
    var command: SteeringCommand

    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup

    mutating func run() async throws {
        try output.complete(from: config.settings())
        let opened = try Journal(at: journal, for: .annotate)
        defer { opened.closeAfterError() }
        let now = CurrentProcess.now
        guard JournalLock.holder(ofJournalAt: journal) != nil,
            let steering = try opened.steer("\(command)", by: CurrentProcess.person, at: now)
        else { throw NothingToSteer(journal: journal) }
        let isTaken = try await wait(for: steering, in: opened)
        try opened.close()
        guard isTaken else { throw NotFollowed(journal: journal) }
        if output.json {
            try Output.result(jsonText(Followed(journal: journal, command: "\(command)")))
        } else if !output.quiet {
            try Output.result("The run follows: \(command)")
        }
    }

    /// As `visitor-merge/pace/1`.
    private struct Followed: Encodable {
        var schema = "visitor-merge/pace/1"
        var journal: String
        var command: String
    }

    /// A run looks four times a second; ten seconds are enough for one that is busy.
    private func wait(for steering: Int64, in journal: Journal) async throws -> Bool {
        for _ in 0..<100 {
            if try journal.isTaken(steering) { return true }
            if let reason = try journal.refusal(of: steering) {
                throw NotFollowed(journal: journal.path, refusal: reason)
            }
            try await ContinuousClock().sleep(for: .milliseconds(100))
        }
        return false
    }

    private static func command(_ argument: String) throws -> SteeringCommand {
        guard let command = SteeringCommand(argument) else {
            throw ValidationError(
                "'\(argument)' is nothing a run can follow: use pause, resume, or a rate such as 10/min or 5/s.")
        }
        return command
    }
}

/// No run works on the journal now.
struct NothingToSteer: Error, CustomStringConvertible {
    var journal: String

    var description: String {
        "No run is going on \(journal), so there is nothing to steer. Give the next run its pace with --rate."
    }
}

/// A run holds the journal and does not look into it.
struct NotFollowed: Error, CustomStringConvertible {
    var journal: String
    var refusal: String?

    var description: String {
        if let refusal {
            return "The run on \(journal) does not follow: \(refusal). Use the version that began it: "
                + "visitor-merge status \(journal.fileForShell) --json names it."
        }
        return "The run on \(journal) did not follow within ten seconds; it will as soon as it can. Look at it with: "
            + "visitor-merge status \(journal.fileForShell)"
    }
}
