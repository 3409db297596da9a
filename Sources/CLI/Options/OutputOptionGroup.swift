import ArgumentParser
import Logging
import Report

/// What is said on the way, and how the result looks; shared by every command.
struct OutputOptionGroup: ParsableArguments {
    @Flag(name: .customLong("json"), inversion: .prefixedNo, exclusivity: .chooseLast, help: "The result as JSON.")
    private var givenJSON: Bool?

    @Flag(
        name: [.customShort("q"), .customLong("quiet")], inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Say nothing that is not an error, and print no summary when all is well.")
    private var givenQuiet: Bool?

    @Flag(exclusivity: .chooseLast)
    private var givenProgress: ProgressSwitch?

    /// Whether progress is shown.
    ///
    /// The form that overrides a setting is `--progress`; the parser's own name for it is in no help.
    private enum ProgressSwitch: String, EnumerableFlag {
        case hidden
        case shown

        static func name(for value: ProgressSwitch) -> NameSpecification {
            switch value {
            case .hidden: .customLong("no-progress")
            case .shown: .customLong("no-no-progress")
            }
        }

        static func help(for value: ProgressSwitch) -> ArgumentHelp? {
            switch value {
            case .hidden: "No progress on standard error; --progress shows it again."
            case .shown: .hidden
            }
        }
    }

    @Option(
        help: "trace, debug, info, notice, warning, error or critical; warning unless told.", transform: Self.level)
    var logLevel: Logger.Level?

    @Option(help: "text, or json for one object a line of everything on standard error; text unless told.")
    var logFormat: LogFormat?

    var json: Bool { givenJSON ?? false }
    var quiet: Bool { givenQuiet ?? false }
    var showsProgress: Bool { !quiet && givenProgress != .hidden }

    /// Says what happened when a report was replaced; with --quiet, only what went wrong.
    var onNotice: @Sendable (ReportNotice) -> Void {
        let isQuiet = quiet
        return { notice in
            switch notice {
            case .kept(let path):
                guard !isQuiet else { return }
                Output.say("A file of the older report was edited by hand: it is kept as \(path).")
            case .leftBehind(let path, let why):
                Output.complain(
                    "could not remove \(path), which is not needed any more: \(why). The report itself is complete; the "
                        + "next one tries again.")
            }
        }
    }

    /// Takes what was not given from the settings; from now on standard error has the form that was asked for.
    mutating func complete(from settings: Settings) throws {
        let format = try settings.value(logFormat, "log-format", default: .text, expected: "text or json") {
            LogFormat(rawValue: $0)
        }
        // What is wrong with the other settings is to have that form too.
        Output.speak(format, isQuiet: quiet)
        givenJSON = try settings.flag(givenJSON, "json")
        givenQuiet = try settings.flag(givenQuiet, "quiet")
        Output.speak(format, isQuiet: quiet)
        givenProgress = try settings.flag(givenProgress.map { $0 == .hidden }, "no-progress") ? .hidden : .shown
        settings.remarkOnOthers(than: CommandLine.command)
        try warn(of: settings.unknownVariables, settings)
    }

    /// A setting that is misspelt in the environment would otherwise be a silent default.
    private func warn(of variables: [(name: String, meant: String?)], _ settings: Settings) throws {
        // Whoever wants nothing to be said that is not an error gets just that.
        guard !quiet, !variables.isEmpty else { return }
        let logger = try logger(settings)
        for (name, meant) in variables {
            logger.warning(
                "A variable of the environment is no setting and was ignored",
                metadata: ["name": "\(name)"].merging(meant.map { ["meant": "\($0)"] } ?? [:]) { $1 })
        }
    }

    func logger(_ settings: Settings) throws -> Logger {
        var logger = Logger(label: "visitor-merge") { _ in StandardErrorLogHandler() }
        logger.logLevel = try settings.value(
            logLevel, "log-level", default: .warning, expected: "trace, debug, info, notice, warning, error or critical"
        ) { Logger.Level(rawValue: $0) }
        return logger
    }

    private static func level(_ argument: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: argument) else {
            throw ValidationError("'\(argument)' is no log level: use one such as warning, info or debug.")
        }
        return level
    }
}

extension LogFormat: ExpressibleByArgument {}
