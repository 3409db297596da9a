import Journal
import Migration
import Model
import RocketChat

@testable import CLI

extension ProgressState {
    /// 2 May 2024, 14:47:45 UTC.
    static let instant = Timestamp(milliseconds: 1_714_661_265_000)

    /// A run in the middle of its work, at the server's usual limit.
    static func example(_ change: (inout ProgressState) -> Void = { _ in }) -> ProgressState {
        var board = ProgressBoard.Snapshot()
        board.planned = 3000
        board.settledBefore = 1000
        board.outcomes = [.moved: 190, .already: 8, .refused: 4, .deferred: 2]
        var state = ProgressState(
            subject: ProgressSubject(.run, journal: "mapping.csv.journal.db"), board: board, setting: .auto,
            rate: Rate(count: 10, per: .seconds(60)), achieved: 9.8 / 60, now: instant)
        change(&state)
        return state
    }
}

extension LocalClock {
    /// Two hours ahead of UTC.
    static let summer = LocalClock { _ in 7200 }
}
