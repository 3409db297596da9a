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

    /// Hands over every old visitor that should be empty, by id, with what the server says of it: rooms as the list has
    /// them if that was read.
    ///
    /// - Returns: whether it came to its end; `false` if it was asked to stop.
    /// - Throws: `Stop`, `JournalError`, what `body` throws.
    package func check(in listed: ListedRooms?, _ body: (EmptiedRow) throws -> Void) async throws -> Bool {
        let total = try desk.journal.snapshot { try $0.emptiedVisitors() }
        guard total > 0 else { return true }
        // The tokens of both visitors of each pair, and where the list was not read, the rooms.
        try await desk.expect(
            CallEstimate([
                .visitorsInfo: desk.journal.visitorsOfEmptied(), .chatHistory: listed == nil ? total : 0,
            ]), of: "what old visitors have left")
        let moved = try desk.journal.movedRooms(after: 0, limit: 100).map(\.room)
        let histories = HistoryReading(
            api: reader, asker: desk.asker, anchors: Anchors(moved + [Anchors.general]))
        defer { desk.board.endReading() }
        var tokens: [VisitorID: Token] = [:]
        var done = 0
        var last: VisitorID?
        while true {
            let visitors = try await desk.journal.emptiedVisitors(after: last, limit: 1000)
            guard let end = visitors.last else { return true }
            last = VisitorID(end.visitor)
            for start in stride(from: 0, to: visitors.count, by: desk.concurrency) {
                let some = visitors[start..<min(start + desk.concurrency, visitors.count)]
                let isRead = try await complete(Array(some), histories, listed, &tokens, body)
                guard isRead else { return false }
                if tokens.count > mostTokens { tokens.removeAll() }
                done += some.count
                desk.board.read("what is left of old visitors", done: done, of: total)
            }
        }
    }

    /// Hands over visitors with what the server says of them, and asks for those that were not asked for before.
    ///
    /// - Returns: `false` if it was asked to stop.
    private func complete(
        _ visitors: [EmptiedRow], _ histories: HistoryReading<Reader>, _ listed: ListedRooms?,
        _ tokens: inout [VisitorID: Token], _ body: (EmptiedRow) throws -> Void
    ) async throws -> Bool {
        var answered: [String: EmptiedRow] = [:]
        for row in visitors {
            answered[row.visitor] = try await record.answered(row)
        }
        let isRead = try await read(visitors.filter { answered[$0.visitor] == nil }, histories, listed, &tokens) {
            row in
            try record.note(row, at: desk.now())
            answered[row.visitor] = row
        }
        for row in visitors {
            try answered[row.visitor].map(body)
        }
        return isRead
    }

    /// Asks for histories and tokens at once: they are different routes, and each has a limit of its own.
    ///
    /// `take` is handed each visitor as soon as everything is known of it.
    ///
    /// - Returns: `false` if it was asked to stop.
    private func read(
        _ visitors: [EmptiedRow], _ histories: HistoryReading<Reader>, _ listed: ListedRooms?,
        _ tokens: inout [VisitorID: Token], take: (EmptiedRow) throws -> Void
    ) async throws -> Bool {
        var asked = Set(tokens.keys)
        // In turn, so that neither of the two routes waits for the other.
        let questions = visitors.flatMap { row in
            [Question.rooms(VisitorID(row.visitor))]
                + [VisitorID(row.visitor), VisitorID(row.newVisitor)].filter { asked.insert($0).inserted }.map {
                    .token($0)
                }
        }
        var open = visitors
        // The number of rooms, or that it stays unknown.
        var roomsLeft: [VisitorID: Int?] = [:]
        var isInterrupted = false
        _ = try await questions.forEachConcurrently(limit: desk.concurrency) { question in
            switch question {
            case .rooms(let visitor): try await countRooms(of: visitor, histories, listed)
            case .token(let visitor): try await readToken(of: visitor)
            }
        } take: { found in
            switch found {
            case .roomsLeft(let visitor, let count): roomsLeft.updateValue(count, forKey: visitor)
            case .token(let visitor, let token): tokens[visitor] = token
            // What is under way may finish, or it would be asked again.
            case .interrupted: isInterrupted = true
            }
            for var row in open {
                let (old, new) = (VisitorID(row.visitor), VisitorID(row.newVisitor))
                guard let left = roomsLeft[old], let ofOld = tokens[old], let ofNew = tokens[new] else { continue }
                row.roomsLeft = left
                row.sharesToken = Token.areSame(ofOld, ofNew)
                row.confirmedAt = left.map { _ in desk.now() }
                try take(row)
                open.removeAll { $0.visitor == row.visitor }
            }
            return true
        }
        for row in visitors {
            // The token of an old visitor is not needed again; those of new visitors are.
            tokens[VisitorID(row.visitor)] = nil
        }
        return !isInterrupted
    }

    private enum Question: Sendable {
        case rooms(VisitorID)
        case token(VisitorID)
    }

    private enum Found: Sendable {
        /// `nil` if the server does not say.
        case roomsLeft(VisitorID, Int?)
        case token(VisitorID, Token)
        case interrupted
    }

    private func countRooms(
        of visitor: VisitorID, _ histories: HistoryReading<Reader>, _ listed: ListedRooms?
    ) async throws -> Found {
        if let listed { return .roomsLeft(visitor, try await listed.rooms(of: visitor).count) }
        if let known = try await record.rooms(of: visitor) { return .roomsLeft(visitor, known) }
        let rooms: Int?
        switch try await histories.page(of: visitor, offset: 0, count: 1) {
        case nil: return .interrupted
        case .answered(let page)?: rooms = page.total
        case .refused?: rooms = nil
        }
        try await record.note(rooms: rooms, of: visitor)
        return .roomsLeft(visitor, rooms)
    }

    private func readToken(of visitor: VisitorID) async throws -> Found {
        let answer = try await desk.asker.askOrRefusal(.visitorsInfo) {
            await reader.visitor(visitor)
        } probe: {
            await reader.visitor(Probe.visitor)
        }
        return switch answer {
        case nil: .interrupted
        case .answered(let record)?: .token(visitor, record.token.map(Token.shown) ?? .hidden)
        case .refused?: .token(visitor, .hidden)
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
