import Migration
import Model
import RocketChat
import Testing

@testable import CLI

@Suite struct ProgressFrameTests {
    private func rows(
        _ width: Int, height: Int = 24, glyphs: ProgressFrame.Glyphs = .blocks,
        _ change: (inout ProgressState) -> Void = { _ in }
    ) -> [String] {
        ProgressFrame(.example(change), clock: .summer, glyphs: glyphs).rows(width: width, height: height)
            .map { $0.map(\.text).joined() }
    }

    private func waiting(_ cause: RouteWait.Cause, _ seconds: Int) -> (inout ProgressState) -> Void {
        { $0.wait = RouteWait(route: .roomVisitor, remaining: .seconds(seconds), cause: cause) }
    }

    @Test func `A wide terminal shows the bar, the rates, the time left, the wait and the outcomes`() {
        #expect(
            rows(79, waiting(.window, 47)) == [
                "Moving rooms  ████████████████░░░░░░░░░░░░░░░░░░░░░░░░  1,204 of 3,000  40%",
                "auto asked, 10/min now · 9.8/min achieved",
                "about 3 h 4 min left, until 19:51 +0200",
                "Waiting until 16:48:32 +0200 for the server's window of livechat/room.visitor",
                "190 moved · 8 already · 4 refused · 2 deferred",
            ])
    }

    @Test func `A narrow terminal shows the same in more rows`() {
        #expect(
            rows(39, waiting(.window, 47)) == [
                "Moving rooms",
                "███████░░░░░░░░░░░  1,204 of 3,000  40%",
                "auto asked, 10/min now",
                "9.8/min achieved",
                "about 3 h 4 min left, until 19:51 +0200",
                "Waiting until 16:48:32 +0200 for the",
                "server's window of",
                "livechat/room.visitor",
                "190 moved · 8 already · 4 refused",
                "2 deferred",
            ])
    }

    @Test(arguments: 1...220)
    func `No row is ever wider than the terminal, and nothing is lost for it`(width: Int) {
        let words = { (rows: [String]) in
            rows.joined(separator: " ").filter { !"█░·, ".contains($0) }
        }
        let shown = rows(width, height: 999, waiting(.outage, 4000))
        #expect(shown.allSatisfy { $0.count <= width && !$0.isEmpty })
        #expect(words(shown) == words(rows(999, waiting(.outage, 4000))))
        #expect(rows(width, height: 3, waiting(.outage, 4000)) == Array(shown.prefix(3)))
    }

    @Test func `A terminal that may not know other letters gets ASCII`() {
        let shown = rows(79, glyphs: .ascii)
        #expect(shown.allSatisfy { $0.utf8.allSatisfy { (0x20..<0x7F).contains($0) } })
        #expect(shown[0].contains("###---"))
    }

    @Test(arguments: [
        (0, 3000, "░░░░", "0%"), (1, 3000, "░░░░", "0%"), (2999, 3000, "███░", "99%"), (3000, 3000, "████", "100%"),
        (1, 1, "████", "100%"),
    ])
    func `Only the whole is a full bar and 100%`(done: Int, total: Int, end: String, share: String) {
        let head = rows(79) {
            $0.board.planned = total
            $0.board.settledBefore = done
            $0.board.outcomes = [:]
        }[0]
        #expect(
            head.hasSuffix(
                "\(end)  \(done == 2999 ? "2,999" : done == 3000 ? "3,000" : "\(done)") of "
                    + "\(total == 1 ? "1" : "3,000")  \(share)"))
    }

    @Test func `A reading has a bar of its own, and what is asked before has none`() {
        let reading = rows(79) {
            $0.board.reading = ProgressBoard.Reading(what: "the histories of old visitors", done: 30, total: 120)
            $0.achieved = nil
        }
        #expect(
            reading[0].hasPrefix("Reading the histories of old visitors  ██") && reading[0].hasSuffix("30 of 120  25%"))
        #expect(!reading.joined().contains("left"))
        let asking = rows(79) {
            $0.board = ProgressBoard.Snapshot()
            $0.achieved = nil
        }
        #expect(asking == ["Asking the server", "auto asked, 10/min now"])
    }

    @Test func `Colours mark what is done and what needs a person`() {
        let frame = ProgressFrame(.example(), clock: .summer, glyphs: .blocks).rows(width: 79, height: 24)
        let marked = frame.joined().filter { $0.style == .attention }.map(\.text)
        #expect(marked == ["4 refused"])
        #expect(frame[0].first { $0.style == .good }?.coloured == "\u{1B}[32m████████████████\u{1B}[0m")
    }
}
