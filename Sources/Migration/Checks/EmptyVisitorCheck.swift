package import Journal
import Model
package import RocketChat
import ServiceLifecycle

/// Reads whether old visitors have rooms left that should have none, for a person to decide about them.
///
/// This tool never deletes a visitor: on the server that deletes every room that carries its token (TheMove,
/// "Deleting an old visitor").
package struct EmptyVisitorCheck<Reader: RoomFinder & VisitorReader>: Sendable {
    let reader: Reader
    let desk: ReadContext
    let record: VerificationRecord
    private let mostTokens: Int

    /// `mostTokens` is how many tokens of new visitors are kept for the next old ones; beyond that they are asked for
    /// again.
    package init(
        reader: Reader, desk: ReadContext, record: VerificationRecord, mostTokens: Int = 10_000
    ) {
        self.reader = reader
        self.desk = desk
        self.record = record
        self.mostTokens = mostTokens
    }

    private static var subject: String { "what is left of old visitors" }

    /// Finds out which old visitors that should be empty share their token with the new visitor.
    ///
    /// It needs nothing of the server's list of rooms, so that it can be done while that is read: the two endpoints have
    /// limits of their own. What was compared is in the record, and is not asked for again.
    ///
    /// - Returns: whether it came to its end; `false` if it was asked to stop.
    /// - Throws: `Stop`, `JournalError`.
    package func compareTokens() async throws -> Bool {
        let total = try desk.journal.snapshot { try $0.emptiedVisitors() }
        guard total > 0 else { return true }
        try await desk.expect(
            CallEstimate([.visitorsInfo: desk.journal.visitorsOfEmptied()]), of: "tokens of old visitors")
        var tokens: [VisitorID: Token] = [:]
        var done = 0
        var last: VisitorID?
        while true {
            let visitors = try await desk.journal.emptiedVisitors(after: last, limit: 1000)
            guard let end = visitors.last else { return true }
            last = VisitorID(end.visitor)
            var open: [EmptiedRow] = []
            for row in visitors where try await record.comparison(of: row.visitor) == nil {
                open.append(row)
            }
            done += visitors.count - open.count
            for start in stride(from: 0, to: open.count, by: desk.concurrency) {
                let some = Array(open[start..<min(start + desk.concurrency, open.count)])
                guard try await compare(some, &tokens) else { return false }
                if tokens.count > mostTokens { tokens.removeAll() }
                done += some.count
                desk.board.readAside(Self.subject, done: done, of: total)
            }
        }
    }

    /// Asks for the tokens of visitors and their new ones, and keeps of each pair whether they are the same.
    ///
    /// - Returns: `false` if it was asked to stop.
    private func compare(_ visitors: [EmptiedRow], _ tokens: inout [VisitorID: Token]) async throws -> Bool {
        var asked = Set(tokens.keys)
        let questions = visitors.flatMap { row in
            [VisitorID(row.visitor), VisitorID(row.newVisitor)].filter { asked.insert($0).inserted }
        }
        var open = visitors
        var isInterrupted = false
        _ = try await questions.forEachConcurrently(limit: desk.concurrency) { visitor in
            (visitor, try await readToken(of: visitor))
        } take: { visitor, token in
            // What is under way may finish, or it would be asked again.
            if let token { tokens[visitor] = token } else { isInterrupted = true }
            for row in open {
                guard let ofOld = tokens[VisitorID(row.visitor)], let ofNew = tokens[VisitorID(row.newVisitor)] else {
                    continue
                }
                try record.note(comparison: Token.areSame(ofOld, ofNew), of: row.visitor)
                open.removeAll { $0.visitor == row.visitor }
            }
            return true
        }
        // Pairs of visitors whose tokens were known from before had nothing to be asked for.
        for row in open where !isInterrupted {
            try record.note(
                comparison: Token.areSame(tokens[VisitorID(row.visitor)], tokens[VisitorID(row.newVisitor)]),
                of: row.visitor)
        }
        for row in visitors {
            // The token of an old visitor is not needed again; those of new visitors are.
            tokens[VisitorID(row.visitor)] = nil
        }
        return !isInterrupted
    }

    /// Hands over every old visitor that should be empty, by id, with what the server says of it: rooms as the list has
    /// them if that was read.
    ///
    /// - Returns: whether it came to its end; `false` if it was asked to stop.
    /// - Throws: `Stop`, `JournalError`, what `body` throws.
    package func check(in listed: ListedRooms?, _ body: (EmptiedRow) throws -> Void) async throws -> Bool {
        let total = try desk.journal.snapshot { try $0.emptiedVisitors() }
        guard total > 0 else { return true }
        defer { desk.board.endReading() }
        guard try await compareTokens() else { return false }
        if listed == nil {
            try await desk.expect(CallEstimate([.chatHistory: total]), of: "what old visitors have left")
        }
        let moved = try desk.journal.movedRooms(after: 0, limit: 100).map(\.room)
        let histories = HistoryReading(
            api: reader, asker: desk.asker, anchors: Anchors(moved + [Anchors.general]))
        var done = 0
        var last: VisitorID?
        while true {
            let visitors = try await desk.journal.emptiedVisitors(after: last, limit: 1000)
            guard let end = visitors.last else { return true }
            last = VisitorID(end.visitor)
            for start in stride(from: 0, to: visitors.count, by: desk.concurrency) {
                let some = Array(visitors[start..<min(start + desk.concurrency, visitors.count)])
                guard try await complete(some, histories, listed, body) else { return false }
                done += some.count
                desk.board.read(Self.subject, done: done, of: total)
            }
        }
    }

    /// Hands over visitors with what the server says of them, and asks for the rooms of those that were not asked for
    /// before.
    ///
    /// - Returns: `false` if it was asked to stop.
    private func complete(
        _ visitors: [EmptiedRow], _ histories: HistoryReading<Reader>, _ listed: ListedRooms?,
        _ body: (EmptiedRow) throws -> Void
    ) async throws -> Bool {
        var answered: [String: EmptiedRow] = [:]
        var open: [EmptiedRow] = []
        for var row in visitors {
            if let known = try await record.answered(row) {
                answered[row.visitor] = known
                continue
            }
            row.sharesToken = try await record.comparison(of: row.visitor) ?? nil
            open.append(row)
        }
        var isInterrupted = false
        _ = try await open.forEachConcurrently(limit: desk.concurrency) { row in
            (row, try await countRooms(of: VisitorID(row.visitor), histories, listed))
        } take: { row, count in
            // What is under way may finish, or it would be asked again.
            guard let count else {
                isInterrupted = true
                return true
            }
            var row = row
            row.roomsLeft = count
            row.confirmedAt = count.map { _ in desk.now() }
            try record.note(row, at: desk.now())
            answered[row.visitor] = row
            return true
        }
        for row in visitors {
            try answered[row.visitor].map(body)
        }
        return !isInterrupted
    }

    /// How many rooms a visitor has, in an optional that is `nil` if it was asked to stop; `nil` in that if the server does
    /// not say.
    private func countRooms(
        of visitor: VisitorID, _ histories: HistoryReading<Reader>, _ listed: ListedRooms?
    ) async throws -> Int?? {
        if let listed { return try await listed.rooms(of: visitor).count }
        if let known = try await record.rooms(of: visitor) { return .some(known) }
        let rooms: Int?
        switch try await histories.page(of: visitor, offset: 0, count: 1) {
        case nil: return nil
        case .answered(let page)?: rooms = page.total
        case .refused?: rooms = nil
        }
        try await record.note(rooms: rooms, of: visitor)
        return .some(rooms)
    }

    /// - Returns: `nil` if it was asked to stop.
    private func readToken(of visitor: VisitorID) async throws -> Token? {
        let answer = try await desk.asker.askOrRefusal(.visitorsInfo) {
            await reader.visitor(visitor)
        } probe: {
            await reader.visitor(Probe.visitor)
        }
        return switch answer {
        case nil: nil
        case .answered(let record)?: record.token.map(Token.shown) ?? .hidden
        case .refused?: .hidden
        }
    }
}

/// The token of a visitor as far as the server shows it; it is compared and never written anywhere.
private enum Token: Sendable {
    case shown(VisitorToken)
    case hidden

    /// Whether two visitors have one token; `nil` where that cannot be told.
    static func areSame(_ one: Token?, _ other: Token?) -> Bool? {
        guard case .shown(let one)? = one, case .shown(let other)? = other else { return nil }
        return one == other
    }
}
