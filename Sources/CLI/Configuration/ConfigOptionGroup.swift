import ArgumentParser

/// The configuration file; shared by every command that has settings.
struct ConfigOptionGroup: ParsableArguments {
    @Option(
        help: """
            JSON file with settings under the names of the options, such as {"rate": "10/min"}; options and the \
            environment come before it. [VISITOR_MERGE_CONFIG]
            """)
    var config: String?

    func settings() throws -> Settings {
        try Settings(config: config)
    }
}
