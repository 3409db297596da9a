import FoundationEssentials
import Journal
import Model
import Testing

/// What an operation costs, counted: whoever makes it a quarter dearer has to say so here.
@Suite struct `The effort of a run` {
    /// As large as the runner's batches become.
    private static let batch = 256

    private func planned(_ lines: Int) throws -> PlannedJournal {
        try PlannedJournal((0..<lines).map { "R\($0) A\($0) B\($0)" })
    }

    /// Claims, moves and settles everything in full batches.
    private func carryOut(_ planned: PlannedJournal, batch: Int = batch) async throws {
        var exchange = RunTransaction(run: try await planned.begin())
        exchange.wanted = batch
        while true {
            let claim = try await planned.journal.exchange(exchange)
            guard !claim.operations.isEmpty else { return }
            exchange.cursor = claim.cursor
            exchange.attempts = claim.operations.map { .sample($0.id) }
            exchange.outcomes = claim.operations.map { .sample($0.id, .moved) }
        }
    }

    /// One to claim it, one for its attempt, one for its outcome, and a few for each transaction.
    @Test func `is three statements for each operation`() async throws {
        let planned = try planned(Self.batch * 4)
        let effort = try await planned.journal.effort { try await carryOut(planned) }

        #expect(try planned.journal.remaining() == 0)
        #expect(Double(effort.statements) / Double(Self.batch * 4) < 3.3, "\(effort)")
    }

    @Test func `is one transaction for each batch`() async throws {
        let planned = try planned(Self.batch * 4)
        let effort = try await planned.journal.effort { try await carryOut(planned) }

        // One begins the run, and the last one finds nothing more to claim.
        #expect(effort.transactions == 4 + 2, "\(effort)")
    }

    /// SQLite's instructions grow with the rows it goes through: none is looked at that is not taken.
    @Test(arguments: [1, 16, 256])
    func `is the same for each operation however many there are`(_ batch: Int) async throws {
        var efforts: [Int] = []
        for lines in [512, 4096] {
            let planned = try planned(lines)
            let effort = try await planned.journal.effort { try await carryOut(planned, batch: batch) }
            efforts.append(effort.instructions / lines)
        }

        #expect(efforts[1] <= efforts[0] * 11 / 10, "\(efforts)")
    }

    /// Lines with rows in front of lines without are what a claim could stumble over again and again.
    @Test func `is the same for each operation where chains stand between other lines`() async throws {
        var efforts: [Int] = []
        for lines in [256, 2048] {
            let chains = (0..<lines).flatMap { ["R\($0) A B", "R\($0) B C"] }
            let planned = try PlannedJournal(chains + (0..<lines).map { "S\($0) A B" })
            let effort = try await planned.journal.effort {
                try await carryOut(planned, batch: 16)
            }
            efforts.append(effort.instructions / lines)
        }

        #expect(efforts[1] <= efforts[0] * 11 / 10, "\(efforts)")
    }

    @Test func `to begin and to go on does not grow with what is done`() async throws {
        var efforts: [Int] = []
        for done in [10, 2000] {
            let planned = try planned(done + 10)
            var exchange = RunTransaction(run: try await planned.begin())
            exchange.wanted = done
            let claimed = try await planned.journal.exchange(exchange).operations
            exchange.wanted = 0
            exchange.outcomes = claimed.map { .sample($0.id, .moved) }
            _ = try await planned.journal.exchange(exchange)
            let job = try planned.journal.job()
            let effort = try await planned.journal.effort {
                try planned.journal.requireForRun(
                    kind: job.kind, server: job.server, mappingPath: job.mappingPath, digest: job.mappingDigest,
                    shard: nil)
                let run = try await planned.begin()
                #expect(try planned.journal.planned() == done + 10)
                #expect(try planned.journal.remaining() == 10)
                #expect(try await planned.claim(run: run).operations.count == 10)
            }
            efforts.append(effort.instructions)
        }

        #expect(efforts[1] <= efforts[0] * 11 / 10, "\(efforts)")
    }
}
