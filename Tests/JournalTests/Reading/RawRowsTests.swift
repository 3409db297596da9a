import GRDB
import Model
import RawSQL
import Testing

@testable import Journal

@Suite struct `Rows read through SQLite's own interface` {
    /// What a body makes of the rows of a query.
    private func read<Value>(_ sql: String, _ body: (inout RawRows) throws -> Value) throws -> Value {
        try DatabaseQueue().read { database in
            var rows = try RawRows(database.makeStatement(sql: sql), in: database)
            return try body(&rows)
        }
    }

    @Test(arguments: ["", "plain", "käse", "\u{1F600}", "with \0 inside", "\0", "\u{301}a", "'quoted'"])
    func `have their texts exact`(_ text: String) throws {
        let bytes = text.utf8.map { String(0x100 + Int($0), radix: 16).suffix(2) }.joined()
        let found = try read("SELECT CAST(X'\(bytes)' AS TEXT), 7") { (rows: inout RawRows) throws in
            #expect(try rows.next())
            return (try rows.text(0), try rows.optionalText(0), try rows.integer(1), try rows.next())
        }

        #expect(found.0.utf8.elementsEqual(text.utf8) && found.1?.utf8.elementsEqual(text.utf8) == true)
        #expect(found.2 == 7 && !found.3)
    }

    @Test func `tell NULL from a value`() throws {
        try read("SELECT NULL, 0, ''") { (rows: inout RawRows) throws in
            #expect(try rows.next())
            #expect(rows.isNull(0) && !rows.isNull(1) && !rows.isNull(2))
            #expect(try rows.optionalInteger(0) == nil && rows.optionalText(0) == nil)
            #expect(try rows.optionalInteger(1) == 0 && rows.optionalText(2) == "")
        }
    }

    @Test func `have the whole range of numbers`() throws {
        try read("SELECT \(Int64.max), \(Int64.min)") { (rows: inout RawRows) throws in
            #expect(try rows.next())
            #expect(try rows.integer(0) == .max && rows.integer(1) == .min)
        }
    }

    /// The tables are strict, but a file can be damaged.
    @Test(arguments: ["NULL", "1.5", "'1'", "X'31'"])
    func `refuse what should be a number`(_ value: String) throws {
        try read("SELECT \(value)") { (rows: inout RawRows) throws in
            #expect(try rows.next())
            do {
                let number = try rows.integer(0)
                Issue.record("took it for \(number)")
            } catch let error as DatabaseError {
                #expect(error.resultCode == .SQLITE_CORRUPT)
            }
        }
    }

    @Test func `end in an error where the query does`() throws {
        let error = #expect(throws: DatabaseError.self) {
            try read("SELECT value, abs(iif(value = 2, -9223372036854775808, 1)) FROM json_each('[1, 2]')") {
                (rows: inout RawRows) throws in
                while try rows.next() {}
            }
        }
        #expect(error?.message == "integer overflow")
    }

    @Test func `begin anew with each use of a statement, whatever became of the last`() throws {
        try DatabaseQueue().read { database in
            let statement = try database.makeStatement(sql: "SELECT value FROM json_each('[1, 2, 3]') WHERE value > ?")
            for (least, expected) in [(0, 1), (2, 3), (1, 2)] as [(Int, Int64)] {
                var rows = try RawRows(statement, [least], in: database)
                #expect(try rows.next())
                #expect(try rows.integer(0) == expected)
            }
        }
    }

    @Test func `have words in common without confusing them`() throws {
        let words = ["moved", "moved", "sent", "unheard", "moved", nil, "sent", "Sent", ""]
        let values = words.map { $0.map { "('\($0)')" } ?? "(NULL)" }.joined(separator: ", ")
        let found = try read("VALUES \(values)") { (rows: inout RawRows) throws in
            var word = EnumColumnCache<OperationState>()
            var found: [OperationState?] = []
            while try rows.next() {
                found.append(try word.read(rows, 0))
            }
            return found
        }

        #expect(found == words.map { $0.flatMap(OperationState.init(rawValue:)) })
    }
}
