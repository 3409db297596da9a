import Configuration
import FoundationEssentials
import Mapping

/// A configuration file: one JSON object whose keys are the long names of options, and `profiles` with more of them.
struct ConfigFile {
    let path: String
    /// The profile in use; its values come before those beside it.
    private(set) var profile: String?
    private let shared: ConfigReader
    private let profiles: [String: ConfigReader]

    /// Reads a file and checks every key and the type of every value, also in profiles that are not used.
    ///
    /// - Throws: `ConfigurationError` with all that is wrong with its keys.
    init(_ path: String) throws {
        self.path = path
        var entries = try Self.entries(of: path)
        var flaws: [String] = []
        var sections: [String: [String: ConfigEntry]] = [:]
        switch entries.removeValue(forKey: Self.profilesKey) {
        case nil: break
        case .object(let named)?:
            for (name, entry) in named.sorted(by: { $0.key < $1.key }) {
                if case .object(let section) = entry {
                    sections[name] = section
                } else {
                    flaws.append("The profile '\(name)' is \(entry), and it has to be an object.")
                }
            }
        case let entry?:
            flaws.append(
                "'\(Self.profilesKey)' is \(entry), and it has to be an object with an object for each profile.")
        }
        let values = Self.values(of: entries, in: path, flaws: &flaws)
        shared = ConfigReader(provider: InMemoryProvider(name: path, values: values))
        var profiles: [String: ConfigReader] = [:]
        for (name, section) in sections.sorted(by: { $0.key < $1.key }) {
            var flawsHere: [String] = []
            let values = Self.values(of: section, in: path, flaws: &flawsHere)
            profiles[name] = ConfigReader(provider: InMemoryProvider(name: "\(path) \(name)", values: values))
            flaws += flawsHere.map { "In its profile '\(name)': \($0)" }
        }
        self.profiles = profiles
        guard flaws.isEmpty else { throw ConfigurationError("In \(path): " + flaws.joined(separator: " ")) }
    }

    /// What the file says for an option, and the profile that says it.
    func value(of name: String) -> (text: String, profile: String?)? {
        let key = ConfigKey([name])
        if let profile, let text = profiles[profile]?.string(forKey: key) { return (text, profile) }
        return shared.string(forKey: key).map { ($0, nil) }
    }

    subscript(name: String) -> String? { value(of: name)?.text }

    func has(profile name: String) -> Bool { profiles[name] != nil }

    /// Puts the values of a profile before the others.
    ///
    /// - Throws: `ConfigurationError` naming the profiles that are there.
    mutating func use(_ choice: Settings.Found) throws {
        guard has(profile: choice.text) else {
            let names = profiles.keys.sorted()
            let hint =
                names.isEmpty
                ? "it has none (\"profiles\": {\"NAME\": {…}})"
                : "its profiles are " + names.map { "'\($0)'" }.joined(separator: ", ")
            throw ConfigurationError(
                "\(choice.named("profile")) is '\(choice.text)', and \(path) has no such profile: \(hint).")
        }
        profile = choice.text
    }

    private static let profilesKey = "profiles"

    private static func values(
        of entries: [String: ConfigEntry], in path: String, flaws: inout [String]
    ) -> [AbsoluteConfigKey: ConfigValue] {
        let settings = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.name, $0) })
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for (key, entry) in entries.sorted(by: { $0.key < $1.key }) {
            if let setting = settings[key] {
                if let text = entry.text(as: setting, in: path) {
                    values[AbsoluteConfigKey([key])] = ConfigValue(.string(text), isSecret: false)
                } else {
                    flaws.append("'\(key)' is \(entry), and it has to be \(setting.kind.expected).")
                }
            } else {
                flaws.append(advice(for: key))
            }
        }
        return values
    }

    /// What to do about a key that is the name of no option; its value is shown nowhere.
    private static func advice(for key: String) -> String {
        let plain = key.lowercased().filter(\.isLetter)
        guard !plain.hasSuffix("token"), !plain.hasSuffix("password") else {
            return
                "'\(key)' is no setting, and a secret does not belong here: put the token into a file that only you can "
                + "read, and name that with 'auth-token-file'."
        }
        let nearest = nearestName(to: key, among: Setting.all.map(\.name) + [profilesKey])
        let hint = nearest.map { ": '\($0)' is probably meant." } ?? ": the settings are the long names of the options."
        return "'\(key)' is no setting" + hint
    }

    private static func entries(of path: String) throws -> [String: ConfigEntry] {
        let bytes = try TrustedFile(path, "configuration file", atMost: greatestSize).bytes
        do {
            return try JSONDecoder().decode([String: ConfigEntry].self, from: Data(bytes))
        } catch let error as DecodingError {
            throw ConfigurationError(
                "The configuration file \(path) \(error.inWords). It has to be one JSON object, such as "
                    + "{\"rate\": \"10/min\"}.")
        }
    }

    /// A configuration is short; what is longer is another file.
    private static let greatestSize = 1 << 20
}

extension DecodingError {
    /// What is wrong with the text; the decoder does not tell where.
    fileprivate var inWords: String {
        if case .dataCorrupted = self { "is not valid JSON" } else { "holds another kind of JSON value" }
    }
}
