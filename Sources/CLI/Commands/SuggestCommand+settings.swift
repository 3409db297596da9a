import ArgumentParser
import FoundationEssentials
import Mapping
import Migration
import RocketChat
import Matching

extension SuggestCommand {
    static let usualKinds: [MatchKey] = [.email, .phone]
    /// A larger group than that is nobody's one person.
    static let groupSizes = 2...1000

    /// The job with all its settings; asks nobody yet.
    func job(_ settings: Settings) throws -> SuggestJob {
        let pace = try pace.resolved(settings)
        let path = mapping ?? settings.option("output") ?? "mapping.csv"
        guard path != "-" else {
            throw ValidationError("--output has to be a file: it names people, and the terminal is no place for them.")
        }
        let keep = try settings.value(
            keep, "keep", default: .latestChat, expected: "latest-chat, oldest, most-rooms or first-match"
        ) { SurvivorRule(rawValue: $0) }
        if keep == .firstMatch { try requireAskable(settings) }
        return SuggestJob(
            source: try source(settings, pace), rules: try rules(settings), grouping: try grouping(settings),
            keep: keep,
            earlier: try earlier(settings, mapping: path), path: path,
            replaces: try settings.flag(overwrite, "overwrite"), pace: pace, patience: try wait.resolved(settings),
            output: output,
            logger: try output.logger(settings))
    }

    /// Only a server can say whom it finds first, and only for what it looks visitors up by.
    private func requireAskable(_ settings: Settings) throws {
        guard (from ?? settings.option("from")) == nil else {
            throw ValidationError(
                "--keep first-match asks the server whom it finds first, and --from reads no server. Keep another one, or "
                    + "leave out --from.")
        }
        guard try rules(settings).kinds.contains(where: { [.email, .phone].contains($0) }) else {
            throw ValidationError(
                "--keep first-match needs email or phone in --by: the server looks visitors up by nothing else.")
        }
    }

    private func source(_ settings: Settings, _ pace: PaceOptionGroup.Resolved) throws -> SuggestJob.Source {
        let format = try settings.optional(format, "format", expected: "csv or jsonl") { MappingFormat(rawValue: $0) }
        let delimiter = try settings.optional(delimiter, "delimiter", expected: "comma, semicolon, tab or pipe") {
            Delimiter(argument: $0)
        }
        if let from = from ?? settings.option("from") {
            let source = MappingSource(from)
            if source == .standardInput { try server.requireOtherToken(settings, than: "export") }
            return .export(source, format, delimiter)
        }
        return .server(
            try server.address(settings), try server.credentials(settings),
            try server.clientOptions(settings, concurrency: pace.runner.concurrency, timeout: pace.timeout))
    }

    /// The file that is named, or the one beside the mapping if it is there; journals of settings have commas between them.
    private func earlier(_ settings: Settings, mapping: String) throws -> EarlierWork {
        let usual = DecisionTable.path(ofMapping: mapping)
        let named = decisions ?? settings.option("decisions")
        var journals = done
        if journals.isEmpty { journals = (settings.option("done") ?? "").split(separator: ",").map(String.init) }
        var seen: Set<String> = []
        return EarlierWork(
            // Whether it can be read shows when it is.
            decisions: named ?? (FileManager.default.fileExists(atPath: usual) ? usual : nil),
            journals: journals.filter { seen.insert($0).inserted })
    }

    private func rules(_ settings: Settings) throws -> MatchRules {
        MatchRules(
            kinds: try settings.value(
                by, "by", default: Self.usualKinds, expected: "any of email, phone, username, custom:FIELD, each once"
            ) { Self.evidence($0) },
            ignoresPlusTags: try settings.value(plusTags, "plus-tags", default: .keep, expected: "keep or ignore") {
                PlusTags(rawValue: $0)
            } == .ignore,
            defaultCountry: try settings.optional(
                defaultCountry, "default-country", expected: "a calling code such as 49"
            ) { CallingCode($0) })
    }

    private func grouping(_ settings: Settings) throws -> GroupingRules {
        let largest = try settings.number(largestGroup, "largest-group", in: Self.groupSizes, default: 10)
        let kinds = try rules(settings).kinds.count
        guard require.map({ (1...kinds).contains($0) }) ?? true else {
            throw ValidationError(
                "--require has to be a number from 1 to \(kinds), the kinds of evidence. Name more kinds with --by.")
        }
        let required = try settings.value(
            require, "require", default: 1, expected: "a number from 1 to \(kinds), the kinds of evidence"
        ) { Int($0).flatMap { (1...kinds).contains($0) ? $0 : nil } }
        return GroupingRules(largestGroup: largest, required: required)
    }

    static func kinds(_ argument: String) throws -> [MatchKey] {
        guard let kinds = evidence(argument) else {
            throw ValidationError(
                "'\(argument)' is no evidence: use any of email, phone, username and custom:FIELD, each once, such as "
                    + "email,phone.")
        }
        return kinds
    }

    private static func evidence(_ text: String) -> [MatchKey]? {
        let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let kinds = words.compactMap { MatchKey($0) }
        return kinds.count == words.count && Set(kinds).count == kinds.count ? kinds : nil
    }

    static func country(_ argument: String) throws -> CallingCode {
        guard let code = CallingCode(argument) else {
            throw ValidationError("'\(argument)' is no calling code: use one such as 49 or 1.")
        }
        return code
    }

    static func delimiter(_ argument: String) throws -> Delimiter {
        guard let delimiter = Delimiter(argument: argument) else {
            throw ValidationError("'\(argument)' is no delimiter: use comma, semicolon, tab or pipe.")
        }
        return delimiter
    }
}
