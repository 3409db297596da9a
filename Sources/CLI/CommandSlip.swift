import ArgumentParser
import Mapping

/// Slips on the command line of which more can be said than that they are not understood.
enum CommandSlip {
    /// Refuses a secret among the arguments, which are those behind the name of the program, and a word in the place of
    /// a command that is none.
    ///
    /// - Throws: `ValidationError`.
    static func check(_ arguments: [String]) throws {
        try refuseSecrets(arguments)
        let commands = VisitorMerge.configuration.subcommands.compactMap { $0.configuration.commandName }
        let place = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
        guard let word = place.first, !word.hasPrefix("-"), word != "help", !commands.contains(word) else { return }
        let hint =
            nearestName(to: word, among: commands).map { "Did you mean '\($0)'?" }
            ?? "The commands are \(commands.joined(separator: ", "))."
        throw ValidationError("There is no command '\(word)'. \(hint)")
    }

    /// A word of the command line, with the opposite of `--no-progress` in the form that the parser has for opposites.
    static func switchedOff(_ word: String) -> String { word == "--progress" ? "--no-no-progress" : word }

    /// A value is never repeated, whatever is wrong with its option.
    private static func refuseSecrets(_ arguments: [String]) throws {
        for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
            let name = argument.dropFirst(2).prefix { $0 != "=" }.lowercased().filter(\.isLetter)
            guard name.hasSuffix("token") || name.hasSuffix("password") else { continue }
            throw ValidationError(
                "A secret must not stand on a command line, where everybody on this machine can read it. Put the token into "
                    + "a file that only you can read, and name that with --auth-token-file.")
        }
    }
}
