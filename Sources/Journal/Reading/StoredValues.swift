import GRDB
import Model
import RawSQL

// Values as a journal holds them. Another program, or a damaged disk, can have put there what the tables do not allow:
// what lies outside the ranges here is refused, so that nothing that is computed from it can overflow.

/// A value in a journal that no version of this program writes.
struct ImpossibleValue: Error {
    var what: String
}

extension Timestamp {
    /// From the year 1 to the year 9999.
    private static let possible: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    init(stored milliseconds: Int64) throws {
        guard Self.possible.contains(milliseconds) else { throw ImpossibleValue(what: "an instant that cannot be") }
        self.init(milliseconds: milliseconds)
    }
}

extension Int {
    /// More than anything that is counted, and far enough from the largest integer to calculate with it.
    private static let mostCounted = 1 << 48

    /// A count, or a number of a line or an operation.
    init(stored value: Int64) throws {
        guard (0...Int64(Self.mostCounted)).contains(value) else {
            throw ImpossibleValue(what: "a number that cannot be")
        }
        self.init(value)
    }

    /// Adds a count, so that whatever number of them is added up stays one that can be.
    mutating func add(stored value: Int64) throws {
        // Neither is more than `mostCounted`.
        self = try Int(stored: Int64(self) + Int64(Int(stored: value)))
    }

    static func fetchCount(_ database: Database, _ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try Int64.fetchOne(database, sql: sql, arguments: arguments).map { try Int(stored: $0) } ?? 0
    }
}

extension Row {
    func count(_ column: String) throws -> Int { try Int(stored: decode(forColumn: column)) }
    func count(_ index: Int) throws -> Int { try Int(stored: decode(atIndex: index)) }
    func optionalCount(_ column: String) throws -> Int? {
        try (decode(forColumn: column) as Int64?).map { try Int(stored: $0) }
    }
    func instant(_ column: String) throws -> Timestamp { try Timestamp(stored: decode(forColumn: column)) }
    func instant(_ index: Int) throws -> Timestamp { try Timestamp(stored: decode(atIndex: index)) }
    func optionalInstant(_ column: String) throws -> Timestamp? {
        try (decode(forColumn: column) as Int64?).map { try Timestamp(stored: $0) }
    }
}

extension RawRows {
    func count(_ column: Int32) throws -> Int { try Int(stored: integer(column)) }
}
