import FoundationEssentials
import TestSupport

/// What the parser tells of the commands; the same as in their manual pages.
enum HelpDump {
    /// A command with the long names of its options and flags.
    struct Command: Sendable {
        var name: String
        var options: [String]
    }

    static func commands(in folder: TemporaryDirectory) async throws -> [Command] {
        let ended = try await Program(in: folder.path)("--experimental-dump-help")
        let help = try JSONDecoder().decode(Help.self, from: Data(ended.output.utf8))
        return (help.command.subcommands ?? []).filter { $0.commandName != "help" }.map { command in
            let options = (command.arguments ?? []).filter { $0.kind != "positional" }
                .compactMap { $0.names?.first { $0.kind == "long" }?.name }.filter { $0 != "help" && $0 != "version" }
            // What turns a switch off is no option of its own.
            let opposites = Set(options.map { "no-" + $0 })
            return Command(name: command.commandName, options: options.filter { !opposites.contains($0) })
        }
    }

    private struct Help: Decodable {
        struct Command: Decodable {
            var commandName: String
            var subcommands: [Command]?
            var arguments: [Argument]?
        }

        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }

            var kind: String
            var names: [Name]?
        }

        var command: Command
    }
}
