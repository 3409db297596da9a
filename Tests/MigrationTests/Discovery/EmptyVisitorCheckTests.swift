import Journal
import Logging
import Model
import RocketChat
import Sandbox
import TestSupport
import Testing

@testable import Migration

/// What is left of old visitors after their rooms were moved.
@Suite struct EmptyVisitorCheckTests {
    /// Three old visitors whose rooms went to one new visitor.
    private static let seed = Seed(
        visitors: ["new", "old1", "old2", "old3"].map { Seed.Visitor(id: $0) },
        rooms: (1...3).map { Seed.Room(id: "R\($0)", visitorID: "new") })

    @Test(arguments: [(10_000, 1), (1, 1), (0, 3)])
    func `The token of a new visitor is asked for once, unless more tokens than that are kept`(
        _ most: Int, _ asked: Int
    ) async throws {
        let bench = try Bench(["R1 old1 new", "R2 old2 new", "R3 old3 new"])
        try bench.execute(
            "UPDATE operation SET state = 'moved', confirmedBy = 'read', settledAt = 1")
        let sandbox = SandboxServer(
            SandboxConfiguration(
                seed: Self.seed, rateLimit: nil,
                logger: Logger(label: "sandbox") { _ in SwiftLogNoOpLogHandler() }))
        try await sandbox.serve { address in
            let user = try #require(address.users.first { $0.username == "mgr" })
            try await RocketChatReader.with(
                address: ServerAddress(parsing: address.url, allowInsecureHTTP: false),
                credentials: Credentials(userID: user.userID, authToken: AuthToken(user.authToken)),
                logger: Bench.logger
            ) { reader in
                let journal = try Journal(at: bench.path, for: .write)
                let clock = ContinuousClock()
                let desk = ReadContext(
                    journal: journal, limiter: RateLimiter(.unlimited, clock: clock),
                    settings: Bench.settings(concurrency: 1), clock: clock, now: { Timestamp(milliseconds: 1) },
                    board: ProgressBoard(), logger: Bench.logger)
                var found: [String: Bool?] = [:]
                let check = EmptyVisitorCheck(
                    reader: reader, desk: desk,
                    record: try VerificationRecord(temporarilyOf: "test", now: Timestamp(milliseconds: 0)),
                    mostTokens: most)
                #expect(try await check.check(in: nil) { found[$0.visitor] = $0.sharesToken })
                #expect(found == ["old1": false, "old2": false, "old3": false])
                try journal.close()
            }
        }
        let questions = sandbox.requestLog.count { $0.path.contains("visitors.info") }
        #expect(questions == 3 + asked, "each old visitor once, and the new one")
    }
}
