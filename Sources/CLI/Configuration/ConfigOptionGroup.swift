import ArgumentParser
import Files

/// The configuration file; shared by every command that has settings.
struct ConfigOptionGroup: ParsableArguments {
    @Option(
        help: """
            JSON file with settings under the names of the options, such as {"rate": "10/min"}; options and the \
            environment come before it. [VISITOR_MERGE_CONFIG]
            """)
    var config: String?

    @Flag(
        name: .customLong("allow-shared-folder"), inversion: .prefixedNo, exclusivity: .chooseLast,
        help: """
            Work in folders that other users may write to: they can then exchange what is written and read. \
            [VISITOR_MERGE_ALLOW_SHARED_FOLDER]
            """)
    private var allowSharedFolder: Bool?

    func settings() throws -> Settings {
        let settings = try Settings(config: config)
        if try settings.flag(allowSharedFolder, "allow-shared-folder") { TrustedFolder.allowShared() }
        return settings
    }
}
