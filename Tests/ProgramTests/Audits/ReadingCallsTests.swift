import Sandbox
import TestSupport
import Testing

/// How many calls it takes to read (TheRun, "Reading").
@Suite struct ReadingCallsTests {
    private static let rooms = 250
    private static let unlimited = ["VISITOR_MERGE_RATE": "unlimited", "VISITOR_MERGE_NO_PROGRESS": "true"]

    /// As many rooms as three pages of the list hold; one is open, and two are of visitors that no line names.
    private var seed: Seed {
        Seed(
            visitors: (["new", "other"] + (0..<25).map { "old\($0)" }).map { Seed.Visitor(id: $0) },
            rooms: (0..<Self.rooms).map {
                Seed.Room(id: "room\($0)", open: $0 == 3, visitorID: [7, 8].contains($0) ? "other" : "old\($0 % 25)")
            })
    }

    private func calls(_ workspace: Workspace) -> [String: Int] {
        workspace.sandbox.requestLog.reduce(into: [:]) { calls, record in
            guard let route = record.route else { return }
            calls[route.replacing("/api/v1/", with: ""), default: 0] += 1
        }
    }

    /// 250 rooms of the workspace and one that is not there.
    private func writeRoomLines(_ workspace: Workspace) throws {
        let lines = (0..<Self.rooms).map { "room\($0),old\($0 % 25),new\n" }.joined()
        try workspace.folder.write(
            "room_id,old_visitor_id,new_visitor_id\n\(lines)missing,old1,new\n", as: "m.csv")
    }

    @Test func `An audit reads the list, and asks only for what it cannot say`() async throws {
        try await Workspace.with(seed: seed) { workspace in
            try writeRoomLines(workspace)
            let audit = try await workspace.program(as: "mgr", Self.unlimited)("audit", "m.csv")
            #expect(audit.status == 2, "\(audit)")
            let report = try workspace.report("m.csv.audit-report/report.json")
            #expect(report.operations["deferred"] == 1 && report.operations["conflict"] == 2)
            #expect(report.operations["refused"] == 1, "\(report.operations)")
            let calls = calls(workspace)
            // Open, elsewhere twice, missing.
            #expect(calls["rooms.info"] == 4, "\(calls)")
            #expect(try #require(calls["livechat/rooms"]) <= 4, "\(calls)")
            #expect(calls["livechat/visitors.info"] == 1, "\(calls)")
        }
    }

    @Test func `The rooms of old visitors are found and foretold by one reading of the list`() async throws {
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write("old,new\n" + (0..<25).map { "old\($0),new\n" }.joined(), as: "m.csv")
            let program = workspace.program(as: "mgr", Self.unlimited)
            let audit = try await program("audit", "m.csv")
            #expect(audit.status == 2, "\(audit)")
            #expect(try workspace.report("m.csv.audit-report/report.json").operations["moved"] == 247)
            let calls = calls(workspace)
            #expect(
                calls["rooms.info"] == 1
                    && calls["livechat/visitors.chatHistory/room/:roomId/visitor/:visitorId"] == nil, "\(calls)")
            #expect(try #require(calls["livechat/rooms"]) <= 4, "\(calls)")

