import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// A verification that is interrupted is resumed by the same command, and asks nothing twice.
@Suite struct ResumedVerificationTests {
    private static let journal = "m.csv.journal.db"
    private static let verify = ["verify", journal, "--no-progress"]
    private static let records: Set<String> = ["m.csv.verify.db", "m.csv.verify.db.lock"]

    /// `rooms` rooms, of which the first `open` have a live conversation, moved from `old` old visitors to one new one.
    private static func with(
        rooms: Int, open: Int = 0, old: Int = 1, _ body: @Sendable (Workspace) async throws -> Void
    ) async throws {
        let seed = Seed(
            visitors: (["new"] + (0..<old).map { "old\($0)" }).map { Seed.Visitor(id: $0) },
            rooms: (0..<rooms).map { Seed.Room(id: "room\($0)", open: $0 < open, visitorID: "old\($0 % old)") })
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write(
                "room,old,new\n" + (0..<rooms).map { "room\($0),old\($0 % old),new\n" }.joined(), as: "m.csv")
            let run = try await workspace.program()(
                "run", "m.csv", "--rate", "unlimited", "--open-rooms", "move", "--no-progress")
            #expect(run.status == 0, "\(run)")
            try await body(workspace)
        }
    }

    private struct Report: Decodable {
        var finished: Bool
        var stopped_because: String?
        var rooms: [String: Int]
        var read_since: String?
    }

    private static func report(_ workspace: Workspace) throws -> Report {
        try JSONDecoder().decode(
            Report.self, from: Data(contentsOf: URL(filePath: workspace.folder("m.csv.verify-report/report.json"))))
    }

    @Test func `In ten pieces it takes at most a twentieth more calls than in one`() async throws {
        try await Self.with(rooms: 900, open: 300, old: 40) { workspace in
            let before = workspace.sandbox.requestLog.count
            let whole = try await workspace.program().run(Self.verify + ["--rate", "unlimited"]) { _ in }
            #expect(whole.status == 0, "\(whole)")
            let inOne = workspace.sandbox.requestLog.count - before
            #expect(inOne == 1 + 10 + 300 + 41)

            let arguments = Self.verify + ["--rate", "100/s", "--concurrency", "4"]
            let last = try await workspace.inPieces(10, of: inOne, arguments) { try $0.interrupt() }
            #expect(last.status == 0 && last.lines == whole.lines, "\(last)")
            let inTen = workspace.sandbox.requestLog.count - before - inOne
            #expect(inTen <= inOne + inOne / 20, "\(inTen) instead of \(inOne)")
            #expect(try workspace.table("m.csv.verify-report/emptied-visitors.csv").count == 40)
            #expect(try Self.records.isDisjoint(with: workspace.folder.names))
        }
    }

    @Test func `Killed ten times, it reads no page but the last and no answered question again`() async throws {
        try await Self.with(rooms: 900, open: 20) { workspace in
            let before = workspace.calls
            let arguments = Self.verify + ["--rate", "40/s", "--concurrency", "1"]
            let last = try await workspace.inPieces(10, of: 33, arguments) { try $0.kill() }
            #expect(last.status == 0, "\(last)")
            #expect(last.lines.filter { $0.hasPrefix("= ") }.count == 900)
            func spent(_ route: String) -> Int { (workspace.calls[route] ?? 0) - (before[route] ?? 0) }
            // One page or one question is under way at each of nine kills.
            #expect(spent("livechat/rooms") + spent("rooms.info") <= 10 + 20 + 9, "\(workspace.calls) \(before)")
            // Tokens are kept nowhere: ten beginnings ask for those of two visitors.
            #expect(spent("livechat/visitors.info") <= 10 * 2 + 1, "\(workspace.calls) \(before)")
        }
    }

    @Test func `Histories and rooms that were asked for one by one are not asked for again`() async throws {
        // 26 pages of the list are more than the questions below.
        let seed = Seed(
            visitors: (["new", "other"] + (0..<9).map { "old\($0)" }).map { Seed.Visitor(id: $0) },
            rooms: (0..<2500).map { Seed.Room(id: "room\($0)", visitorID: $0 < 9 ? "old\($0)" : "other") })
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write("old,new\n" + (0..<9).map { "old\($0),new\n" }.joined(), as: "m.csv")
            let run = try await workspace.program()("run", "m.csv", "--rate", "unlimited", "--no-progress")
            #expect(run.status == 0, "\(run)")
            try await workspace.control("POST", "move", #"{"rid":"room100","visitorId":"old2"}"#)
            try await workspace.control("POST", "move", #"{"rid":"room3","visitorId":"other"}"#)
            let before = workspace.calls
            let arguments = Self.verify + ["--rate", "20/s", "--concurrency", "1"]
            let last = try await workspace.inPieces(9, of: 37, arguments) { try $0.interrupt() }
            #expect(last.status == 1, "\(last)")
            #expect(last.output.contains("! room3 (line 5) new, now with other"), "\(last)")
            #expect(last.output.contains("+ room100 came to old2 since the plan was made"), "\(last)")
            #expect(last.lines.filter { $0.hasPrefix("= ") }.count == 8)
            let emptied = try workspace.table("m.csv.verify-report/emptied-visitors.csv")
            #expect(emptied.map { $0["rooms_left"] } == ["0", "0", "1", "0", "0", "0", "0", "0", "0"])
            func spent(_ route: String) -> Int { (workspace.calls[route] ?? 0) - (before[route] ?? 0) }
            #expect(spent("rooms.info") == 9 && spent("livechat/rooms") == 1, "\(workspace.calls) \(before)")
            // Twice for each visitor: for new rooms, and for what is left.
            #expect(spent("livechat/visitors.chatHistory/room/:roomId/visitor/:visitorId") == 18)
            // A token is not kept: that of the new visitor is asked for again.
            #expect(spent("livechat/visitors.info") <= 10 + 9, "\(workspace.calls) \(before)")
        }
    }

    @Test func `The report of an unfinished one says so, and how to resume it`() async throws {
        try await Self.with(rooms: 250, open: 50) { workspace in
            let arguments = Self.verify + ["--rate", "20/s", "--max-duration", "2s"]
            let first = try await workspace.program().run(arguments) { _ in }
            #expect(first.status == 2, "\(first)")
            #expect(first.output.contains("Ended early: the time given with --max-duration is up."), "\(first)")
            #expect(first.lines.last == "Next: visitor-merge " + arguments.joined(separator: " "), "\(first)")
            #expect(first.errors.contains("stopped early: the time given with --max-duration is up"), "\(first)")
            let report = try Self.report(workspace)
            #expect(!report.finished && report.stopped_because == "duration-reached")
            let unread = try #require(report.rooms["unread"])
            #expect(unread > 0 && report.rooms["left"] == 250 - unread, "\(report)")
            #expect(try workspace.folder.names.contains("m.csv.verify.db"))

            let second = try await workspace.program()("verify", Self.journal, "--rate", "unlimited")
            #expect(second.status == 0 && second.errors.contains("Resuming the verification that was begun at "))
            let finished = try Self.report(workspace)
            #expect(finished.finished && finished.stopped_because == nil && finished.rooms["unread"] == 0)
            #expect(finished.rooms["left"] == 250)
            #expect(try #require(finished.read_since) <= #require(report.read_since))
            #expect(try Self.records.isDisjoint(with: workspace.folder.names))
            let readAt = try workspace.table("m.csv.verify-report/rooms.csv").compactMap { $0["read_at"] }
            #expect(readAt.min() == finished.read_since && Set(readAt).count > 1)
        }
    }

    private enum Change: CaseIterable {
        case nothing, fresh, undo, otherRecord
    }

    @Test(arguments: Change.allCases)
    private func `It begins afresh when something else is to be verified`(_ change: Change) async throws {
        try await Self.with(rooms: 600) { workspace in
            let program = workspace.program()
            let before = workspace.calls["livechat/rooms"] ?? 0
            let first = try await program.run(Self.verify + ["--rate", "20/s"]) { process in
                _ = await eventually { workspace.calls["livechat/rooms"] ?? 0 >= before + 5 }
                try process.kill()
            }
            #expect(first.status == -9, "\(first)")
            var arguments = ["verify", Self.journal, "--rate", "unlimited"]
            switch change {
            case .nothing: break
            case .fresh: arguments.append("--fresh")
            case .undo:
                let undo = try await program(
                    "undo", Self.journal, "--rate", "unlimited", "--no-progress", "--open-rooms", "move")
                #expect(undo.status == 0, "\(undo)")
            case .otherRecord:
                for ending in ["-wal", "-shm"] {
                    try FileManager.default.removeItem(atPath: workspace.folder("m.csv.verify.db" + ending))
                }
                try workspace.folder.write("not a record", as: "m.csv.verify.db")
            }
            let between = workspace.calls["livechat/rooms"] ?? 0
            let second = try await program.run(arguments) { _ in }
            #expect(second.status == 0, "\(second)")
            let spent = (workspace.calls["livechat/rooms"] ?? 0) - between
            #expect(change == .nothing ? spent <= 4 : spent == 8, "\(spent)")
            #expect(second.errors.contains("Resuming the verification") == (change == .nothing), "\(second)")
            if change == .otherRecord {
                #expect(
                    second.errors.contains(
                        "cannot be kept in m.csv.verify.db (something else is there), so that it begins"))
                #expect(try workspace.folder.text("m.csv.verify.db") == "not a record")
            }
        }
    }

    @Test func `A second one at the same time is refused, and one that is refused at the door keeps the report`()
        async throws
    {
        try await Self.with(rooms: 300) { workspace in
            let program = workspace.program()
            #expect(try await program.run(Self.verify + ["--rate", "unlimited"]) { _ in }.status == 0)
            let stranger = workspace.program(as: "mgr", ["ROCKETCHAT_AUTH_TOKEN": "wrong"])
            let refused = try await stranger.run(Self.verify) { _ in }
            #expect(refused.status == 77, "\(refused)")
            #expect(try Self.report(workspace).finished)
            #expect(try Self.records.isDisjoint(with: workspace.folder.names))
            let before = workspace.calls["livechat/rooms"] ?? 0
            let first = try await program.run(Self.verify + ["--rate", "4/s"]) { process in
                _ = await eventually { workspace.calls["livechat/rooms"] ?? 0 >= before + 2 }
                let second = try await program.run(Self.verify) { _ in }
                #expect(
                    second.status == 75 && second.errors.contains("is in use by process \(process.pid) "), "\(second)")
                try process.interrupt()
            }
            #expect(first.status == 2, "\(first)")
        }
    }
}
