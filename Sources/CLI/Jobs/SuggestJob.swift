import HTTPClient
import Logging
import Mapping
import Migration
import Model
import Report
import RocketChat
import ServiceLifecycle
import Matching

/// The work of `suggest`: read, group, write, tell.
struct SuggestJob: Sendable {
    /// Where the visitors come from.
    enum Source: Sendable {
        case server(ServerAddress, Credentials, ClientOptions)
        case export(MappingSource, MappingFormat?, Delimiter?)
    }

    var source: Source
    var rules: MatchRules
    var grouping: GroupingRules
    var keep: SurvivorRule
    var earlier: EarlierWork
    /// The mapping to write.
    var path: String
    var replaces: Bool
    var pace: PaceOptionGroup.Resolved
    /// How long another suggest of the same is waited for.
    var patience: LockPatience
    var output: OutputOptionGroup
    var logger: Logger

    private var workingPath: String { path + ".suggest.db" }

    /// Does the whole job; a mapping is there when it returns.
    ///
    /// - Throws: what keeps it from its end. What was read of a server then stays for the next invocation.
    func run() async throws -> ExitStatus {
        // First of all: what a killed process left says whether a mapping that is there is its own.
        let file = try await patience.take { try open() }
        let summary: SuggestionSummary
        do {
            summary = try await write(file)
        } catch {
            leave(file)
            throw (error as? Stop)?.withDoctor ?? error
        }
        // The mapping is there, whatever becomes of the summary.
        do {
            try show(summary, file)
        } catch {
            discard(file)
            throw error
        }
        try file.remove()
        return summary.needsAttention ? .needsPerson : .settled
    }

    /// Reads the visitors and writes the mapping.
    private func write(_ file: VisitorStore) async throws -> SuggestionSummary {
        let files = files(published: file.published(by: command))
        try files.check()
        let earlier = try earlier.load(into: file, server: address)
        let export = try await read(into: file)
        let findings = try file.group(grouping)
        try await prepare(file, findings)
        let tally = try files.write(
            file, largestGroup: grouping.largestGroup, keep: keep,
            willPublish: { try file.notePublishing($0, by: command) })
        return SuggestionSummary(
            path: path, listPath: files.listPath, pagePath: files.pagePath, kinds: rules.kinds, grouping: grouping,
            keep: keep,
            findings: findings, earlier: earlier, decisionsPath: self.earlier.decisions, tally: tally,
            keepsByID: try !file.knows(keep), export: export,
            unreadable: try export == nil ? file.visitors(withUnreadable: keep.decidingFields) : 0)
    }

    private func files(published: String?) -> SuggestionFiles {
        let origin =
            switch source {
            case .server(let address, _, _): address.description
            case .export(let source, _, _): source.name.shown
            }
        return SuggestionFiles(
            at: path, decisions: earlier.decisions, source: origin, agesAreDates: address == nil, replacing: replaces,
            published: published)
    }

    /// The server that is read; `nil` for an export.
    private var address: ServerAddress? {
        if case .server(let address, _, _) = source { address } else { nil }
    }

    private func open() throws -> VisitorStore {
        switch source {
        case .server(let address, _, _):
            let job = StoreOrigin(server: address.description, rules: rules, keep: keep)
            return try .resuming(job, at: workingPath)
        case .export:
            return try .afresh(rules, at: workingPath)
        }
    }

    /// What decides about the mapping, in one text; a mapping of another command is not replaced.
    private var command: String {
        let origin =
            switch source {
            case .server(let address, _, _): address.description
            case .export(let source, _, _): "--from \(source.name)"
            }
        return "\(origin) \(rules) \(grouping) \(keep)"
    }

    /// What was read of a server took its time, and is kept until there is a mapping; an export is read again.
    private func leave(_ file: VisitorStore) {
        // A file that cannot be asked may hold something, and is kept.
        guard case .server = source, file.published == nil, (try? file.holdsVisitors) ?? true else {
            discard(file)
            return
        }
        Output.say(
            "What was read so far is in \(workingPath), and suggest resumes from there. It holds personal data: remove it "
                + "if you do not want to resume.")
    }

    /// Removes the working file after a failure, which is the error to be told: that it stays is said beside it.
    private func discard(_ file: VisitorStore) {
        do {
            try file.remove()
        } catch {
            Output.say("\(error)")
        }
    }

