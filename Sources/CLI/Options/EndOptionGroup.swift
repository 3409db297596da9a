import ArgumentParser

/// What to run when a command ends; shared by the commands that do a job.
struct EndOptionGroup: ParsableArguments {
    @Option(
        help: """
            Run this program when the command ends, however it ends: a path, or a JSON list such as \
            ["/usr/local/bin/tell", "--to", "me"]. No shell reads it. It gets the result as JSON on standard input, and \
            VISITOR_MERGE_STATUS, _COMMAND, _REPORT and _JOURNAL in its environment; its failure is a warning. \
            [VISITOR_MERGE_ON_END]
            """, transform: Self.program)
    var onEnd: EndProgram?

    /// The program that the command line, the environment or the configuration file names; `nil` without one.
    func resolved(_ settings: Settings) throws -> EndProgram? {
        try settings.optional(onEnd, "on-end", expected: EndProgram.expected) { EndProgram($0) }
    }

    private static func program(_ argument: String) throws -> EndProgram {
        guard let program = EndProgram(argument) else {
            throw ValidationError("it has to be \(EndProgram.expected).")
        }
        return program
    }
}

/// A command at whose end a program can be run.
protocol EndingCommand: ParsableCommand {
    var config: ConfigOptionGroup { get }
    var ending: EndOptionGroup { get }
}

extension EndingCommand {
    /// The program of this invocation; `nil` without one, and for a command that such a program itself has started.
    func endProgram() throws -> EndProgram? {
        let settings: Settings
        do {
            settings = try config.settings()
        } catch {
            // The command itself says what is wrong with the file; that it ends so is worth telling, too.
            settings = Settings.withoutFile
        }
        guard settings.variable(EndProgram.statusVariable) == nil else { return nil }
        return try ending.resolved(settings)
    }
}

extension RunCommand: EndingCommand {}
extension AuditCommand: EndingCommand {}
extension UndoCommand: EndingCommand {}
extension VerifyCommand: EndingCommand {}
extension ConsolidateCommand: EndingCommand {}
extension SuggestCommand: EndingCommand {}
extension RehearseCommand: EndingCommand {}
