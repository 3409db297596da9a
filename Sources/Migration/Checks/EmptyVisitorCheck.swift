package import Journal
import Model
package import RocketChat
import ServiceLifecycle

/// Reads whether old visitors have rooms left that should have none, for a person to decide about them.
///
/// This tool never deletes a visitor: on the server that deletes every room that carries its token (TheMove,
/// "Deleting an old visitor").
package struct EmptyVisitorCheck: Sendable {
    let reader: RocketChatReader
    let desk: ReadContext
    private let mostTokens: Int

    /// `mostTokens` is how many tokens of new visitors are kept for the next old ones; beyond that they are asked for
    /// again.
    package init(reader: RocketChatReader, desk: ReadContext, mostTokens: Int = 10_000) {
        self.reader = reader
        self.desk = desk
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
                guard let roomsLeft = try await read(Array(some), histories, listed, into: &tokens) else {
                    return false
                }
                for var row in some {
                    let (old, new) = (VisitorID(row.visitor), VisitorID(row.newVisitor))
                    row.roomsLeft = roomsLeft[old]
                    row.sharesToken = Token.areSame(tokens[old], tokens[new])
                    row.confirmedAt = roomsLeft[old].map { _ in desk.now() }
                    try body(row)
                    // The token of an old visitor is not needed again; those of new visitors are.
                    tokens[old] = nil
                }
                if tokens.count > mostTokens { tokens.removeAll() }
                done += some.count
                desk.board.read("what is left of old visitors", done: done, of: total)
            }
        }
    }

    /// Asks for histories and tokens at once: they are different routes, and each has a limit of its own.
    ///
    /// - Returns: how many rooms each old visitor has, or `nil` if the run was asked to stop.
    private func read(
        _ visitors: [EmptiedRow], _ histories: HistoryReading<RocketChatReader>, _ listed: ListedRooms?,
        into tokens: inout [VisitorID: Token]
    ) async throws -> [VisitorID: Int]? {
        var asked = Set(tokens.keys)
        // In turn, so that neither of the two routes waits for the other.
        let questions = visitors.flatMap { row in
            [Question.rooms(VisitorID(row.visitor))]
                + [VisitorID(row.visitor), VisitorID(row.newVisitor)].filter { asked.insert($0).inserted }.map {
                    .token($0)
                }
        }
        var roomsLeft: [VisitorID: Int] = [:]
        let isRead = try await questions.forEachConcurrently(limit: desk.concurrency) { question in
            switch question {
            case .rooms(let visitor): try await countRooms(of: visitor, histories, listed)
            case .token(let visitor): try await readToken(of: visitor)
            }
        } take: { found in
            switch found {
            case .roomsLeft(let visitor, let count): roomsLeft[visitor] = count
            case .token(let visitor, let token): tokens[visitor] = token
            case .refused: break
            case .interrupted: return false
            }
            return true
        }
        return isRead ? roomsLeft : nil
    }

    private enum Question: Sendable {
        case rooms(VisitorID)
        case token(VisitorID)
    }

    private enum Found: Sendable {
        case roomsLeft(VisitorID, Int)
        case token(VisitorID, Token)
        /// What is left of this visitor stays unknown.
        case refused
        case interrupted
    }

    private func countRooms(
        of visitor: VisitorID, _ histories: HistoryReading<RocketChatReader>, _ listed: ListedRooms?
    ) async throws -> Found {
        if let listed { return .roomsLeft(visitor, try await listed.rooms(of: visitor).count) }
        return switch try await histories.page(of: visitor, offset: 0, count: 1) {
        case nil: .interrupted
        case .answered(let page)?: .roomsLeft(visitor, page.total)
        case .refused?: .refused
        }
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
