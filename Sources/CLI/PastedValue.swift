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

    /// The first line that is not blank, without spaces and quotes around it.
    init(_ text: String) {
        self.init(text, words: [])
    }

    /// The same of a token, which is also copied out of a header.
    ///
    /// Spaces inside are left out too.
    init(token text: String) {
        self.init(text, words: ["Bearer "])
    }

    private init(_ text: String, words: [String]) {
        let lines = text.split(whereSeparator: \.isNewline).map(\.plain).filter { !$0.isEmpty }
        hasMoreLines = lines.count > 1
        var rest = lines.first ?? ""
        var leftOut: [String] = []
        while true {
            if let inside = rest.withoutQuotes {
                rest = inside
                leftOut.append("quotes around it")
            } else if let word = words.first(where: { rest.lowercased().hasPrefix($0.lowercased()) }) {
                rest = rest.dropFirst(word.count).plain
                leftOut.append("“\(word.dropLast())” in front of it")
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

    /// What stands between two quotes of one kind; `nil` if it does not stand between such.
    fileprivate var withoutQuotes: Substring? {
        let pairs: [(Character, Character)] = [
            ("\"", "\""), ("'", "'"), ("`", "`"), ("“", "”"), ("‘", "’"), ("„", "“"),
        ]
        guard count >= 2, pairs.contains(where: { first == $0.0 && last == $0.1 }) else { return nil }
        return dropFirst().dropLast().plain
    }
}
