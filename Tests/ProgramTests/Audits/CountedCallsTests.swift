import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// A report has the calls of its job on each endpoint, as the server counted them, beside what was expected.
@Suite struct CountedCallsTests {
    private static let unlimited = ["VISITOR_MERGE_RATE": "unlimited", "VISITOR_MERGE_NO_PROGRESS": "true"]

    private struct Report: Decodable {
        struct Calls: Decodable {
            var endpoint: String
            var made: Int
            var estimated: Int?
            var refused: Int
            var waited_seconds: Int
            var difference: String?
        }

        struct Later: Decodable {
            var calls: [String: Int]
            var seconds: Int
        }

        struct Estimate: Decodable {
            var run: Later?
            var verify: Later?
        }

        var calls: [Calls]
        var estimate: Estimate?

        var made: [String: Int] { Dictionary(uniqueKeysWithValues: calls.map { ($0.endpoint, $0.made) }) }
        var estimated: [String: Int] {
            Dictionary(uniqueKeysWithValues: calls.map { ($0.endpoint, $0.estimated ?? -1) })
        }
    }

    private func report(_ workspace: Workspace, _ name: String) throws -> Report {
        try JSONDecoder().decode(
            Report.self, from: Data(contentsOf: URL(filePath: workspace.folder("\(name)/report.json"))))
    }

    /// As the server counted them, by the names of the endpoints in a report.
    private func counted(_ workspace: Workspace, after start: Int = 0) -> [String: Int] {
        workspace.sandbox.requestLog.dropFirst(start).reduce(into: [:]) { calls, record in
            guard let route = record.route else { return }
            let name = route.replacing("/api/v1/", with: "").replacing("/api/", with: "")
            calls[name.replacing("/room/:roomId/visitor/:visitorId", with: ""), default: 0] += 1
        }
    }

    private func seed(rooms: Int, visitors: Int, open: Int = 0) -> Seed {
        Seed(
            visitors: (["new"] + (0..<visitors).map { "old\($0)" }).map { Seed.Visitor(id: $0) },
            rooms: (0..<rooms).map { Seed.Room(id: "room\($0)", open: $0 < open, visitorID: "old\($0 % visitors)") })
    }

    @Test(arguments: ["room", "visitor"])
    func `An audit, a run and a verification make the calls that were expected of them`(_ lines: String) async throws {
        try await Workspace.with(seed: seed(rooms: 250, visitors: 25)) { workspace in
            let mapping =
                lines == "room"
                ? "room,old,new\n" + (0..<250).map { "room\($0),old\($0 % 25),new\n" }.joined()
                : "old,new\n" + (0..<25).map { "old\($0),new\n" }.joined()
            try workspace.folder.write(mapping, as: "m.csv")
            let program = workspace.program(
                as: "mgr", ["VISITOR_MERGE_RATE": "1000/s", "VISITOR_MERGE_NO_PROGRESS": "true"])

            let audit = try await program("audit", "m.csv")
            #expect(audit.status == 0 && !audit.output.contains("than estimated"), "\(audit)")
            let audited = try report(workspace, "m.csv.audit-report")
            #expect(audited.made == counted(workspace) && audited.estimated == audited.made, "\(audited)")

            var start = workspace.sandbox.requestLog.count
            let run = try await program("run", "m.csv", "--plan", "m.csv.audit.db")
            #expect(run.status == 0 && !run.output.contains("than estimated"), "\(run)")
            let ran = try report(workspace, "m.csv.report")
            #expect(ran.made == counted(workspace, after: start) && ran.estimated == ran.made, "\(ran)")
            #expect(ran.calls.allSatisfy { $0.difference == nil && $0.refused == 0 })

            start = workspace.sandbox.requestLog.count
            let verified = try await program("verify", "m.csv.journal.db")
            #expect(verified.status == 0 && !verified.output.contains("than estimated"), "\(verified)")
            let read = try report(workspace, "m.csv.verify-report")
            #expect(read.made == counted(workspace, after: start) && read.estimated == read.made, "\(read)")

            // The audit had said so.
            #expect(audited.estimate?.run?.calls == ran.made)
            #expect(audited.estimate?.verify?.calls == read.made)
        }
    }

