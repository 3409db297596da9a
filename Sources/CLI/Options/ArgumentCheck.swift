import ArgumentParser
import Mapping

/// Slips on the command line of which more can be said than that they are not understood.
enum ArgumentCheck {
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

    /// The words with the usual time behind a `--watch` that has none.
    static func timed(_ words: [String]) -> [String] {
        words.enumerated().map { place, word in
            let next = words.dropFirst(place + 1).first
            guard word == "--watch", next.flatMap(DurationOption.init(argument:)) == nil else { return word }
            return "--watch=2s"
        }
    }

    /// A value is never repeated, whatever is wrong with its option.
    private static func refuseSecrets(_ arguments: [String]) throws {
        let words = arguments.prefix { $0 != "--" }
        for (place, argument) in words.enumerated() where argument.hasPrefix("--") {
            let option = argument.prefix { $0 != "=" }
            let name = option.lowercased().filter(\.isLetter)
            let value = argument.contains("=") ? argument[option.endIndex...] : words.dropFirst(place + 1).first?[...]
            if name == "url" || name == "proxy", value?.unicodeScalars.contains("@") == true { throw login(in: name) }
            guard name.hasSuffix("token") || name.hasSuffix("password") else { continue }
            throw ValidationError(
                "A secret must not stand on a command line, where everybody on this machine can read it. Put the token into "
                    + "a file that only you can read, and name that with --auth-token-file.")
        }
    }

    /// An address with a login; a user alone counts, because some proxies take their secret in its place.
    private static func login(in option: String) -> ValidationError {
        let help =
            option == "url"
            ? "Name the server without them: the caller is named with --user-id and --auth-token-file."
            : "Name the proxy with user and password in the environment (HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT), or "
                + "as 'proxy' in a configuration file that only you can read."
        return ValidationError(
            "--\(option) holds a user or a password, and everybody on this machine can read a command line. \(help)")
    }
}
