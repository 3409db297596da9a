import Configuration
import FoundationEssentials

/// Where a setting comes from when the command line does not say: the environment.
///
/// The environment name of an option is `VISITOR_MERGE_` and its name; what belongs to the server begins with
/// `ROCKETCHAT_` (spec 4).
struct Settings {
    private let reader: ConfigReader

    init() {
        reader = ConfigReader(
            provider: EnvironmentVariablesProvider(secretsSpecifier: .specific(["ROCKETCHAT_AUTH_TOKEN"])))
    }

    /// The text of a server setting such as `url` from `ROCKETCHAT_URL`; empty counts as absent.
    func server(_ name: String, isSecret: Bool = false) -> String? {
        text(forKey: "rocketchat.\(name)", isSecret: isSecret)
    }

    /// The flag's value, or the environment's, or the default.
    ///
    /// `name` is the long name of the option without dashes in front; `parse` reads the environment's text, and `nil`
    /// refuses it with a sentence that says what was `expected`.
    func value<Value>(
        _ flag: Value?, _ name: String, default standard: Value, expected: String, _ parse: (String) -> Value?
    ) throws -> Value {
        if let flag { return flag }
        guard let text = option(name) else { return standard }
        guard let value = parse(text) else {
            throw ConfigurationError("\(Self.environmentName(name)) is '\(text)', and it has to be \(expected).")
        }
        return value
    }

    /// The flag, or what the environment says in its place.
    func flag(_ flag: Bool, _ name: String) throws -> Bool {
        try value(flag ? true : nil, name, default: false, expected: "true or false") { text in
            switch text.lowercased() {
            case "true", "1", "yes": true
            case "false", "0", "no": false
            default: nil
            }
        }
    }

    /// The environment's text for an option; empty counts as absent.
    func option(_ name: String) -> String? {
        text(forKey: "visitor.merge.\(name)", isSecret: false)
    }

    /// A variable that somebody else has named; empty counts as absent.
    func variable(_ name: String) -> String? {
        text(forKey: name.lowercased().replacing("_", with: "."), isSecret: false)
    }

    static func environmentName(_ option: String) -> String {
        "VISITOR_MERGE_" + option.uppercased().replacing("-", with: "_")
    }

    private func text(forKey key: String, isSecret: Bool) -> String? {
        guard let text = reader.string(forKey: ConfigKey(key), isSecret: isSecret), !text.isEmpty else { return nil }
        return text
    }
}

/// A setting is missing or makes no sense.
struct ConfigurationError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
