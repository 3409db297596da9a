import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// What the user of a terminal sees of the built program.
@Suite struct LiveProgressTests {
    private static let environment = ["TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC-2"]
    /// Slow enough to be looked at; a stop ends it in the middle of a wait.
    private static let slowly = ["run", "mapping.csv", "--rate", "30/min", "--open-rooms", "move"]

    @Test(arguments: [40, 80, 200])
    func `The block says how far the run is, how fast, how long and what it waits for`(columns: Int) async throws {
        try await Workspace.with(rooms: 1204) { workspace in
            let terminal = try PseudoTerminal(columns: columns)
            let ended = try await workspace.program(as: "mgr", Self.environment)
                .run(Self.slowly, on: terminal) { process in
                    try #require(await terminal.showsRun())
                    let screen = terminal.screen
                    let text = screen.rows.joined(separator: " ")
                    for words in [
                        "Moving rooms", " of 1,204  0%", "░", "30/min asked", "left, until", "+0200", " moved",
                    ] {
                        #expect(text.contains(words), "\(words) in \(screen.rows)")
                    }
                    // What the run will cost is said above the block, in a line of any length.
                    #expect(screen.rows.joined().contains("To move 1,204 rooms: 1,204 calls"), "\(screen.rows)")
                    let block = screen.rows.drop { !$0.hasPrefix("Moving") }
                    #expect(block.allSatisfy { $0.count < columns } && screen.unknown.isEmpty && screen.hasColours)
                    #expect(block.count <= (columns == 40 ? 8 : 5))
                    try process.terminate()
                }
            #expect(ended.status == 2)
            // Nothing is left of the block, and the summary is all there.
            let rows = terminal.screen.everything
            #expect(!rows.contains { $0.contains("░") || $0.contains("min asked") }, "\(rows)")
            #expect(
                rows.contains { $0.hasPrefix("Not finished: 1,") },
                "\(rows)")
        }
    }

    @Test(arguments: TerminalScreen.Resizing.allCases)
    func `The block follows the size of the terminal`(resizing: TerminalScreen.Resizing) async throws {
        try await Workspace.with(rooms: 30) { workspace in
            let terminal = try PseudoTerminal(columns: 80, resizing: resizing)
            _ = try await workspace.program(as: "mgr", Self.environment).run(Self.slowly, on: terminal) { process in
                try #require(await terminal.showsRun())
                for (columns, height) in [(40, 24), (200, 50), (80, 24), (23, 5), (80, 24)] {
                    terminal.resize(columns: columns, rows: height)
                    // Two frames after the change: one may have been under way.
                    let frames = terminal.written.components("?7l")
                    try #require(await eventually { terminal.written.components("?7l") >= frames + 2 })
                    let screen = terminal.screen
                    #expect(screen.everything.filter { $0.contains("Moving") }.count == 1, "\(screen.everything)")
                    let block = screen.rows.drop { !$0.hasPrefix("Moving") }
                    #expect(block.allSatisfy { $0.count < columns } && block.count < height)
                    #expect(screen.cursor.column == 0 && screen.rows[screen.cursor.row].hasPrefix("Moving"))
                }
                try process.terminate()
            }
            #expect(!terminal.screen.everything.contains { $0.contains("Moving") || $0.contains("min asked") })
        }
    }

    @Test func `A server that does not answer at all is waited for aloud`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room_id,old_visitor_id,new_visitor_id\nR,A,B\n", as: "mapping.csv")
        let program = Program(
            in: folder.path,
            environment: Self.environment.merging([
                "ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "u", "ROCKETCHAT_AUTH_TOKEN": "t",
            ]) { $1 })
        let terminal = try PseudoTerminal(columns: 80)
        let ended = try await program.run(["run", "mapping.csv"], on: terminal) { process in
            let isSaid = await eventually {
                let rows = terminal.screen.everything
                return rows.contains { $0.hasPrefix("Asking the server") }
                    && rows.contains { $0.hasPrefix("The server does not answer, trying again at ") }
            }
            #expect(isSaid)
            try process.interrupt()
        }
        #expect(ended.status == 2, "\(ended)")
    }

    @Test func `Lines of the log and the block do not tear each other`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let terminal = try PseudoTerminal(columns: 200)
            let arguments = ["run", "mapping.csv", "--rate", "100/s", "--log-level", "trace"]
            let ended = try await workspace.program(as: "mgr", Self.environment)
                .run(arguments, on: terminal, capturingOutput: true) { _ in }
            #expect(ended.status == 0 && ended.output.hasPrefix("Every line is settled: 60 rooms moved."))
            let rows = terminal.screen.everything.filter { !$0.isEmpty }
            #expect(rows.count > 60)
            for row in rows {
                #expect(row.wholeMatch(of: /\d{4}-\d\d-\d\dT[\d:+]+ [a-z]+ visitor-merge: .*/) != nil, "\(row)")
            }
            // What follows a frame is the next one, or begins with taking it away.
            let frames = terminal.written.split(separator: "\u{1B}[?7h").dropFirst()
            #expect(!frames.isEmpty)
            for rest in frames {
                #expect(rest.firstMatch(of: /^\r(\x1B\[\dA)?\r\x1B\[(J|\?7l)/) != nil, "\(rest.prefix(60))")
            }
        }
    }

    @Test func `A frame is drawn ten times a second at most`() async throws {
        try await Workspace.with(rooms: 30) { workspace in
            let terminal = try PseudoTerminal(columns: 80)
            let start = ContinuousClock.now
            let ended = try await workspace.program(as: "mgr", Self.environment)
                .run(["run", "mapping.csv", "--rate", "30/s"], on: terminal) { _ in }
            let most = (ContinuousClock.now - start) / .milliseconds(100)
            #expect(ended.status == 0)
            #expect((1...Int(most.rounded(.up))).contains(terminal.written.components("?7l")))
        }
    }

    @Test(arguments: [
        (["TERM": "dumb"], false, false), (["TERM": ""], false, false), (["NO_COLOR": "1"], true, false),
        (["LANG": "C"], true, true),
    ])
    func `A terminal gets no more than it can show`(
        environment: [String: String], isDrawn: Bool, hasColours: Bool
    ) async throws {
        try await Workspace.with(rooms: 9) { workspace in
            let terminal = try PseudoTerminal(columns: 80)
            let program = workspace.program(as: "mgr", Self.environment.merging(environment) { $1 })
            _ = try await program.run(Self.slowly, on: terminal, capturingOutput: true) { process in
                if isDrawn {
                    try #require(await terminal.showsRun())
                    let isPlain = terminal.screen.rows.allSatisfy { $0.utf8.allSatisfy { $0 < 0x7F } }
                    #expect(isPlain == (environment["LANG"] == "C"))
                } else {
                    try #require(await eventually { !workspace.puts.isEmpty })
                }
                try process.terminate()
            }
            let written = terminal.written
            #expect(written.contains("\u{1B}[") == isDrawn, "\(written)")
            #expect(terminal.screen.hasColours == hasColours)
            #expect(written.replacing("\r\n", with: "").contains("\r") == isDrawn)
        }
    }

    @Test(arguments: ["--quiet", "--no-progress"])
    func `Nothing is drawn for whoever does not want it, and quiet says nothing of a success`(flag: String) async throws
    {
        try await Workspace.with(rooms: 12) { workspace in
            let terminal = try PseudoTerminal(columns: 80)
            let ended = try await workspace.program(as: "mgr", Self.environment)
                .run(["run", "mapping.csv", "--rate", "20/s", flag], on: terminal) { _ in }
            #expect(ended.status == 0 && !terminal.written.contains("\u{1B}"))
            #expect(terminal.written.isEmpty == (flag == "--quiet"), "\(terminal.written)")
        }
    }

    @Test func `The first signal is told above the block, and the second leaves a clean screen`() async throws {
        try await Workspace.with(
            rooms: 9, faults: [try Fault(.delayBeforeWrite, share: 1, after: 3, milliseconds: 20_000)]
        ) { workspace in
            let terminal = try PseudoTerminal(columns: 80)
            let ended = try await workspace.program(as: "mgr", Self.environment)
                .run(["run", "mapping.csv", "--rate", "unlimited"], on: terminal) { process in
                    try #require(await eventually { terminal.screen.rows.joined().contains("Moving rooms") })
                    try process.interrupt()
                    try #require(
                        await eventually {
                            let rows = terminal.screen.rows
                            return rows.first?.hasPrefix("Stopping: requests under way may finish.") == true
                                && rows.dropFirst().contains { $0.hasPrefix("Stopping: requests under way may") }
                        })
                    try process.interrupt()
                }
            #expect(ended.status == 130)
            #expect(
                terminal.screen.rows == ["Stopping: requests under way may finish. A second signal ends it at once."])
        }
    }

    @Test func `Whoever asks with a signal gets a line above the block`() async throws {
        try await Workspace.with(rooms: 9) { workspace in
            let terminal = try PseudoTerminal(columns: 200)
            _ = try await workspace.program(as: "mgr", Self.environment).run(Self.slowly, on: terminal) { process in
                try #require(await terminal.showsRun())
                try process.ask()
                try #require(
                    await eventually {
                        let rows = terminal.screen.rows
                        let told = /Moving rooms: \d of 9 \(\d\d%\) · \d moved · 30\/min asked · .*/
                        return rows.contains { $0.wholeMatch(of: told) != nil } && rows.count > 3
                    })
                try process.terminate()
            }
        }
    }

    @Test func `Without a terminal there are lines without control characters`() async throws {
        try await Workspace.with(rooms: 9) { workspace in
            let ended = try await workspace.program(as: "mgr", Self.environment).run([
                "run", "mapping.csv", "--rate", "8/s",
            ]) {
                process in
                try #require(await eventually { !workspace.puts.isEmpty })
                try process.ask()
            }
            #expect(ended.status == 0)
            #expect(ended.errors.hasPrefix("Moving rooms: ") && ended.errors.contains("+0000"), "\(ended)")
            #expect(ended.errors.utf8.allSatisfy { $0 >= 0x20 || $0 == 0x0A })
        }
    }
}

extension PseudoTerminal {
    /// Whether it comes to show a run that has moved a room and waits for its next turn.
    fileprivate func showsRun() async -> Bool {
        await eventually {
            let text = screen.rows.joined()
            return text.contains(" moved") && text.contains("Next request")
        }
    }
}

extension String {
    /// How often a text occurs in it.
    fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
