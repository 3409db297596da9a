import TestSupport
import Testing

@testable import CLI

@Suite struct LiveBlockTests {
    /// A terminal with a block, and what is said above it.
    private struct Stage {
        var screen: TerminalScreen
        var block = LiveBlock()

        init(_ columns: Int, _ rows: Int, _ resizing: TerminalScreen.Resizing = .breaksAnew) {
            screen = TerminalScreen(columns: columns, rows: rows, resizing: resizing)
        }

        mutating func draw(_ rows: String...) {
            // The terminal's driver makes CR LF of LF.
            screen.feed(block.draw(rows).utf8)
        }

        mutating func say(_ line: String) {
            screen.feed((block.erase() + line + "\r\n").utf8)
        }
    }

    @Test func `A block is redrawn in its place, whether it grows or shrinks`() {
        var stage = Stage(20, 10)
        stage.say("$ visitor-merge")
        stage.draw("one", "two", "three")
        #expect(stage.screen.rows == ["$ visitor-merge", "one", "two", "three"])
        stage.draw("1")
        #expect(stage.screen.rows == ["$ visitor-merge", "1"])
        stage.draw("a", "b", "c", "d")
        #expect(stage.screen.rows == ["$ visitor-merge", "a", "b", "c", "d"])
        #expect(stage.screen.cursor == (1, 0))
        stage.draw()
        #expect(stage.screen.rows == ["$ visitor-merge"])
        #expect(stage.screen.unknown.isEmpty)
    }

    @Test func `What is said comes above the block, and nothing of either is lost at the bottom of the screen`() {
        var stage = Stage(20, 5)
        for number in 1...9 {
            stage.say("line \(number)")
            stage.draw("one", "two \(number)", "three")
        }
        #expect(stage.screen.rows == ["line 8", "line 9", "one", "two 9", "three"])
        #expect(stage.screen.everything.dropLast(3) == (1...9).map { "line \($0)" }[...])
        stage.say("end")
        #expect(stage.screen.rows == ["line 8", "line 9", "end"])
    }

    @Test(arguments: TerminalScreen.Resizing.allCases, [(40, 24), (12, 24), (200, 24), (30, 4), (9, 3)])
    func `A new size leaves nothing behind`(resizing: TerminalScreen.Resizing, size: (Int, Int)) {
        var stage = Stage(30, 10, resizing)
        stage.say("said")
        let long = String(repeating: "x", count: 29)
        stage.draw(long, long, long)
        stage.screen.resize(columns: size.0, rows: size.1)
        stage.draw("one", "two")
        #expect(stage.screen.everything.filter { !$0.isEmpty } == ["said", "one", "two"])
        stage.screen.resize(columns: 30, rows: 10)
        stage.draw("one", "two")
        #expect(stage.screen.everything.filter { !$0.isEmpty } == ["said", "one", "two"])
    }

    @Test func `Rows that are drawn for a wider terminal than there is are cut and not broken`() {
        var stage = Stage(10, 10)
        stage.say("said")
        for _ in 0..<3 { stage.draw("a row of twenty chars", "another such long row") }
        #expect(stage.screen.rows.count == 3)
        stage.say("what is said afterwards is broken again")
        #expect(stage.screen.rows.count == 5)
    }
}
