import FoundationEssentials
import Model
import Report

/// Every setting as it holds for a command, and where it came from; nothing secret is among them.
struct EffectiveSettings {
    struct Row: Sendable, Equatable {
        var name: String
        /// `nil` when nobody says anything and nothing is the default.
        var value: String?
        var source: Settings.Source
        /// Why the value is not what it seems, in a word or two.
        var remark: String?
    }

    let rows: [Row]
    private let config: String?

    /// `arguments` are those of the command, without its name.
    init(_ settings: Settings, arguments: [String]) {
        config = settings.file?.path
        let given = Self.options(in: arguments)
        rows = Setting.all.flatMap { setting -> [Row] in
            let found =
                given[setting.name] ?? settings.find(setting.name, or: setting.variables)
            let row = Row(
                name: setting.name, value: Self.shown(found?.text ?? setting.standard, of: setting),
                source: found?.source ?? .standard, remark: found == nil ? nil : setting.remark)
            return setting.name == "auth-token-file" ? [row] + Self.token(settings, file: row) : [row]
        }
    }

    private static func shown(_ value: String?, of setting: Setting) -> String? {
        switch setting.name {
        case "proxy": value?.withoutLoginOfProxy
        case "url": value?.withoutSecretsOfServer
        case "auth-token-file": value.map { TokenFile.isToken($0) ? "(secret, and no path)" : $0.withoutSecretsOfURL }
        default: value?.withoutSecretsOfURL
        }
    }

    /// A token is only said to be there; `file` is what names the one that comes first or last.
    private static func token(_ settings: Settings, file: Row) -> [Row] {
        let isFirst =
            switch file.source {
            case .option, .variable: true
            case .file, .standard: false
            }
        let remark = isFirst ? "\(file.name) comes before it" : nil
        let token = settings.variable(Settings.tokenVariable).map { _ in
            Row(name: "auth-token", value: "(secret)", source: .variable(Settings.tokenVariable), remark: remark)
        }
        let folder = settings.variable("CREDENTIALS_DIRECTORY").map { folder in
            Row(
                name: "auth-token", value: folder + "/rocketchat-auth-token",
                source: .variable("CREDENTIALS_DIRECTORY"),
                remark: isFirst || token != nil ? "what is above comes before it" : "if it is there")
        }
        return [token, folder].compactMap(\.self)
    }

    /// What the options of a command line say, by their long names; the last one holds.
    private static func options(in arguments: [String]) -> [String: Settings.Found] {
        let kinds = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.name, $0.kind) })
        var given: [String: Settings.Found] = [:]
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if let (name, isOn) = Setting.flag(word) {
                given[name] = Settings.Found(text: "\(isOn)", source: .option(word))
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].hasPrefix("--") ? String(parts[0].dropFirst(2)) : ""
            guard kinds[name] != nil, let text = parts.count > 1 ? String(parts[1]) : rest.popFirst() else { continue }
            given[name] = Settings.Found(text: text, source: .option("--" + name))
        }
        return given
    }

    /// For a person, in columns.
    var text: String {
        let cells = rows.map { row in
            (row.name, row.value ?? "-", row.source.inWords + (row.remark.map { " (\($0))" } ?? ""))
        }
        let names = cells.map(\.0.count).max() ?? 0
        let values = min(cells.map(\.1.count).max() ?? 0, 40)
        return cells.map { "\($0.0.padded(to: names))  \($0.1.padded(to: values))  \($0.2)" }.joined(separator: "\n")
    }

    /// As `visitor-merge/settings/1`; what is not set is `null`.
    func json() throws -> String {
        try jsonText(
            Page(
                config: config,
                settings: rows.map { ["name": $0.name, "value": $0.value, "source": $0.source.inWords] }))
    }

    private struct Page: Encodable {
        var schema = "visitor-merge/settings/1"
        var config: String?
        var settings: [[String: String?]]

        private enum Key: CodingKey {
            case schema, config, settings
        }

        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: Key.self)
            try fields.encode(schema, forKey: .schema)
            try fields.encode(config, forKey: .config)
            try fields.encode(settings, forKey: .settings)
        }
    }
}

extension Settings.Source {
    /// As a person names it.
    fileprivate var inWords: String {
        switch self {
        case .option(let name), .variable(let name): name
        case .file(let path, nil): path
        case .file(let path, let profile?): "\(path), profile \(profile)"
        case .standard: "default"
        }
    }
}

extension Setting {
    fileprivate var remark: String? {
        switch name {
        case "auth-token-file": "not read"
        case "proxy": "not for hosts in NO_PROXY"
        default: nil
        }
    }
}
