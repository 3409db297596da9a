import FoundationEssentials
import GRDB
import Sandbox
import TestSupport
import Testing

/// An audit that is interrupted is resumed by the same command, and asks nothing twice.
@Suite struct ResumedAuditTests {
    private static let audit = ["audit", "m.csv", "--no-progress"]

    /// `rooms` rooms of one old visitor, of which the first `open` have a live conversation, and a line for each.
    private static func with(
        rooms: Int, open: Int = 0, _ body: @Sendable (Workspace) async throws -> Void
    ) async throws {
        let seed = Seed(
            visitors: ["old", "new"].map { Seed.Visitor(id: $0) },
            rooms: (0..<rooms).map { Seed.Room(id: "room\($0)", open: $0 < open, visitorID: "old") })
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write(
                "room,old,new\n" + (0..<rooms).map { "room\($0),old,new\n" }.joined(), as: "m.csv")
            try await body(workspace)
        }
    }

    private static func foretold(_ workspace: Workspace) throws -> [String: Int] {
        try workspace.report("m.csv.audit-report/report.json").operations.filter { $0.value > 0 }
    }

    @Test func `In ten pieces it takes at most a twentieth more calls than in one`() async throws {
        try await Self.with(rooms: 1500, open: 600) { workspace in
            let whole = try await workspace.program().run(Self.audit + ["--rate", "unlimited"]) { _ in }
            #expect(whole.status == 2, "\(whole)")
            let inOne = workspace.sandbox.requestLog.count
            let expected = try Self.foretold(workspace)
            #expect(expected == ["moved": 900, "deferred": 600])

            let arguments = Self.audit + ["--rate", "200/s", "--concurrency", "4"]
            let last = try await workspace.inPieces(10, of: inOne, arguments) { try $0.interrupt() }
            #expect(last.status == 2, "\(last)")
            let inTen = workspace.sandbox.requestLog.count - inOne
            #expect(inTen <= inOne + inOne / 20, "\(inTen) instead of \(inOne)")
            #expect(try Self.foretold(workspace) == expected)
        }
    }

    @Test(arguments: [true, false])
    func `No page of the list is read twice but the one that was under way`(_ isKilled: Bool) async throws {
        try await Self.with(rooms: 1500) { workspace in
            let arguments = Self.audit + ["--rate", "40/s"]
            // Sixteen pages, after the version, the caller and the number of rooms.
            let last = try await workspace.inPieces(10, of: 18, arguments) {
                try isKilled ? $0.kill() : $0.interrupt()
            }
            #expect(last.status == 0, "\(last)")
            #expect(try Self.foretold(workspace) == ["moved": 1500])
            let calls = workspace.calls
            #expect(try #require(calls["livechat/rooms"]) <= 17 + (isKilled ? 9 : 0), "\(calls)")
            #expect(calls["rooms.info"] == nil && calls["livechat/visitors.info"] == 1, "\(calls)")
            let run = try await workspace.program()(
                "run", "m.csv", "--plan", "m.csv.audit.db", "--no-progress", "--rate", "unlimited")
            #expect(run.status == 0, "\(run)")
            // The plan that is carried out has not the list with it.
            let left = try await DatabaseQueue(path: workspace.folder("m.csv.journal.db")).read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM surveyedRoom")
            }
            #expect(left == 0)
        }
    }

    @Test func `What was asked one by one is not asked again`() async throws {
        // 36 pages of the list are more than the questions below.
        let seed = Seed(
            visitors: (["new"] + (0..<8).map { "old\($0)" }).map { Seed.Visitor(id: $0) },
            rooms: (0..<3500).map { Seed.Room(id: "room\($0)", open: $0 < 3, visitorID: "old\(min($0, 7))") })
        try await Workspace.with(seed: seed) { workspace in
            let lines = (0..<7).map { ",old\($0),new\n" } + (10..<25).map { "room\($0),old7,new\n" }
            try workspace.folder.write("room,old,new\n" + lines.joined(), as: "m.csv")
            let arguments = Self.audit + ["--rate", "20/s", "--concurrency", "1"]
            let last = try await workspace.inPieces(8, of: 30, arguments) { try $0.interrupt() }
            #expect(last.status == 2, "\(last)")
            #expect(try Self.foretold(workspace) == ["moved": 19, "deferred": 3])
            let calls = workspace.calls
            #expect(calls["livechat/visitors.chatHistory/room/:roomId/visitor/:visitorId"] == 7, "\(calls)")
            #expect(calls["rooms.info"] == 22 && calls["livechat/visitors.info"] == 1, "\(calls)")
        }
    }

    @Test func `Its report says that it is unfinished, and its plan is refused until it is finished`() async throws {
        try await Self.with(rooms: 900) { workspace in
            let first = try await workspace.program().run(Self.audit + ["--rate", "4/s", "--max-duration", "1s"]) { _ in
            }
            #expect(first.status == 2, "\(first)")
            #expect(first.output.contains("Ended early: the time given with --max-duration is up."), "\(first)")
            #expect(first.lines.last?.hasPrefix("Next: visitor-merge audit m.csv ") == true, "\(first)")
            let report = try workspace.report("m.csv.audit-report/report.json")
            #expect(report.stopped_because == "duration-reached" && report.operations["pending"] == 900)
            let early = try await workspace.program()("run", "m.csv", "--plan", "m.csv.audit.db", "--no-progress")
            #expect(early.status == 65 && early.errors.contains("did not come to its end"), "\(early)")

            let second = try await workspace.program()("audit", "m.csv", "--rate", "unlimited")
            #expect(second.status == 0 && second.errors.contains("To begin afresh, use --fresh."), "\(second)")
            #expect(second.errors.contains("Resuming the list of 900 rooms, of which "), "\(second)")
            #expect(try workspace.report("m.csv.audit-report/report.json").stopped_because == nil)
            let run = try await workspace.program()(
                "run", "m.csv", "--plan", "m.csv.audit.db", "--no-progress", "--rate", "unlimited")
            #expect(run.status == 0, "\(run)")
        }
    }

    private enum Change: CaseIterable {
        case nothing, fresh, mapping, columns, openRooms, finished
    }

    @Test(arguments: Change.allCases)
    private func `It begins afresh where something else is asked for`(_ change: Change) async throws {
        try await Self.with(rooms: 900, open: 1) { workspace in
            let program = workspace.program()
            let slow = change == .finished ? "unlimited" : "8/s"
            let first = try await program.run(Self.audit + ["--rate", slow]) { process in
                guard change != .finished else { return }
                _ = await eventually { workspace.calls["livechat/rooms"] ?? 0 >= 5 }
                try process.kill()
            }
            #expect(first.status == (change == .finished ? 2 : -9), "\(first)")
            let before = try #require(workspace.calls["livechat/rooms"])
            var arguments = ["audit", "m.csv", "--rate", "unlimited"]
            switch change {
            case .nothing, .finished: break
            case .fresh: arguments.append("--fresh")
            case .mapping: try workspace.folder.write("room,old,new\nroom0,old,new\nroom1,old,new\n", as: "m.csv")
            case .columns: arguments += ["--columns", "old=old,new=new,room=room"]
            case .openRooms: arguments += ["--open-rooms", "move"]
            }
            let second = try await program.run(arguments) { _ in }
            #expect(second.status == (change == .openRooms ? 0 : 2), "\(second)")
            #expect(!second.output.contains("--fresh"), "\(second)")
            let spent = try #require(workspace.calls["livechat/rooms"]) - before
            // The number of rooms and ten pages; of two rooms, the number.
            switch change {
            case .nothing: #expect(spent <= 7, "\(spent)")
            case .mapping: #expect(spent == 1)
            default: #expect(spent == 11, "\(spent)")
            }
            let isSaid = second.errors.contains("is not resumed, because ")
            #expect(isSaid == [.mapping, .columns, .openRooms].contains(change), "\(second)")
        }
    }

    @Test func `A room is as old as the page that it was on`() async throws {
        try await Self.with(rooms: 900) { workspace in
            let program = workspace.program()
            _ = try await program.run(Self.audit + ["--rate", "8/s"]) { process in
                _ = await eventually { workspace.calls["livechat/rooms"] ?? 0 >= 5 }
                try process.interrupt()
            }
            let read = try await DatabaseQueue(path: workspace.folder("m.csv.audit.db")).write { database in
                try database.execute(sql: "UPDATE surveyedRoom SET readAt = readAt - 90000000")
                return database.changesCount
            }
            #expect(read > 100 && read < 900)
            #expect(try await program("audit", "m.csv", "--rate", "unlimited", "--no-progress").status == 0)
            let old = try await DatabaseQueue(path: workspace.folder("m.csv.audit.db")).read { database in
                try Int.fetchOne(
                    database, sql: "SELECT count(*) FROM operation WHERE settledAt < (SELECT min(startedAt) FROM run)")
            }
            #expect(old == read)
            // Its plan is as old as its end.
            let run = try await program("run", "m.csv", "--plan", "m.csv.audit.db", "--rate", "unlimited")
            #expect(run.status == 0 && run.errors.contains("its oldest look at a room is 25 h old"), "\(run)")
        }
    }

    @Test func `An audit of an undo is resumed too`() async throws {
        try await Self.with(rooms: 300) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "m.csv", "--rate", "unlimited", "--no-progress").status == 0)
            let before = workspace.calls["livechat/rooms"] ?? 0
            let arguments = ["undo", "m.csv.journal.db", "--dry-run", "--no-progress", "--rate", "8/s"]
            let first = try await program.run(arguments) { process in
                _ = await eventually { workspace.calls["livechat/rooms"] ?? 0 >= before + 3 }
                try process.kill()
            }
            #expect(first.status == -9)
            let second = try await program.run(arguments) { _ in }
            #expect(
                second.status == 0 && second.lines.first?.contains("300 rooms would be moved back") == true, "\(second)"
            )
            #expect(try #require(workspace.calls["livechat/rooms"]) <= before + 6, "\(workspace.calls)")
            let refused = try await program("undo", "m.csv.journal.db", "--fresh")
            #expect(refused.status == 64 && refused.errors.contains("--fresh goes with --dry-run"), "\(refused)")
        }
    }
}

extension Workspace {
    /// How many calls the server had on each endpoint.
    var calls: [String: Int] {
        sandbox.requestLog.reduce(into: [:]) { calls, record in
            guard let route = record.route else { return }
            calls[route.replacing("/api/v1/", with: ""), default: 0] += 1
        }
    }

    /// Runs a command to its end in pieces, all but the last of them ended by `end` when the server has had its share of
    /// `total` calls more.
    func inPieces(
        _ pieces: Int, of total: Int, _ arguments: [String], _ end: @Sendable (Program.Going) throws -> Void
    ) async throws -> Program.Ended {
        let before = sandbox.requestLog.count
        for piece in 1..<pieces {
            let target = before + total * piece / pieces
            let ended = try await program().run(arguments) { process in
                _ = await eventually { process.isOver || sandbox.requestLog.count >= target }
                try end(process)
            }
            #expect([2, -9].contains(ended.status), "piece \(piece): \(ended)")
        }
        return try await program().run(arguments) { _ in }
    }
}
