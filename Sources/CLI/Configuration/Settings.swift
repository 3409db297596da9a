import ArgumentParser
import Configuration
import FoundationEssentials
import Mapping

/// Where a setting comes from when the command line does not say: the environment, then the configuration file.
///
/// The environment name of an option is `VISITOR_MERGE_` and its name; what belongs to the server begins with
/// `ROCKETCHAT_` as well (Specification, "Settings"). What is empty in the environment counts as absent.
struct Settings {
    /// Where a value was found.
    enum Source: Sendable, Equatable {
        case option(String)
        case variable(String)
        case file(path: String, profile: String?)
        case standard
    }

    /// A value as it is written, and where.
    struct Found: Sendable, Equatable {
        var text: String
        var source: Source
    }

    /// The configuration file, if there is one.
    let file: ConfigFile?
    private let environment: ConfigReader
    /// As it is, for names that others gave in small letters.
    private let variables: [String: String]

    /// Settings from an environment and from a file: the one at `path`, else the one that the environment names, else the
    /// one at a usual place.
    ///
    /// - Throws: `ConfigurationError` when the file cannot be used.
    init(
        config path: String? = nil, profile: String? = nil,
        environment variables: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        // No value ends with a line, but what a shell or a secret hands over often does.
        self.variables = variables.mapValues(\.withoutLineEnd).filter { !$0.value.isEmpty }
        environment = ConfigReader(
            provider: EnvironmentVariablesProvider(
                environmentVariables: self.variables, secretsSpecifier: .specific([Self.tokenVariable])))
        let variable = Self.environmentName("profile")
        file = try Self.file(
            named: path ?? Self.text(of: "VISITOR_MERGE_CONFIG", in: environment),
            profile: profile.map { Found(text: $0, source: .option("--profile")) }
                ?? Self.text(of: variable, in: environment).map { Found(text: $0, source: .variable(variable)) },
            variables: self.variables)
    }

    /// The environment alone.
    private init(environment variables: [String: String]) {
        self.variables = variables.mapValues(\.withoutLineEnd).filter { !$0.value.isEmpty }
        environment = ConfigReader(
            provider: EnvironmentVariablesProvider(
                environmentVariables: self.variables, secretsSpecifier: .specific([Self.tokenVariable])))
        file = nil
    }

    /// What holds where the file cannot be used.
    static var withoutFile: Settings { Settings(environment: ProcessInfo.processInfo.environment) }

    /// The flag's value, or the environment's, or the file's, or the default.
    ///
    /// `name` is the long name of the option without dashes in front; `parse` reads the text, and `nil` refuses it with
    /// a sentence that says what was `expected`.
    func value<Value>(
        _ flag: Value?, _ name: String, default standard: Value, expected: String, _ parse: (String) -> Value?
    ) throws -> Value {
        if let flag { return flag }
        guard let found = find(name) else { return standard }
        guard let value = parse(found.text) else {
            throw ConfigurationError("\(found.named(name)) is '\(found.text)', and it has to be \(expected).")
        }
        return value
    }

    /// A whole number in a range.
    func number(
        _ flag: Int?, _ name: String, in range: ClosedRange<Int>, default standard: Int, _ what: String = "a number"
    ) throws -> Int {
        try value(
            flag, name, default: standard, expected: "\(what) from \(range.lowerBound) to \(range.upperBound)"
        ) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    /// Reads the number behind an option, and refuses one that is not in its range.
    static func number(in range: ClosedRange<Int>) -> @Sendable (String) throws -> Int {
        { argument in
            guard let number = Int(argument), range.contains(number) else {
                throw ValidationError("it has to be a number from \(range.lowerBound) to \(range.upperBound).")
            }
            return number
        }
    }

    /// The flag, or what is said in its place.
    func flag(_ flag: Bool?, _ name: String, default standard: Bool = false) throws -> Bool {
        try value(flag, name, default: standard, expected: "true or false") { text in
            switch text.lowercased() {
            case "true", "1", "yes": true
            case "false", "0", "no": false
            default: nil
            }
        }
    }

    /// What is said for an option, by the environment or by the file.
    ///
    /// `others` are variables that say the same; they come after that of the option, and before the file.
    func find(_ name: String, or others: [String] = []) -> Found? {
        for name in [Self.environmentName(name)] + others {
            if let text = variable(name) { return Found(text: text, source: .variable(name)) }
        }
        return file.flatMap { file in
            file.value(of: name).map { Found(text: $0.text, source: .file(path: file.path, profile: $0.profile)) }
        }
    }

    /// The same with what the command line says, which comes first.
    func find(_ option: String?, _ name: String, or others: [String] = []) -> Found? {
        option.map { Found(text: $0, source: .option("--" + name)) } ?? find(name, or: others)
    }

    /// The text of it.
    func option(_ name: String, or others: String...) -> String? {
        find(name, or: others)?.text
    }

    /// A variable by its name; empty counts as absent.
    func variable(_ name: String) -> String? {
        name == name.uppercased() ? Self.text(of: name, in: environment) : variables[name]
    }

    /// Variables that are named as if they were for this program and are not, each with the one that was probably meant.
    var unknownVariables: [(name: String, meant: String?)] {
        let known = Setting.all.map { Self.environmentName($0.name) } + Self.otherVariables
        let unknown = variables.keys.filter { $0.hasPrefix(Self.prefix) && !known.contains($0) }
        return unknown.sorted().map { name in
            // The nearest name is that of the token's file, and a token is no path.
            (
                name,
                name == Self.environmentName("auth-token") ? Self.tokenVariable : nearestName(to: name, among: known)
            )
        }
    }

    /// What is said in the environment alone: `STATUS` and `COMMAND` to a program of `--on-end`, and the last one makes tests crash where they want to.
    private static let otherVariables = ["CONFIG", "SHARDS", "STATUS", "COMMAND", "CRASH_AT"].map { prefix + $0 }

    private static let prefix = "VISITOR_MERGE_"
    static let tokenVariable = "ROCKETCHAT_AUTH_TOKEN"

    static func environmentName(_ option: String) -> String {
        prefix + option.uppercased().replacing("-", with: "_")
    }

    private static func text(of variable: String, in environment: ConfigReader) -> String? {
        environment.string(
            forKey: ConfigKey(variable.lowercased().replacing("_", with: ".")), isSecret: variable == tokenVariable)
    }
}

extension String {
    fileprivate var withoutLineEnd: String {
        lastIndex { !$0.isNewline }.map { String(self[...$0]) } ?? ""
    }
}

extension Settings.Found {
    /// How a person finds the setting again.
    func named(_ option: String) -> String {
        switch source {
        case .option(let name): name
        case .variable(let name): name
        case .file(let path, nil): "'\(option)' in \(path)"
        case .file(let path, let profile?): "'\(option)' in the profile '\(profile)' of \(path)"
        case .standard: option
        }
    }
}

/// A setting is missing or makes no sense.
struct ConfigurationError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
