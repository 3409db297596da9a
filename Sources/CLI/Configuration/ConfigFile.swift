import Configuration
import FoundationEssentials
import Mapping

/// A configuration file: one JSON object whose keys are the long names of options.
struct ConfigFile {
    let path: String
    private let reader: ConfigReader

    /// Reads a file and checks every key and the type of every value.
    ///
    /// - Throws: `ConfigurationError` with all that is wrong with its keys.
    init(_ path: String) throws {
        self.path = path
        let entries = try Self.entries(of: path)
        let settings = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.name, $0) })
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        var flaws: [String] = []
        for (key, entry) in entries.sorted(by: { $0.key < $1.key }) {
            if let setting = settings[key] {
                if let text = entry.text(as: setting) {
                    let value = setting.kind == .path ? Self.beside(path, text) : text
                    values[AbsoluteConfigKey([key])] = ConfigValue(.string(value), isSecret: false)
                } else {
                    flaws.append("'\(key)' is \(entry), and it has to be \(setting.kind.expected).")
                }
            } else {
                flaws.append(Self.advice(for: key))
            }
        }
        guard flaws.isEmpty else { throw ConfigurationError("In \(path): " + flaws.joined(separator: " ")) }
        reader = ConfigReader(provider: InMemoryProvider(name: path, values: values))
    }

    /// What the file says for an option.
    subscript(name: String) -> String? {
        reader.string(forKey: ConfigKey([name]))
    }

    /// What a path in the file at `path` means: a relative one begins where the file is, wherever the command is typed.
    private static func beside(_ path: String, _ name: String) -> String {
        guard !name.hasPrefix("/"), name != "-", let slash = path.lastIndex(of: "/") else { return name }
        return path[...slash] + name
    }

    /// What to do about a key that is the name of no option; its value is shown nowhere.
    private static func advice(for key: String) -> String {
        let plain = key.lowercased().filter(\.isLetter)
        guard !plain.hasSuffix("token"), !plain.hasSuffix("password") else {
            return
                "'\(key)' is no setting, and a secret does not belong here: put the token into a file that only you can "
                + "read, and name that with 'auth-token-file'."
        }
        let nearest = nearestName(to: key, among: Setting.all.map(\.name))
        let hint = nearest.map { ": '\($0)' is probably meant." } ?? ": the settings are the long names of the options."
        return "'\(key)' is no setting" + hint
    }

    private static func entries(of path: String) throws -> [String: Entry] {
        let bytes = try TrustedFile(path, "configuration file", atMost: greatestSize).bytes
        do {
            return try JSONDecoder().decode([String: Entry].self, from: Data(bytes))
        } catch let error as DecodingError {
            throw ConfigurationError(
                "The configuration file \(path) \(error.inWords). It has to be one JSON object, such as "
                    + "{\"rate\": \"10/min\"}.")
        }
    }

    /// A configuration is short; what is longer is another file.
    private static let greatestSize = 1 << 20
}

/// A value as JSON has it.
private enum Entry: Decodable, CustomStringConvertible {
    case text(String)
    case flag(Bool)
    case number(Double)
    case nothing
    /// A list or an object.
    case several

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        // A value that is not of one kind is of another.
        if value.decodeNil() {
            self = .nothing
        } else if let flag = try? value.decode(Bool.self) {
            self = .flag(flag)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else {
            self = (try? value.decode(String.self)).map { .text($0) } ?? .several
        }
    }

    var description: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .flag(let flag): "\(flag)"
        case .number(let number): Self.digits(number)
        case .nothing: "null"
        case .several: "a list or an object"
        }
    }

    /// As the same setting is written in the environment; `nil` when it has another type.
    func text(as setting: Setting) -> String? {
        switch (self, setting.kind) {
        // Without any text only a proxy means something: none.
        case (.text(let text), .text), (.text(let text), .path), (.text(let text), .numberOrText):
            text.isEmpty && setting.name != "proxy" ? nil : text
        case (.flag, .flag), (.number, .number), (.number, .numberOrText): description
        default: nil
        }
    }

    /// Whole numbers without a point.
    private static func digits(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}

extension DecodingError {
    /// What is wrong with the text; the decoder does not tell where.
    fileprivate var inWords: String {
        if case .dataCorrupted = self { "is not valid JSON" } else { "holds another kind of JSON value" }
    }
}
