import GRDB
import Journal
import Model
import Report
import Testing

@Suite struct `The balance of a report` {
    @Test(arguments: [0, 1, 250])
    func `is struck when every line has one end`(_ count: Int) async throws {
        let job = try await FinishedJob(.rooms(count), ends: Array(repeating: Ending(.moved), count: count))
        let reconciliation = try ReportDirectory(at: job.reportPath).write(job.journal)
        let report = WrittenReport(path: job.reportPath, folder: job.folder)

        #expect(reconciliation.balance.isBalanced)
        #expect(reconciliation.verdict == .settled)
        #expect(try report.json()["balance", "balanced"] == .bool(true))
        #expect(try report.json()["balance", "lines_accounted"] == .integer(count))
    }

    @Test(arguments: [-1, 1])
    func `is not struck when the reader counted other lines`(_ difference: Int) async throws {
        let job = try await FinishedJob(.rooms(3), ends: [Ending(.moved)], linesRead: 3 + difference)
        let reconciliation = try ReportDirectory(at: job.reportPath).write(job.journal)
        let report = WrittenReport(path: job.reportPath, folder: job.folder)

        #expect(!reconciliation.balance.isBalanced)
        #expect(reconciliation.verdict == .unbalanced)
        #expect(try report.json()["balance", "balanced"] == .bool(false))
        #expect("\(Summary(reconciliation, reportPath: nil))".contains("NOT BALANCED"))
        #expect(try report.text("report.html").contains("NOT BALANCED"))
    }

    /// What a fault of the program or a hand in the file could do.
    @Test(arguments: [
        "DELETE FROM line WHERE number = 3",
        "DELETE FROM line WHERE number = 4",
        "UPDATE job SET lines = 5",
        "UPDATE operation SET line = 99 WHERE id = 2",
        "DELETE FROM operation WHERE id = 2",
        "DELETE FROM operation WHERE id = 5",
        "UPDATE job SET plannedRooms = plannedRooms + 1",
    ])
    func `detects a row that is missing`(_ sql: String) async throws {
        let job = try await FinishedJob(.mapping("R A B", "S A B", "T A A", "U A B"), ends: [Ending(.moved)])
        try job.spoil(sql)
        let reconciliation = try ReportDirectory(at: job.reportPath).write(job.journal)
        let report = WrittenReport(path: job.reportPath, folder: job.folder)

        #expect(reconciliation.verdict == .unbalanced)
        #expect(try report.json()["balance", "balanced"] == .bool(false))
    }

    @Test(arguments: [
        "UPDATE operation SET state = 'lost' WHERE id = 2",
        "UPDATE line SET disposition = 'forgotten', reason = 'noop' WHERE number = 2",
    ])
    func `detects a word that it does not know`(_ sql: String) async throws {
        let job = try await FinishedJob(.mapping("R A B", "S A B"), ends: [Ending(.moved), Ending(.moved)])
        try job.spoil(sql)

        #expect(try ReportDirectory(at: job.reportPath).write(job.journal).verdict == .unbalanced)
    }
}

extension FinishedJob {
    /// Changes the journal behind its back, where no check and no reference holds.
    fileprivate func spoil(_ sql: String) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let database = try DatabaseQueue(path: journal.path, configuration: configuration)
        try database.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
            try database.execute(sql: sql)
        }
    }
}