    private struct Doctor: Decodable {
        struct Mapping: Decodable {
            struct Job: Decodable {
                var calls: [String: Int]
                var seconds: Int?
                var at_least: Bool
            }

            var path: String
            var lines: Int
            var rooms: Int
            var old_visitors: Int
            var jobs: [String: Job]
        }

        struct Estimate: Decodable {
            var moves: Int
            var seconds: Int
        }

        var estimate: Estimate?
        var mapping: Mapping?
    }

    @Test func `A doctor foretells the calls of every job of a mapping, and their time`() async throws {
        try await Workspace.with(
            seed: seed(rooms: 250, visitors: 25), rateLimit: RateLimit(calls: 10, window: .seconds(60))
        ) { workspace in
            try workspace.folder.write(
                "room,old,new\n" + (0..<250).map { "room\($0),old\($0 % 25),new\n" }.joined(), as: "m.csv")
            let text = try await workspace.program(as: "mgr")("doctor", "--mapping", "m.csv")
            #expect(text.status == 0, "\(text)")
            for line in [
                "m.csv has 250 rooms. What it will cost:",
                "  audit   seconds: 4 calls of livechat/rooms, 1 of info, 1 of livechat/visitors.info, 1 of me",
                "  run     about 25 min: 251 calls of livechat/room.visitor, 250 of rooms.info, 1 of info, 1 of me",
                "  verify  about 3 min: 26 calls of livechat/visitors.info, 4 of livechat/rooms",
            ] {
                #expect(text.lines.contains { $0.hasPrefix(line) }, "\(line) in \(text)")
            }
            #expect(text.lines.last == "Next: visitor-merge audit m.csv", "\(text)")

            let json = try await workspace.program(as: "mgr")("doctor", "--mapping", "m.csv", "--json")
            let doctor = try JSONDecoder().decode(Doctor.self, from: Data(json.output.utf8))
            // As without a mapping, a move takes the interval of the rate.
            #expect(doctor.estimate?.moves == 250 && doctor.estimate?.seconds == 1500)
            let mapping = try #require(doctor.mapping)
            #expect(mapping.lines == 250 && mapping.rooms == 250 && mapping.old_visitors == 0)
            #expect(mapping.jobs["run"]?.seconds == 1506 && mapping.jobs["run"]?.at_least == false)
            #expect(mapping.jobs["audit"]?.calls["livechat/rooms"] == 4)
            let other = try await workspace.program(as: "mgr")("doctor", "--mapping", "m.csv", "--moves", "7", "--json")
            #expect(try JSONDecoder().decode(Doctor.self, from: Data(other.output.utf8)).estimate?.seconds == 42)
        }
    }

