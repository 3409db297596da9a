package import Migration
import Model
package import RocketChat

/// Asks the server whom it finds first for the values that groups share, for the choice of that one.
package struct FirstMatchAsking<API: ContactFinder>: Sendable {
    let api: API
    let asker: RetryingClient
    let board: ProgressBoard

    package init(api: API, asker: RetryingClient, board: ProgressBoard) {
        self.api = api
        self.asker = asker
        self.board = board
    }

    /// Asks what is not asked yet, one call a value; `announce` is told how many that is first.
    ///
    /// - Returns: whether it came to its end; `false` if it was asked to stop.
    /// - Throws: `Stop` when the server refuses or cannot be reached, `SuggestionError`.
    package func ask(in file: VisitorStore, upTo largest: Int, announce: (String) -> Void) async throws -> Bool {
        let total = try file.unaskedValues(upTo: largest)
        guard total > 0 else { return true }
        announce(sentence(total))
        defer { board.endReading() }
        var done = 0
        while let value = try file.firstUnaskedValue(upTo: largest) {
            let contact: ContactValue = value.kind == .phone ? .phone(value.value) : .email(value.value)
            guard let (match, _) = try await asker.ask(.contactSearch, { await api.firstMatch(contact) }) else {
                return false
            }
            try file.note(first: match.visitor, of: value)
            done += 1
            board.read("the first matches", done: done, of: total)
        }
        return true
    }

    private func sentence(_ calls: Int) -> String {
        let pace = asker.rate(on: .contactSearch).map { rate in
            calls > rate.count ? " At the rate in force that takes about \((rate.interval * calls).inWords)." : ""
        }
        return
            "--keep first-match: asking the server whom it finds first for \(counted(calls, "value")), one call each."
            + (pace ?? "")
    }
}
