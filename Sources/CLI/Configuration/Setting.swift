/// The settings that the environment and a configuration file can hold: those of the options of all commands.
struct Setting: Sendable, Equatable {
    /// What a value has to be in a file that knows types.
    enum Kind: Sendable {
        case text
        case number
        case flag
        /// A number, or a text such as `10%`.
        case numberOrText

        /// What a person is told who wrote something else.
        var expected: String {
            switch self {
            case .text: "a text in quotes"
            case .number: "a number without quotes"
            case .flag: "true or false"
            case .numberOrText: "a number or a text in quotes"
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

    private init(_ name: String, _ kind: Kind = .text, _ standard: String? = nil, or variables: String...) {
        self.name = name
        self.kind = kind
        self.standard = standard
        self.variables = variables
    }

    /// In the order in which a person reads them.
    static let all: [Setting] = [
        Setting("url", or: "ROCKETCHAT_URL"),
        Setting("user-id", or: "ROCKETCHAT_USER_ID"),
        Setting("auth-token-file"),
        Setting("ca-file", or: "SSL_CERT_FILE"),
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
        Setting("open-rooms", .text, "defer"),
        Setting("format"),
        Setting("delimiter"),
        Setting("columns"),
        Setting("journal", .text, "MAPPING.journal.db"),
        Setting("report", .text, "MAPPING.report"),
        Setting("shard"),
        Setting("plan"),
        Setting("plan-max-age", .text, "24h"),
        Setting("dry-run", .flag, "false"),
        Setting("undo-journal", .text, "MAPPING.undo.db"),
        Setting("moves", .number, "1000"),
        Setting("by", .text, "email,phone"),
        Setting("keep", .text, "latest-chat"),
        Setting("output", .text, "mapping.csv"),
        Setting("overwrite", .flag, "false"),
        Setting("from"),
        Setting("largest-group", .number, "10"),
        Setting("require", .number, "1"),
        Setting("plus-tags", .text, "keep"),
        Setting("default-country", .numberOrText),
        Setting("port", .number, "0"),
        Setting("profile", .text, "6.9"),
        Setting("seed"),
        Setting("rate-limit", .text, "10/60, and off for a rehearsal"),
        Setting("denial-delay", .number, "0.5 to 1"),
        Setting("fault"),
        Setting("clock-skew", .number, "0"),
        Setting("open-share", .number, "0"),
        Setting("moved-share", .number, "0"),
        Setting("metrics-file"),
        Setting("json", .flag, "false"),
        Setting("quiet", .flag, "false"),
        Setting("no-progress", .flag, "false"),
        Setting("log-level", .text, "warning"),
        Setting("log-format", .text, "text"),
    ]
}
