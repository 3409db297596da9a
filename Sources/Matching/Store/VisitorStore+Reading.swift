import GRDB
import Model
import RocketChat

extension VisitorStore {
    /// How far the list of a server was read.
    struct ListState: Sendable, Equatable {
        /// Where the next page begins.
        var nextOffset: Int
        /// What the server said of the whole list, last time.
        var total: Int
        /// Visitors that are known.
        var known: Int
        var isRead: Bool
    }

    func listState() throws -> ListState {
        try read { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT nextOffset, total, isRead, visitors FROM job")
            return ListState(
                nextOffset: row?["nextOffset"] ?? 0, total: row?["total"] ?? 0, known: row?["visitors"] ?? 0,
                isRead: row?["isRead"] ?? false)
        }
    }

    /// Whether something was read already that would be lost with the file.
    package var holdsVisitors: Bool {
        get throws { try listState().known > 0 }
    }

    /// Those of a page that are not known yet.
    func news(of visitors: [VisitorProfile]) throws -> [VisitorProfile] {
        try read { database in
            let known = try database.cachedStatement(sql: "SELECT 1 FROM visitor WHERE id = ?")
            var seen: Set<VisitorID> = []
            return try visitors.filter { visitor in
                // A server may even repeat one within a page.
                guard seen.insert(visitor.id).inserted else { return false }
                return try Int.fetchOne(known, arguments: [visitor.id.rawValue]) == nil
            }
        }
    }

    /// Takes the new visitors of a page and notes how far the list is read; durable when it returns.
    func take(_ news: [VisitorProfile], nextOffset: Int, total: Int, isRead: Bool, order: VisitorOrder) throws {
        try write { database in
            var writer = try VisitorWriter(database, countsAge: order == .oldestFirst)
            for visitor in news {
                try writer.add(visitor, rules.evidence(of: visitor))
            }
            try writer.finish()
            try database.execute(
                sql: "UPDATE job SET nextOffset = ?, total = ?, isRead = ?", arguments: [nextOffset, total, isRead])
        }
    }

    /// Takes a whole export; `isAskedToStop` is asked now and then.
    ///
    /// - Returns: what its lines came to.
    /// - Throws: `MappingError`, `SuggestionError`, or `Stop` when asked to.
    package func load(_ export: Export, isAskedToStop: () -> Bool) async throws -> Export.Tally {
        var batch = try await export.batch()
        while !batch.isEmpty {
            guard !isAskedToStop() else { throw Stop.signal }
            async let next = export.batch()
            try write { database in
                var writer = try VisitorWriter(database, countsAge: false)
                for entry in batch {
                    try writer.add(entry.visitor, entry.evidence)
                }
                try writer.finish()
            }
            batch = try await next
        }
        var tally = await export.tally
        tally.repeated = try write { database in
            try database.execute(sql: "UPDATE job SET isRead = 1")
            return try database.mergeRepeatedVisitors()
        }
        return tally
    }
}