            // What is carried out then is the same as one by one would have found.
            let run = try await program("run", "m.csv", "--plan", "m.csv.audit.db")
            #expect(run.status == 2, "\(run)")
            #expect(try workspace.report("m.csv.report/report.json").operations["moved"] == 247)
        }
    }

    @Test func `A verification reads the list, and finds what it cannot say one by one`() async throws {
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write("old,new\n" + (0..<25).map { "old\($0),new\n" }.joined(), as: "m.csv")
            let program = workspace.program(as: "mgr", Self.unlimited)
            let run = try await program("run", "m.csv")
            #expect(run.status == 2, "\(run)")
            try await workspace.control("POST", "move", #"{"rid":"room1","visitorId":"other"}"#)
            try await workspace.control("POST", "move", #"{"rid":"room7","visitorId":"old4"}"#)
            let before = calls(workspace)
            let verified = try await program("verify", "m.csv.journal.db")
            #expect(verified.status == 1, "\(verified)")
            #expect(verified.lines.filter { $0.hasPrefix("= ") }.count == 246)
            #expect(verified.output.contains("! room1 (line"), "\(verified)")
            #expect(verified.output.contains("+ room7 came to old4 since the plan was made"), "\(verified)")
            let after = calls(workspace)
            func spent(_ route: String) -> Int { (after[route] ?? 0) - (before[route] ?? 0) }
            #expect(spent("rooms.info") == 1 && spent("livechat/rooms") <= 4, "\(after) \(before)")
            #expect(spent("livechat/visitors.chatHistory/room/:roomId/visitor/:visitorId") == 0)
        }
    }

    @Test func `A run asks nothing about old visitors after its last move, and a verification confirms them`()
        async throws
    {
        try await Workspace.with(rooms: 4) { workspace in
            let program = workspace.program(as: "mgr", Self.unlimited)
            let run = try await program("run", "mapping.csv")
            #expect(run.status == 0, "\(run)")
            #expect(workspace.sandbox.requestLog.last?.method == "PUT")
            let record = try workspace.table("mapping.csv.report/emptied-visitors.csv")
            #expect(record.map { $0["old_visitor_id"] } == ["old0", "old1", "old2", "old3"])
            #expect(
                record.allSatisfy { $0["rooms_left"] == "" && $0["shares_token"] == "" && $0["confirmed_at"] == "" })

            // One of them comes back meanwhile.
            try await workspace.control("POST", "move", #"{"rid":"room2","visitorId":"old3"}"#)
            let verified = try await program("verify", "mapping.csv.journal.db")
            #expect(verified.status == 1, "\(verified)")
            let confirmed = try workspace.table("mapping.csv.verify-report/emptied-visitors.csv")
            #expect(confirmed.map { $0["rooms_left"] } == ["0", "0", "0", "1"])
            #expect(confirmed.allSatisfy { $0["shares_token"] == "false" && $0["confirmed_at"] != "" })
            #expect(confirmed.last?["warning"] == "never delete: the rooms that are left would go", "\(confirmed)")
        }
    }

    @Test(arguments: [["R1,A,B"], ["R1,A,B", "R2,A,B"]])
    func `A few rooms of many are asked for one by one`(_ lines: [String]) async throws {
        let many = Seed(
            visitors: ["A", "B"].map { Seed.Visitor(id: $0) },
            rooms: (0..<300).map { Seed.Room(id: "R\($0)", visitorID: "A") })
        try await Workspace.with(seed: many) { workspace in
            try workspace.folder.write("room,old,new\n" + lines.joined(separator: "\n"), as: "m.csv")
            let audit = try await workspace.program(as: "mgr", Self.unlimited)("audit", "m.csv")
            #expect(audit.status == 0, "\(audit)")
            let calls = calls(workspace)
            #expect(calls["rooms.info"] == lines.count && calls["livechat/rooms"] ?? 0 <= 1, "\(calls)")
        }
    }

    @Test func `A caller who may not list rooms asks one by one`() async throws {
        let seed = Seed(
            visitors: ["A", "B"].map { Seed.Visitor(id: $0) },
            rooms: (0..<5).map { Seed.Room(id: "R\($0)", visitorID: "A") })
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write("room,old,new\n" + (0..<5).map { "R\($0),A,B\n" }.joined(), as: "m.csv")
            let audit = try await workspace.program(as: "agt", Self.unlimited)("audit", "m.csv")
            // An agent may not see the rooms of others either, and the server says so of each.
            #expect(audit.status == 1 && audit.output.contains("5  room-not-allowed"), "\(audit)")
            #expect(calls(workspace)["rooms.info"] == 5)
        }
    }
}
