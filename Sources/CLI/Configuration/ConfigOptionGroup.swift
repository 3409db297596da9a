import ArgumentParser
import Files

/// The configuration file and the profile in it; shared by every command that talks to a server or reads a journal.
struct ConfigOptionGroup: ParsableArguments {
    @OptionGroup var file: ConfigFileOptionGroup

    @Option(
        help: """
            The profile of the configuration file to use: its values come before those beside it. \
            [VISITOR_MERGE_PROFILE]
            """)
    var profile: String?

    func settings() throws -> Settings { try file.settings(profile: profile) }
}

/// The configuration file alone.
struct ConfigFileOptionGroup: ParsableArguments {
    @Option(
        help: """
            JSON file with settings under the names of the options, such as {"rate": "10/min"}; options and the \
            environment come before it. Default: $XDG_CONFIG_HOME/visitor-merge/config.json \
            (~/.config/visitor-merge/config.json), else /etc/visitor-merge/config.json. [VISITOR_MERGE_CONFIG]
            """)
    var config: String?

    @Flag(
        name: .customLong("allow-shared-folder"), inversion: .prefixedNo, exclusivity: .chooseLast,
        help: """
            Work in folders that other users may write to: they can then exchange what is written and read. \
            [VISITOR_MERGE_ALLOW_SHARED_FOLDER]
            """)
    private var allowSharedFolder: Bool?

    func settings(profile: String? = nil) throws -> Settings {
        let settings = try Settings(config: config, profile: profile)
        if try settings.flag(allowSharedFolder, "allow-shared-folder") { TrustedFolder.allowShared() }
        return settings
    }
}