    /// - Returns: what the lines of an export came to; `nil` of a server.
    private func read(into file: VisitorStore) async throws -> Export.Tally? {
        switch source {
        case .export(let source, let format, let delimiter):
            let rules = rules
            return try await withStopRequest { isAskedToStop in
                let export = try await onOwnThread {
                    let reader = try VisitorFileReader(
                        source, format: format, delimiter: delimiter, customFields: rules.customFields,
                        isAskedToStop: isAskedToStop)
                    return Export(reader, rules: rules)
                }
                return try await file.load(export, isAskedToStop: isAskedToStop)
            }
        case .server:
            let order = StoreOrigin(server: "", rules: rules, keep: keep).order
            try await asking { reader, asker, board in
                try await greet(reader, asker)
                let reading = VisitorReading(api: reader, asker: asker, board: board)
                guard try await reading.read(order, into: file, announce: announce) else { throw pace.end.asked }
            }
            return nil
        }
    }

    /// Sees that the policy has something to choose by.
    private func prepare(_ file: VisitorStore, _ findings: Findings) async throws {
        guard findings.groups > 0 else { return }
        switch (source, keep) {
        case (.export, .oldest), (.export, .mostRooms):
            guard try file.knows(keep) else {
                throw SuggestionError.nothingToKeepBy(keep, field: keep == .oldest ? "ts" : "rooms")
            }
        case (.server, .mostRooms):
            try await asking { reader, asker, board in
                let counting = RoomCounting(api: reader, asker: asker, board: board)
                guard try await counting.count(in: file, upTo: grouping.largestGroup, announce: announce) else {
                    throw pace.end.asked
                }
            }
        case (.server, .firstMatch):
            try await asking { reader, asker, board in
                let asking = FirstMatchAsking(api: reader, asker: asker, board: board)
                guard try await asking.ask(in: file, upTo: grouping.largestGroup, announce: announce) else {
                    throw pace.end.asked
                }
            }
        // An export was refused before.
        case (.server, .oldest), (_, .latestChat), (.export, .firstMatch): return
        }
    }

    /// Works with a client that has no method that writes, paced and with the progress shown.
    private func asking(
        _ body: (RocketChatReader, RetryingClient, ProgressBoard) async throws -> Void
    ) async throws {
        guard case .server(let address, let credentials, let options) = source else { return }
        let clock = ContinuousClock()
        let limiter = RateLimiter(pace.rate, clock: clock, logger: logger)
        let asker = RetryingClient(limiter: limiter, settings: pace.runner, clock: clock)
        let board = ProgressBoard()
        try await LiveProgress.shown(output.showsProgress, board, limiter, clock, of: .visitors) {
            try await RocketChatReader.with(
                address: address, credentials: credentials, options: options, logger: logger
            ) { reader in try await body(reader, asker, board) }
        }
        if let limit = limiter.foundLimit { announce(limit.sentence) }
    }

    private func greet(_ reader: RocketChatReader, _ asker: RetryingClient) async throws {
        guard let (version, _) = try await asker.ask(.info, { await reader.serverInfo() }) else { throw pace.end.asked }
        if version.isPastEndpoint {
            announce(
                "The server runs Rocket.Chat \(version), where nothing can be moved any more: the endpoint was removed "
                    + "in 7.0. What is suggested could have been merged before the upgrade.")
        }
    }

    private func show(_ summary: SuggestionSummary, _ file: VisitorStore) throws {
        if EndResult.isWanted { try SuggestionJSON(summary, file, keep: keep, to: EndResult.add).print() }
        if output.json {
            try SuggestionJSON(summary, file, keep: keep).print()
        } else if !output.quiet || summary.needsAttention {
            try Output.result(summary.text)
        }
    }

    private func announce(_ sentence: String) {
        guard output.showsProgress else { return }
        Output.say(sentence)
    }
}

extension Stop {
    /// With the command that looks closer, where the caller is what the server does not accept.
    fileprivate var withDoctor: Stop {
        switch reason {
        case .credentialsRejected, .permissionMissing: Stop(reason, "\(detail). visitor-merge doctor says more.")
        default: self
        }
    }
}
