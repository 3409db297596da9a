import ArgumentParser
import Model

extension CommandLine {
    /// The command as it was typed: every command can be run again, and goes on where it was.
    static var same: String {
        same(without: [])
    }

    /// The command as it was typed, without some of its options.
    static func same(without names: Set<String>) -> String {
        let groups = groups(of: arguments.dropFirst())
        return typed(groups.filter { !names.contains($0.option ?? "") }.flatMap(\.words))
    }

    /// Another command, with those options of this one that it has too.
    static func other(_ words: [String], keeping names: Set<String>) -> String {
        let kept = groups(of: arguments.dropFirst()).filter { names.contains($0.option ?? "") }
        return typed(words + kept.flatMap(\.words))
    }

    /// The command that was asked for, if its name is where it should be.
    static var command: String? {
        let commands = VisitorMerge.configuration.subcommands.compactMap { $0.configuration.commandName }
        return arguments.dropFirst().first { commands.contains($0) }
    }

    /// The words of a command line, each option together with its value.
    private static func groups(of words: ArraySlice<String>) -> [(option: String?, words: [String])] {
        var groups: [(option: String?, words: [String])] = []
        var rest = words
        while let word = rest.popFirst() {
            if let flag = Setting.flag(word) {
                groups.append((flag.name, [word]))
                continue
            }
            guard word.hasPrefix("--"), word.count > 2 else {
                groups.append((nil, [word]))
                continue
            }
            let name = String(word.dropFirst(2).prefix { $0 != "=" })
            let value = word.contains("=") ? nil : rest.popFirst()
            let words = [word] + (value.map { [$0] } ?? [])
            groups.append((name, words))
        }
        return groups
    }

    private static func typed(_ words: [String]) -> String {
        (["visitor-merge"] + words.map(\.withoutSecretsOfURL)).map(\.quotedForShell).joined(separator: " ")
    }
}

extension String {
    /// The word without user, password, query and fragment of a URL in it: what is printed is kept, and each of them may
    /// be a secret.
    ///
    /// By scalars: a sign with a combining mark after it still ends what is before it.
    var withoutSecretsOfURL: String {
        guard let start = unicodeScalars.firstRange(of: "://".unicodeScalars)?.upperBound else { return self }
        return self[..<start] + String(self[start...]).withoutSecretsOfAddress
    }

    /// The same of each word of a sentence.
    var withoutSecretsOfURLs: String {
        split(separator: " ", omittingEmptySubsequences: false).map { String($0).withoutSecretsOfURL }
            .joined(separator: " ")
    }

    /// The same of an address of a server, which may have been written without a scheme.
    var withoutSecretsOfServer: String {
        unicodeScalars.contains("://".unicodeScalars) ? withoutSecretsOfURL : withoutSecretsOfAddress
    }

    /// The same of what stands behind the scheme.
    private var withoutSecretsOfAddress: String {
        let text = unicodeScalars
        let end = text.firstIndex { $0 == "?" || $0 == "#" } ?? text.endIndex
        let authority = text[..<end].prefix { $0 != "/" }
        let cut = end == text.endIndex ? "" : "\(text[end])…"
        if let at = authority.lastIndex(of: "@") { return "USER:PASSWORD" + String(text[at..<end]) + cut }
        // A password may hold what ends an authority elsewhere.
        let isLogin = text.contains("@") && (end < text.endIndex || authority.isEmpty || authority.contains(":"))
        return isLogin ? "…" : String(text[..<end]) + cut
    }

    /// A proxy without user and password: it is also written without a scheme, and a password may hold what ends an
    /// authority elsewhere.
    var withoutLoginOfProxy: String {
        guard let at = lastIndex(of: "@") else { return self }
        let start = firstRange(of: "://")?.upperBound ?? startIndex
        return self[..<min(start, at)] + "USER:PASSWORD" + self[at...]
    }
}
