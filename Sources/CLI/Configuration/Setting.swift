/// The settings that the environment and a configuration file can hold: those of the options of all commands.
struct Setting: Sendable, Equatable {
    /// What a value has to be in a file that knows types.
    enum Kind: Sendable {
        case text
        /// The name of a file or a folder; in a configuration file it is relative to that.
        case path
        case number
        case flag
        /// A number, or a text such as `10%`.
        case numberOrText
        /// A number to one command, the name of a file to another.
        case numberOrPath
        /// A program, or a list of it and its arguments.
        case command

        /// What a person is told who wrote something else.
        var expected: String {
            switch self {
            case .text, .path: "a text in quotes"
            case .number: "a number without quotes"
            case .flag: "true or false"
            case .command: "a text in quotes, or a list of such texts"
            case .numberOrText, .numberOrPath: "a number or a text in quotes"
            }
        }
    }

    /// The long name of the option, without dashes in front.
    var name: String
    var kind: Kind
    /// What holds when nobody says anything; `nil` where that is nothing.
    var standard: String?
    /// Variables that say the same besides the one with the option's name.
    var variables: [String] = []
    /// The commands that have it; `nil` for a setting that commands share.
    var commands: [String]?

    private init(
        _ name: String, _ kind: Kind = .text, _ standard: String? = nil, or variables: String...,
        of commands: [String]? = nil
    ) {
        self.name = name
        self.kind = kind
        self.standard = standard
        self.variables = variables
        self.commands = commands
    }

    /// In the order in which a person reads them.
    static let all: [Setting] = [
        Setting("url", or: "ROCKETCHAT_URL"),
        Setting("user-id", or: "ROCKETCHAT_USER_ID"),
        Setting("auth-token-file", .path),
        Setting("ca-file", .path, or: "SSL_CERT_FILE"),
        // That the server is reached directly where NO_PROXY says so is a matter of its address.
        Setting("proxy", or: "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"),
        Setting("allow-insecure-http", .flag, "false"),
        Setting("rate", .text, "auto"),
        Setting("concurrency", .number, "8"),
        Setting("timeout", .number, "30"),
        Setting("max-attempts", .number, "6"),
        Setting("max-failures", .numberOrText, "10%"),
        Setting("max-duration"),
        Setting("window"),
        Setting("max-moves", .number, of: ["run", "undo"]),
        Setting("open-rooms", .text, "defer"),
        Setting("yes", .flag, "false", of: ["consolidate", "run", "undo"]),
        Setting("give-up-open", of: ["run", "undo"]),
        Setting("wait", .text, "0s", of: ["audit", "consolidate", "rehearse", "run", "suggest", "undo", "verify"]),
        Setting("format"),
        Setting("delimiter"),
        Setting("columns"),
        Setting("journal", .path, "MAPPING.journal.db"),
        Setting("report", .path, "MAPPING.report"),
        Setting("shard"),
        Setting("plan", .path, of: ["run"]),
        Setting("plan-max-age", .text, "24h", of: ["run"]),
        Setting("dry-run", .flag, "false", of: ["consolidate", "run", "undo"]),
        Setting("fresh", .flag, "false", of: ["audit", "run", "undo", "verify"]),
        Setting("sample", .numberOrText, of: ["audit", "verify"]),
        Setting("undo-journal", .path, "MAPPING.undo.db", of: ["undo"]),
        Setting("room", of: ["show", "undo"]),
        Setting("visitor", of: ["show", "undo"]),
        Setting("line", .number, of: ["show", "undo"]),
        Setting("only", .path, of: ["undo"]),
        Setting("contacts", .flag, "false", of: ["undo"]),
        Setting("retire", .flag, "true", of: ["consolidate"]),
        Setting("moves", .number, "1000", of: ["doctor"]),
        Setting("mapping", .path, of: ["doctor"]),
        Setting("by", .text, "email,phone", of: ["suggest"]),
        Setting("keep", .text, "latest-chat", of: ["suggest"]),
        Setting("output", .path, "mapping.csv", of: ["suggest"]),
        Setting("overwrite", .flag, "false", of: ["suggest"]),
        Setting("from", .path, of: ["suggest"]),
        Setting("decisions", .path, "MAPPING.decisions.csv, if it is there", of: ["suggest"]),
        Setting("done", .path, of: ["suggest"]),
        Setting("largest-group", .number, "10", of: ["suggest"]),
        Setting("require", .number, "1", of: ["suggest"]),
        Setting("plus-tags", .text, "keep", of: ["suggest"]),
        Setting("default-country", .numberOrText, of: ["suggest"]),
        Setting("port", .number, "0", of: ["sandbox"]),
        Setting("profile", .text, "none, and 6.9 for the sandbox"),
        Setting("seed", .numberOrPath, of: ["audit", "sandbox", "verify"]),
        Setting("rate-limit", .text, "10/60, and off for a rehearsal", of: ["rehearse", "sandbox"]),
        Setting("denial-delay", .number, "0.5 to 1", of: ["sandbox"]),
        Setting("fault", of: ["sandbox"]),
        Setting("clock-skew", .number, "0", of: ["sandbox"]),
        Setting("open-share", .number, "0", of: ["rehearse"]),
        Setting("moved-share", .number, "0", of: ["rehearse"]),
        Setting("watch", of: ["status"]),
        Setting("metrics-file", .path),
        Setting("on-end", .command, of: ["audit", "consolidate", "rehearse", "run", "suggest", "undo", "verify"]),
        Setting("allow-shared-folder", .flag, "false"),
        Setting("json", .flag, "false"),
        Setting("quiet", .flag, "false"),
        Setting("no-progress", .flag, "false"),
        Setting("log-level", .text, "warning"),
        Setting("log-format", .text, "text"),
    ]
}

extension Setting {
    /// The switch that a word of a command line turns on or off; `nil` for every other word.
    static func flag(_ word: String) -> (name: String, isOn: Bool)? {
        if word == "-q" { return ("quiet", true) }
        if word == "--progress" { return ("no-progress", false) }
        for setting in all where setting.kind == .flag {
            if word == "--" + setting.name { return (setting.name, true) }
            if word == "--no-" + setting.name { return (setting.name, false) }
        }
        return nil
    }
}
