import ArgumentParser
import Model

/// Which part of a mapping to work on, for jobs that several machines share.
struct ShardOptionGroup: ParsableArguments {
    @Option(
        help: """
            Work on the I-th of N parts of the mapping, such as 2/8, with a journal and a report of its own. Counted \
            from 1. [VISITOR_MERGE_SHARD, or JOB_COMPLETION_INDEX from 0 and VISITOR_MERGE_SHARDS]
            """, transform: Self.shard)
    var shard: Shard?

    /// The part that the flag names, or the environment, or the configuration file.
    ///
    /// The environment says it as the option does, or as the pods of an indexed Kubernetes job are numbered.
    func resolved(_ settings: Settings) throws -> Shard? {
        let isNamed = shard != nil || settings.variable(Settings.environmentName("shard")) != nil
        if !isNamed, let shard = try numbered(settings) { return shard }
        return try settings.optional(shard, "shard", expected: "a part such as 2/8", Shard.init)
    }

    private func numbered(_ settings: Settings) throws -> Shard? {
        let most = Shard.most
        guard
            let count = try settings.optional(
                nil, "shards", expected: "a number from 1 to \(most)", { Int($0).flatMap { Shard(1, of: $0)?.count } })
        else { return nil }
        guard let index = settings.variable("JOB_COMPLETION_INDEX") else {
            throw ConfigurationError(
                "VISITOR_MERGE_SHARDS is \(count), and JOB_COMPLETION_INDEX does not say which of these parts to work on. "
                    + "Set it from 0 to \(count - 1), or use --shard.")
        }
        guard let number = Int(index), number < most, let shard = Shard(number + 1, of: count) else {
            throw ConfigurationError(
                "JOB_COMPLETION_INDEX is '\(index)', and of \(count) parts it has to be one from 0 to \(count - 1).")
        }
        return shard
    }

    private static func shard(_ argument: String) throws -> Shard {
        guard let shard = Shard(argument) else {
            throw ValidationError(
                "'\(argument)' is no part: use I/N, such as 2/8 for the second of eight, with N up to \(Shard.most).")
        }
        return shard
    }
}
