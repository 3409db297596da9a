import GRDB
import Model
import RawSQL

/// What the attempts of a journal add up to.
package struct RequestStatistics: Sendable, Equatable {
    package fileprivate(set) var moves = 0
    package fileprivate(set) var looks = 0
    package fileprivate(set) var rateLimited = 0
    /// How long the runs waited for the server.
    package fileprivate(set) var waitedMilliseconds = 0
    /// How many answered PUTs took how many milliseconds.
    package fileprivate(set) var durations: [Int: Int] = [:]
    /// PUTs per second in the last run, from its first to its last; `nil` if it sent fewer than two.
    package fileprivate(set) var achievedPerSecond: Double?
}

extension JournalSnapshot {
    /// Reads every run and every attempt once.
    package func traffic() throws -> RequestStatistics {
        try read { database in
            var traffic = RequestStatistics()
            let lastRun = try Int64.fetchOne(database, sql: "SELECT max(id) FROM run") ?? 0
            var span = Span()
            var rows = try RawRows(
                database.makeStatement(
                    sql: "SELECT action, meaning = 'rate-limited', httpStatus, milliseconds, run, sentAt FROM attempt"),
                in: database)
            var actionWord = EnumColumnCache<Attempt.Action>()
            while try rows.next() {
                traffic.rateLimited += Int(try rows.integer(1))
                guard try actionWord.read(rows, 0) == .move else {
                    traffic.looks += 1
                    continue
                }
                traffic.moves += 1
                if !rows.isNull(2) {
                    traffic.durations[try rows.count(3), default: 0] += 1
                }
                if try rows.integer(4) == lastRun {
                    span.add(try Timestamp(stored: rows.integer(5)).milliseconds)
                }
            }
            traffic.achievedPerSecond = span.perSecond
            for waited in try Int64.fetchAll(database, sql: "SELECT waitedMilliseconds FROM run") {
                try traffic.waitedMilliseconds.add(stored: waited)
            }
            return traffic
        }
    }

    private struct Span {
        var count = 0
        var first = Int64.max
        var last = Int64.min

        mutating func add(_ instant: Int64) {
            count += 1
            first = min(first, instant)
            last = max(last, instant)
        }

        var perSecond: Double? {
            count > 1 && last > first ? Double(count - 1) * 1000 / Double(last - first) : nil
        }
    }
}
