import FoundationEssentials
import Report

/// A value of a configuration file as JSON has it.
enum ConfigEntry: Decodable, CustomStringConvertible {
    case text(String)
    case flag(Bool)
    case number(Double)
    case nothing
    /// A list of texts.
    case texts([String])
    case object([String: ConfigEntry])
    /// Any other list.
    case list

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // A value that is not of one kind is of another.
        if value.decodeNil() {
            self = .nothing
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let texts = try? value.decode([String].self) {
            self = .texts(texts)
        } else {
            self = (try? value.decode([String: ConfigEntry].self)).map { .object($0) } ?? .list
        }
    }

    var description: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .flag(let flag): "\(flag)"
        case .number(let number): Self.digits(number)
        case .nothing: "null"
        case .texts, .object, .list: "a list or an object"
        }
    }

    /// As the same setting is written in the environment; `nil` when it has another type.
    ///
    /// A path is relative to the file at `path`.
    func text(as setting: Setting, in path: String) -> String? {
        switch (self, setting.kind) {
        // Without any text only a proxy means something: none.
        case (.text(let text), _) where text.isEmpty: setting.kind == .text && setting.name == "proxy" ? "" : nil
        case (.text(let text), .text), (.text(let text), .numberOrText): text
        case (.text(let text), .path), (.text(let text), .numberOrPath): Self.beside(path, text)
        // A program without a slash is looked for in PATH, as a shell does.
        case (.text(let text), .command) where text.first != "[" && !text.contains("/"): text
        case (.text(let text), .command) where text.first != "[": Self.beside(path, text)
        case (.texts(let words), .command): Self.list(words, beside: path)
        case (.flag, .flag), (.number, .number), (.number, .numberOrText), (.number, .numberOrPath): description
        default: nil
        }
    }

    /// What a path in the file at `path` means: a relative one begins where the file is, wherever the command is typed.
    private static func beside(_ path: String, _ name: String) -> String {
        guard !name.hasPrefix("/"), name != "-", let slash = path.lastIndex(of: "/") else { return name }
        return path[...slash] + name
    }

    /// A program and its arguments as one text.
    private static func list(_ words: [String], beside path: String) -> String? {
        let program = words.prefix(1).map { $0.contains("/") ? beside(path, $0) : $0 }
        // Texts can be written as JSON whatever is in them.
        return try? jsonText(program + words.dropFirst(), isOneLine: true)
    }

    /// Whole numbers without a point.
    private static func digits(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}
