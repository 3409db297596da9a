import ArgumentParser
import CFiles
import FoundationEssentials
import Glibc
import Journal
import Model

/// The command line: words in, words out, exit status.
@main
struct VisitorMerge: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "visitor-merge",
        abstract: "Merge duplicate Rocket.Chat Omnichannel visitors in bulk, with proof afterwards.",
        discussion: """
            Reads a mapping of old to new visitors, moves their rooms through PUT /api/v1/livechat/room.visitor \
            (Rocket.Chat 3.6 to 6.13), keeps every step in a journal, and writes a report that accounts for every line. \
            Killed anywhere, the same command goes on.

            Example:
              visitor-merge lint mapping.csv
              visitor-merge rehearse mapping.csv
              visitor-merge run mapping.csv --url https://chat.example.org \\
                --user-id ID --auth-token-file token

            Exit status: 0 every line is settled · 1 some lines need a person · 2 stopped early or deferred, run it \
            again · 64 usage · 65 mapping or journal unusable · 66 input missing · 69 server unreachable · 70 internal \
            error · 73 cannot write · 74 input or output failed, disk full · 75 locked by another run · 76 server has \
            no such endpoint · 77 credentials or permission · 78 configuration
            """,
        version: ToolVersion.withCommit,
        subcommands: [
            SuggestCommand.self, RunCommand.self, AuditCommand.self, LintCommand.self, DoctorCommand.self,
            StatusCommand.self, JobsCommand.self, ShowCommand.self, ReportCommand.self, VerifyCommand.self,
            ConsolidateCommand.self,
            UndoCommand.self, PaceCommand.self, RehearseCommand.self, SandboxCommand.self,
        ])

    static func main() async {
        keepStandardDescriptors()
        // A reader that goes away, as in `visitor-merge status … | head -1`, is no reason to die of a signal.
        signal(SIGPIPE, SIG_IGN)
        leaveCrashesToTheSystem()
        keepMemoryPrivate()
        // Dispatch would tell the system's log of every run that its threads may not have a higher priority.
        unsafe setenv("LIBDISPATCH_LOG", "NO", 0)
        // Whoever asks for the status line before there is one must not end the process.
        signal(SIGUSR1, SIG_IGN)
        requireCommandLine()
        Journal.tellDiskErrors { Output.warn("SQLite met an error of the disk: \($0)") }
        var naming: (@Sendable (String) -> JournalError.Naming)?
        var command: String?
        var program: EndProgram?
        do {
            try ArgumentCheck.check(Array(CommandLine.arguments.dropFirst()))
            var parsed = try parseAsRoot(
                ArgumentCheck.timed(CommandLine.arguments.dropFirst().map(ArgumentCheck.switchedOff)))
            naming = (parsed as? any JournalCommand)?.naming
            command = type(of: parsed).configuration.commandName
            program = try (parsed as? any EndingCommand)?.endProgram()
            if program != nil { EndResult.keep() }
            if var asynchronous = parsed as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try parsed.run()
            }
            await tell(program, command, 0, nil)
        } catch let slip as ValidationError where command != nil {
            // The parser knows by now only how the program as a whole is used.
            let sentence = slip.message.withoutSecretsOfURLs.asSentence
            Output.complain("\(sentence) See: visitor-merge \(command ?? "") --help")
            await tell(program, command, ExitStatus.usage.rawValue, sentence)
            ExitStatus.usage.exit()
        } catch let code as ExitCode {
            await tell(program, command, code.rawValue, nil)
            exit(withError: code)
        } catch {
            let error = (error as? JournalError).map { forUser($0.named(naming?($0.path))) } ?? error
            guard let status = ExitStatus(for: error) else { end(with: error) }
            Output.complain("\(error)")
            await tell(program, command, status.rawValue, "\(error)")
            status.exit()
        }
    }

    /// Runs the program of `--on-end`, if there is one.
    private static func tell(_ program: EndProgram?, _ command: String?, _ status: Int32, _ message: String?) async {
        guard let program, let command else { return }
        await EndResult.tell(program, command: command, status: status, message: message)
    }

    /// On a terminal with the local time; in UTC where it is kept.
    private static func forUser(_ error: JournalError) -> JournalError {
        isatty(STDERR_FILENO) == 1 && Output.takesDrawings
            ? error.told(by: .here, on: CurrentProcess.now) : error
    }

    /// Takes the places of standard descriptors that are closed, so that no file of ours gets one of them and receives
    /// what is meant for a screen.
    ///
    /// What stands there can be neither read nor written where that would be done: it still fails, and is told.
    private static func keepStandardDescriptors() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    /// Ends a process that cannot read its arguments: without any it would print the help, and that is a success.
    ///
    /// Swift takes them from `/proc`, which a bare chroot does not have.
    private static func requireCommandLine() {
        guard CommandLine.arguments.isEmpty else { return }
        Output.complain(
            "The command line cannot be read, because /proc is not mounted here. Mount it first: "
                + "mount -t proc proc /proc")
        ExitStatus.inputOutput.exit()
    }

    /// Swift's own handlers print what is in memory where the registers point to, and that may be a token.
    ///
    /// Whoever sets `SWIFT_BACKTRACE` asks for just that.
    private static func leaveCrashesToTheSystem() {
        guard unsafe getenv("SWIFT_BACKTRACE") == nil else { return }
        for number in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] {
            signal(number, SIG_DFL)
        }
    }

    /// The token is in memory: neither a core file nor a debugger of another process of the user is to find it there.
    ///
    /// Swift's own backtraces are made by another process.
    private static func keepMemoryPrivate() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        // A sandbox may forbid either, and that is no reason not to work.
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        guard unsafe getenv("SWIFT_BACKTRACE") == nil else { return }
        _ = files_hide_memory()
    }

    /// Ends as the argument parser would, but shows what was typed harmlessly.
    private static func end(with error: any Error) -> Never {
        let code = exitCode(for: error)
        let typed = fullMessage(for: error)
        let message = code.isSuccess ? typed : typed.withoutSecretsOfURLs
        guard !message.isEmpty else { exit(withError: error) }
        guard code.isSuccess else {
            Output.explain(message)
            exit(withError: code)
        }
        do {
            try Output.help(message)
            exit(withError: code)
        } catch {
            Output.complain("\(error)")
            ExitStatus.inputOutput.exit()
        }
    }
}
