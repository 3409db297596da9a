import Migration
import Model
import RocketChat
import TestSupport
import Testing

@testable import CLI

@Suite struct ProgressLineTests {
    private func text(
        _ snapshot: ProgressBoard.Snapshot, hold: Turnstile<ManualClock>.Hold? = nil, after seconds: Int = 10
    ) -> String {
        ProgressLine<ManualClock>.text(snapshot, hold: hold, elapsed: .seconds(seconds))
    }

    @Test func `The line says how much is done, what came of it and how fast it goes`() {
        var snapshot = ProgressBoard.Snapshot()
        snapshot.planned = 200
        snapshot.settledBefore = 50
        snapshot.outcomes = [.moved: 40, .refused: 10]
        #expect(text(snapshot) == "100 of 200 rooms (50 %) · 40 moved · 10 refused · 5.0/s")
    }

    @Test func `A wait for the server's window is explained with its length and its route`() {
        let hold = Turnstile<ManualClock>.Hold(route: .roomVisitor, remaining: .seconds(47))
        let line = text(ProgressBoard.Snapshot(), hold: hold)
        #expect(line.contains("waiting 47 s for the server's window (livechat/room.visitor)"))
    }

    @Test func `Reading before the moves has a progress of its own`() {
        var snapshot = ProgressBoard.Snapshot()
        snapshot.reading = ProgressBoard.Reading(what: "the histories of old visitors", done: 3, total: 12)
        #expect(text(snapshot) == "reading the histories of old visitors: 3 of 12")
    }

    @Test func `A run that was asked to stop says so`() {
        var snapshot = ProgressBoard.Snapshot()
        snapshot.isDraining = true
        #expect(text(snapshot).hasSuffix("stopping, waiting for answers"))
    }
}
