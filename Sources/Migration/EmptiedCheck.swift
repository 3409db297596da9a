package import Journal
package import Model
package import RocketChat
import ServiceLifecycle

/// Reads which old visitors have no room left after the moves, for a person to decide about them.
///
/// This tool never deletes a visitor: on the server that deletes every room that carries its token (contract 9).
package struct EmptiedCheck<C: Clock>: Sendable where C.Duration == Duration {
    let reader: RocketChatReader
    let journal: Journal
    let asker: Asker<C>
    let now: @Sendable () -> Timestamp
    let board: ProgressBoard

    package init(
        reader: RocketChatReader, journal: Journal, turnstile: Turnstile<C>, settings: RunnerSettings, clock: C,
        now: @escaping @Sendable () -> Timestamp, board: ProgressBoard
    ) {
        self.reader = reader
        self.journal = journal
        asker = Asker(turnstile: turnstile, retry: settings.retry, clock: clock, jitter: settings.jitter)
        self.now = now
        self.board = board
    }

    /// Reads what is left of every old visitor that should be empty; what was read is in the journal at once.
    ///
    /// - Returns: whether it came to its end; `false` if the run was asked to stop.
    /// - Throws: `Stop`, `JournalError`.
    package func check() async throws -> Bool {
        let total = try journal.unreadOldVisitors()
        guard total > 0, let anchor = try journal.movedRooms(after: 0, limit: 1).first?.room else { return true }
        defer { board.endReading() }
        var done = 0
        while true {
            let visitors = try await journal.unreadOldVisitors(limit: 100)
            guard !visitors.isEmpty else { return true }
            for (old, new) in visitors {
                guard let left = try await roomsLeft(of: old, anchor: anchor) else { return false }
                var sharesToken: Bool?
                if left == 0 {
                    guard let answer = try await shareToken(old, new) else { return false }
                    sharesToken = answer
                }
                try await journal.note(old, roomsLeft: left, sharesToken: sharesToken, at: now())
                done += 1
                board.read("what is left of old visitors", done: done, of: total)
            }
        }
    }

    private func roomsLeft(of visitor: VisitorID, anchor: RoomID) async throws -> Int? {
        let page = try await asker.ask(.chatHistory) {
            await reader.history(of: visitor, anchor: anchor, offset: 0, count: 1)
        }
        return page.map { $0.value.total }
    }

    /// - Returns: `nil` if the run was asked to stop, else whether the tokens are the same, as far as they are shown.
    private func shareToken(_ old: VisitorID, _ new: VisitorID) async throws -> Bool?? {
        guard let first = try await asker.askOrRefusal(.visitorsInfo, { await reader.visitor(old) }),
            let second = try await asker.askOrRefusal(.visitorsInfo, { await reader.visitor(new) })
        else { return nil }
        guard case .answered(let oldRecord) = first, case .answered(let newRecord) = second,
            let oldToken = oldRecord.token, let newToken = newRecord.token
        else { return .some(nil) }
        return .some(oldToken == newToken)
    }
}
