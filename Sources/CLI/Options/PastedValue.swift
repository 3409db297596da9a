/// A value as people copy it: with the quotes of a file of variables, the line end of `echo`, the mark of an editor.
///
/// Neither an id, nor a token, nor an address of a server can begin or end with any of that.
struct PastedValue {
    /// What is meant.
    let text: String
    /// What stood around it and is worth a word; empty for spaces and line ends alone.
    private let leftOut: [String]
    /// More lines follow the one that is used.
    private let hasMoreLines: Bool

    /// What a value is meant for, and the names that people copy with it, from a file of variables, a command or an answer of
    /// the server.
    enum Purpose {
        case address
        case user
        case token

        fileprivate var names: [String] {
            switch self {
            case .address: ["ROCKETCHAT_URL", "VISITOR_MERGE_URL"]
            case .user: ["ROCKETCHAT_USER_ID", "VISITOR_MERGE_USER_ID", "X-User-Id", "user-id", "userId", "user_id"]
            case .token:
                [
                    "ROCKETCHAT_AUTH_TOKEN", "VISITOR_MERGE_AUTH_TOKEN", "X-Auth-Token", "Authorization", "auth-token",
                    "authToken", "auth_token",
                ]
            }
        }
    }

    /// The first line that is not blank, without spaces and quotes around it.
    init(_ text: String, for purpose: Purpose) {
        self.init(text, words: [], names: purpose.names)
    }

    /// The same of a token, which is also copied out of a header.
    ///
    /// Spaces inside are left out too.
    init(token text: String) {
        self.init(text, words: ["Bearer "], names: Purpose.token.names)
    }

    private init(_ text: String, words: [String], names: [String]) {
        let lines = text.split(whereSeparator: \.isNewline).map(\.plain).filter { !$0.isEmpty }
        hasMoreLines = lines.count > 1
        var rest = lines.first ?? ""
        var leftOut: [String] = []
        while true {
            if let inside = rest.withoutQuotes {
                rest = inside
                leftOut.append("quotes around it")
            } else if let word = words.first(where: { (rest + " ").lowercased().hasPrefix($0.lowercased()) }) {
                rest = rest.dropFirst(word.count).plain
                leftOut.append("“\(word.dropLast())” in front of it")
            } else if let (name, value) = rest.withoutName(among: names) {
                rest = value
                leftOut.append("“\(name)” in front of it")
            } else {
                break
            }
        }
        self.text = words.isEmpty ? String(rest) : String(rest.filter { !$0.isWhitespace })
        self.leftOut = leftOut
    }

    /// Says what was left out of the value of that name.
    func remark(on name: String) {
        if hasMoreLines {
            Output.remark("\(name) has a line break inside, and only the line before it is used.")
        }
        guard !leftOut.isEmpty else { return }
        Output.remark("\(name) is used without the \(leftOut.joined(separator: " and the ")).")
    }
}

extension Substring {
    /// Without spaces and the mark of an editor (U+FEFF) around it.
    fileprivate var plain: Substring {
        func isAround(_ character: Character) -> Bool { character.isWhitespace || character == "\u{FEFF}" }
        let rest = drop(while: isAround)
        return rest.lastIndex { !isAround($0) }.map { rest[...$0] } ?? ""
    }

    /// One of the names and what is assigned to it, as in `export NAME=value`, `-H "NAME: value"` or `"NAME":"value",`;
    /// `nil` without a name.
    fileprivate func withoutName(among names: [String]) -> (name: String, value: Substring)? {
        var rest = self
        for word in ["export ", "set ", "setenv ", "$env:", "-H", "--header", "-e", "--env", "{"] {
            if rest.lowercased().hasPrefix(word.lowercased()) { rest = rest.dropFirst(word.count).plain }
        }
        func isQuote(_ character: Character) -> Bool { "\"'`".contains(character) }
        rest = rest.drop(while: isQuote)
        guard let name = names.first(where: { rest.lowercased().hasPrefix($0.lowercased()) }) else { return nil }
        rest = rest.dropFirst(name.count).drop { isQuote($0) || $0.isWhitespace }
        guard let sign = rest.first, sign == "=" || sign == ":" else { return nil }
        var value = rest.dropFirst().plain
        while let last = value.last, ",;}".contains(last) { value = value.dropLast().plain }
        // The quote that belongs to the one may have been taken off before.
        if let first = value.first, isQuote(first), value.last != first || value.count == 1 {
            value = value.dropFirst()
        }
        if let last = value.last, isQuote(last), value.first != last { value = value.dropLast() }
        return (name, value.plain)
    }

    /// What stands between two quotes of one kind; `nil` if it does not stand between such.
    fileprivate var withoutQuotes: Substring? {
        let pairs: [(Character, Character)] = [
            ("\"", "\""), ("'", "'"), ("`", "`"), ("“", "”"), ("‘", "’"), ("„", "“"),
        ]
        guard count >= 2, pairs.contains(where: { first == $0.0 && last == $0.1 }) else { return nil }
        return dropFirst().dropLast().plain
    }
}
