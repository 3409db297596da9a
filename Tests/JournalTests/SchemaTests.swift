import GRDB
import Journal
import Model
import Testing

@Suite struct `The file itself` {
    /// Statements that no program of ours would make; each must fail.
    static let nonsense = [
        "INSERT INTO job SELECT * FROM job",
        "UPDATE job SET id = 2",
        "UPDATE job SET kind = 'holiday'",
        "UPDATE job SET lines = -1",
        "UPDATE job SET server = NULL",
        "UPDATE job SET lines = 'many'",
        "INSERT INTO line (number, room, oldVisitor, newVisitor) VALUES (0, 'R', 'A', 'B')",
        "INSERT INTO line (number, room, oldVisitor, newVisitor) VALUES (2, 'R', 'A', 'B')",
        "INSERT INTO line (number, room, oldVisitor, newVisitor) VALUES (90, NULL, 'A', 'B')",
        "UPDATE line SET disposition = 'ignored', reason = 'noop'",
        "UPDATE line SET disposition = 'rejected'",
        "UPDATE line SET reason = 'malformed'",
        "UPDATE line SET disposition = 'rejected', reason = 'because'",
        "UPDATE line SET disposition = 'duplicate', reason = 'duplicate'",
        "UPDATE line SET disposition = 'duplicate', reason = 'duplicate', repeats = 99",
        "DELETE FROM line WHERE number = 2",
        "INSERT INTO operation (line) VALUES (99)",
        "INSERT INTO operation (line, room) VALUES (2, 'R')",
        "INSERT INTO operation (line, state) VALUES (2, 'done')",
        "INSERT INTO operation (line, state) VALUES (2, 'sent')",
        "INSERT INTO operation (line, state) VALUES (2, 'moved')",
        "UPDATE operation SET state = 'refused', confirmedBy = 'read'",
        "UPDATE operation SET state = 'moved', confirmedBy = 'hearsay'",
        "UPDATE operation SET reason = 'because'",
        "UPDATE operation SET attempts = -1",
        "UPDATE operation SET wasOpen = 2",
        "UPDATE operation SET run = 99",
        "INSERT INTO precedence VALUES (1, 1)",
        "INSERT INTO precedence VALUES (2, 1)",
        "INSERT INTO precedence VALUES (1, 99)",
        "INSERT INTO attempt (operation, run, action, sentAt, milliseconds, meaning) VALUES (1, 1, 'guess', 0, 0, '')",
        "INSERT INTO attempt (operation, run, action, sentAt, milliseconds, meaning) VALUES (1, 1, 'move', 0, -1, '')",
        "INSERT INTO attempt (operation, run, action, sentAt, milliseconds, meaning) VALUES (99, 1, 'move', 0, 0, '')",
        "INSERT INTO attempt (operation, run, action, sentAt, milliseconds, meaning) VALUES (1, 99, 'move', 0, 0, '')",
        "UPDATE run SET stopReason = 'because'",
        "DELETE FROM run WHERE id = 1",
        "DELETE FROM operation WHERE id = 1",
    ]

    @Test(arguments: nonsense)
    func `refuses nonsense`(_ sql: String) async throws {
        let planned = try PlannedJournal("R A B", "R B C", "S A B")
        try await planned.carryOut([.moved])

        let error = #expect(throws: DatabaseError.self) { try planned.execute(sql) }
        #expect(error?.resultCode == .SQLITE_CONSTRAINT)
    }

    @Test func `is sound and its references hold after planning`() throws {
        let planned = try PlannedJournal("R A B", "R B C", "R A B", "S A B", "S A C", "T A B", "T B A", "U A A")

        try Journal.check(planned.path)
    }

    @Test(arguments: [
        ("SELECT id FROM operation WHERE state = 'pending' AND id > 5 ORDER BY id LIMIT 10", "operationPending"),
        ("SELECT * FROM operationReport ORDER BY id", ""),
        ("SELECT outcome FROM lineReport WHERE line = 5", "operationByLine"),
        ("SELECT precedence.operation FROM precedence WHERE earlier = 5", "precedenceByEarlier"),
    ])
    func `answers what is asked often without sorting`(_ sql: String, _ index: String) throws {
        let plan = try PlannedJournal("R A B").rows("EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String }

        #expect(plan.allSatisfy { !$0.contains("TEMP B-TREE") }, "\(plan)")
        #expect(index.isEmpty || plan.contains { $0.contains(index) }, "\(plan)")
    }
}
