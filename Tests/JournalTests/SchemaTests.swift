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
        "UPDATE line SET text = 'a;b'",
        "UPDATE line SET disposition = 'duplicate', reason = 'duplicate'",
        "UPDATE line SET disposition = 'duplicate', reason = 'duplicate', repeats = 99",
        "DELETE FROM line WHERE number = 2",
        "UPDATE line SET disposition = 'noop', reason = 'noop'",
        "UPDATE job SET plannedRooms = -1",
        "INSERT INTO operation (id, line) VALUES (99, 99)",
        "INSERT INTO operation (id, line) VALUES (4, 3)",
        "INSERT INTO operation (id, line, room) VALUES (1099511627776, 4, 'S')",
        "INSERT INTO operation (id, line, room, oldVisitor, newVisitor) VALUES (4, 4, 'S', 'A', 'B')",
        "INSERT INTO operation (id, line, state) VALUES (4, 4, 'done')",
        "INSERT INTO operation (id, line, state) VALUES (4, 4, 'sent')",
        "INSERT INTO operation (id, line, state) VALUES (4, 4, 'moved')",
        "INSERT INTO operation (id, line, waitsFor) VALUES (4, 4, -1)",
        "UPDATE operation SET state = 'refused', confirmedBy = 'read'",
        "UPDATE operation SET state = 'moved', confirmedBy = 'hearsay'",
        "UPDATE operation SET mayHaveMoved = 2",
        "UPDATE operation SET attempts = -1",
        "UPDATE operation SET wasOpen = 2",
        "UPDATE operation SET run = 99",
        "INSERT INTO precedence VALUES (2, 2)",
        "INSERT INTO precedence VALUES (3, 2)",
        "INSERT INTO precedence VALUES (2, 99)",
        "INSERT INTO attempt (operation, run, action, sentAt, milliseconds, meaning) VALUES (2, 1, 'guess', 0, 0, '')",
        "INSERT INTO attempt (operation, run, action, sentAt, milliseconds, meaning) VALUES (2, 1, 'move', 0, -1, '')",
        "INSERT INTO attempt (operation, run, action, sentAt, milliseconds, meaning) VALUES (99, 1, 'move', 0, 0, '')",
        "INSERT INTO attempt (operation, run, action, sentAt, milliseconds, meaning) VALUES (2, 99, 'move', 0, 0, '')",
        "DELETE FROM run WHERE id = 1",
        "DELETE FROM operation WHERE id = 2",
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
        (
            "SELECT id FROM operation WHERE state = 'pending' AND waitsFor = 0 AND id > 5 ORDER BY id LIMIT 10",
            "operationPending"
        ),
        ("SELECT * FROM operationReport", ""),
        ("SELECT line, outcome, reason, operations, moved FROM lineReport", "operationByVisitorLine"),
        ("SELECT outcome FROM lineReport WHERE line = 5", ""),
        ("SELECT reason, count(*) FROM line WHERE reason IS NOT NULL GROUP BY reason", "lineByReason"),
        ("SELECT precedence.operation FROM precedence WHERE earlier = 5", "precedenceByEarlier"),
    ])
    func `answers what is asked often without sorting`(_ sql: String, _ index: String) throws {
        let plan = try PlannedJournal("R A B").rows("EXPLAIN QUERY PLAN " + sql)
        let steps = plan.map { $0["detail"] as String }

        // The operations of one visitor line may be sorted: there are few.
        #expect(plan.allSatisfy { $0["parent"] != 0 || !($0["detail"] as String).contains("TEMP B-TREE") }, "\(steps)")
        #expect(index.isEmpty || steps.contains { $0.contains(index) }, "\(steps)")
    }
}