    @Test func `Of old visitors a doctor says the least, and a mapping that cannot be read is refused`() async throws {
        try await Workspace.with(seed: seed(rooms: 250, visitors: 25)) { workspace in
            try workspace.folder.write("old,new\n" + (0..<25).map { "old\($0),new\n" }.joined(), as: "m.csv")
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "10/min"])
            let text = try await program("doctor", "--mapping", "m.csv")
            #expect(
                text.lines.contains {
                    $0.hasPrefix(
                        "  run     at least about 3 min: 26 calls of livechat/room.visitor, 4 of livechat/rooms")
                }, "\(text)")
            #expect(text.output.contains("m.csv has 25 old visitors. What it will cost:"), "\(text)")
            try workspace.folder.write("old,new\n", as: "empty.csv")
            let empty = try await program("doctor", "--mapping", "empty.csv")
            #expect(empty.lines.contains("  verify  no calls"), "\(empty)")
            #expect(try await program("doctor", "--mapping", "missing.csv").status == 66)
            try workspace.folder.write("a,b\n1,2\n", as: "bad.csv")
            #expect(try await program("doctor", "--mapping", "bad.csv").status == 65)
        }
    }

    @Test(arguments: [77, 69])
    func `A doctor foretells no cost where no move can succeed`(status: Int32) async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let wrong = status == 77 ? ["ROCKETCHAT_AUTH_TOKEN": "wrong"] : ["ROCKETCHAT_URL": "http://127.0.0.1:1"]
            let program = workspace.program(as: "mgr", wrong)
            let text = try await program("doctor", "--mapping", "mapping.csv")
            #expect(text.status == status && !text.output.contains("cost"), "\(text)")
            let json = try await program("doctor", "--mapping", "mapping.csv", "--json")
            #expect(json.status == status && !json.output.contains("\"mapping\""), "\(json)")
        }
    }

    @Test func `A verification asks for tokens while the list is read, and an audit for new visitors`() async throws {
        try await Workspace.with(seed: seed(rooms: 1500, visitors: 12)) { workspace in
            try workspace.folder.write("old,new\n" + (0..<12).map { "old\($0),new\n" }.joined(), as: "m.csv")
            let program = workspace.program(as: "mgr", Self.unlimited)
            func isSideBySide(_ start: Int) throws -> Bool {
                let log = workspace.sandbox.requestLog.dropFirst(start)
                let visitor = try #require(log.firstIndex { $0.path.contains("visitors.info") })
                return try visitor < #require(log.lastIndex { $0.path.contains("livechat/rooms") })
            }
            let audit = try await program("audit", "m.csv", "--rate", "20/s")
            #expect(try audit.status == 0 && isSideBySide(0), "\(audit)")
            #expect(try await program("run", "m.csv").status == 0)
            let start = workspace.sandbox.requestLog.count
            let verified = try await program("verify", "m.csv.journal.db", "--rate", "20/s")
            #expect(try verified.status == 0 && isSideBySide(start), "\(verified)")
            #expect(try workspace.table("m.csv.verify-report/emptied-visitors.csv").count == 12)
        }
    }

    @Test func `A run of visitor lines looks at no room that was seen closed`() async throws {
        for (rooms, way) in [(250, "livechat/rooms"), (2600, "livechat/visitors.chatHistory")] {
            try await Workspace.with(seed: seed(rooms: rooms, visitors: 25, open: 7)) { workspace in
                try workspace.folder.write("old,new\n" + (0..<25).map { "old\($0),new\n" }.joined(), as: "m.csv")
                let run = try await workspace.program(as: "mgr", Self.unlimited)("run", "m.csv")
                #expect(run.status == 2, "\(run)")
                let report = try report(workspace, "m.csv.report")
                #expect(report.made["rooms.info"] == 7 && (report.made[way] ?? 0) > 1, "\(report)")
                #expect(report.made["livechat/room.visitor"] == rooms - 7 + 1)
                #expect(report.made == counted(workspace))
                #expect(workspace.sandbox.roomOwners.values.filter { $0 == "new" }.count == rooms - 7)
            }
        }
    }

    @Test func `The calls of a run that was interrupted and resumed are all counted`() async throws {
        try await Workspace.with(seed: seed(rooms: 60, visitors: 3, open: 5)) { workspace in
            try workspace.folder.write(
                "room,old,new\n" + (0..<60).map { "room\($0),old\($0 % 3),new\n" }.joined(), as: "m.csv")
            let arguments = ["run", "m.csv", "--rate", "30/s", "--no-progress", "--concurrency", "2"]
            let last = try await workspace.inPieces(3, of: 126, arguments) { try $0.interrupt() }
            #expect(last.status == 2, "\(last)")
            let report = try report(workspace, "m.csv.report")
            #expect(report.made == counted(workspace), "\(report)")
            #expect(report.made["livechat/room.visitor"].map { 55...70 ~= $0 } == true)
            let looks = try #require(report.calls.first { $0.endpoint == "rooms.info" })
            #expect(try #require(looks.estimated) >= 60)
        }
    }

    @Test func `Rooms that the list cannot settle are said to be the reason of more calls`() async throws {
        try await Workspace.with(seed: seed(rooms: 250, visitors: 5, open: 7)) { workspace in
            try workspace.folder.write(
                "room,old,new\n" + (0..<250).map { "room\($0),old\($0 % 5),new\n" }.joined(), as: "m.csv")
            let audit = try await workspace.program(as: "mgr", Self.unlimited)("audit", "m.csv")
            #expect(audit.status == 2, "\(audit)")
            #expect(
                audit.output.contains(
                    "More calls of rooms.info than estimated, 7 instead of 0: the list could not settle rooms that were "
                        + "open, not in it, or elsewhere than expected."), "\(audit)")
            let looks = try report(workspace, "m.csv.audit-report").calls.first { $0.endpoint == "rooms.info" }
            #expect(looks?.difference?.hasPrefix("the list could not settle") == true)
        }
    }
}
