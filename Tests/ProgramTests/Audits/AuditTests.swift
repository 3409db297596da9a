import Crypto
import FoundationEssentials
import GRDB
import Sandbox
import TestSupport
import Testing

@Suite struct AuditTests {
    private static let rooms = 500
    private static let stolen = Set((0..<20).map { "room\($0 * 25)" })

    private func seed() -> Seed {
        Seed(
            visitors: (["new", "thief"] + (0..<20).map { "old\($0)" }).map { Seed.Visitor(id: $0) },
            rooms: (0..<Self.rooms).map { Seed.Room(id: "room\($0)", visitorID: "old\($0 % 20)") })
    }

    private let mapping = "old,new\n" + (0..<20).map { "old\($0),new\n" }.joined()

    /// What somebody else does meanwhile.
    private func move(_ rooms: Set<String>, to visitor: String, _ workspace: Workspace) async throws {
        for room in rooms {
            let moved = try await Program("/usr/bin/env", in: workspace.folder.path)(
                "curl", "-sf", "-X", "POST", "-H", "Content-Type: application/json", "-H", workspace.controlHeader,
                workspace.address.url + "/sandbox/move", "-d",
                "{\"rid\":\"\(room)\",\"visitorId\":\"\(visitor)\"}")
            try #require(moved.status == 0)
        }
    }

    @Test func `From audit to undo, what somebody else moved meanwhile is neither touched nor hidden`() async throws {
        try await Workspace.with(seed: seed()) { workspace in
            try workspace.folder.write(mapping, as: "m.csv")
            let program = workspace.program(
                as: "mgr", ["VISITOR_MERGE_RATE": "unlimited", "VISITOR_MERGE_NO_PROGRESS": "true"])
            let audit = try await program("audit", "m.csv")
            #expect(audit.status == 0, "\(audit)")
            #expect(audit.lines.first == "Nothing is in the way: 500 rooms would be moved.")
            #expect(Set(workspace.sandbox.requestLog.map(\.method)) == ["GET"])
            #expect(workspace.sandbox.moves.isEmpty)

            try await move(Self.stolen, to: "thief", workspace)
            let stolen = workspace.sandbox.moves.count
            let run = try await program("run", "m.csv", "--plan", "m.csv.audit.db")
            #expect(run.status == 1, "\(run)")
            #expect(try workspace.report("m.csv.report/report.json").operations["moved"] == 480)
            #expect(workspace.sandbox.moves.count == stolen + 480)
            let conflicts = try workspace.table("m.csv.report/operations.csv").filter { $0["state"] == "conflict" }
            #expect(Set(conflicts.compactMap { $0["room_id"] }) == Self.stolen)
            #expect(conflicts.allSatisfy { $0["found_visitor_id"] == "thief" })

            let verified = try await program("verify", "m.csv.journal.db")
            #expect(verified.status == 0, "\(verified)")
            #expect(verified.lines.filter { $0.hasPrefix("= ") }.count == 480)

            let dry = try await program("undo", "m.csv.journal.db", "--dry-run")
            #expect(dry.status == 0, "\(dry)")
            #expect(dry.lines.first == "Nothing is in the way: 480 rooms would be moved back.", "\(dry)")
            #expect(dry.output.contains("  merged     would be moved back\n"), "\(dry)")
            #expect(workspace.sandbox.moves.count == stolen + 480)
            let undo = try await program("undo", "m.csv.journal.db")
            #expect(undo.status == 0, "\(undo)")
            #expect(undo.errors.split(separator: "\n").filter { $0.hasPrefix("Not undone: room ") }.count == 20)
            #expect(undo.errors.contains("somebody else moved the room to a third visitor"))
            #expect(workspace.sandbox.moves.count == stolen + 960)
            let back = try await program("verify", "m.csv.undo.db")
            #expect(back.status == 0, "\(back)")
            for (room, owner) in workspace.sandbox.roomOwners {
                let number = Int(room.dropFirst(4)) ?? 0
                #expect(owner == (Self.stolen.contains(room) ? "thief" : "old\(number % 20)"))
            }
        }
    }

    @Test func `An audit beside a run leaves the run's journal as it is, byte for byte`() async throws {
        try await Workspace.with(rooms: 30, open: [3]) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            _ = try await program("run", "mapping.csv", "--no-progress")
            func digest() throws -> String {
                let bytes = try Data(contentsOf: URL(filePath: workspace.folder("mapping.csv.journal.db")))
                return SHA256.hash(data: bytes).description
            }
            let before = try digest()
            let audit = try await program("run", "mapping.csv", "--dry-run", "--no-progress")
            #expect(audit.status == 2, "\(audit)")
            #expect(try workspace.report("mapping.csv.audit-report/report.json").operations["already"] == 29)
            #expect(try digest() == before)
        }
    }

    @Test func `An undo that is refused at the door is no undo`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let run = try await program("run", "mapping.csv", "--no-progress")
            #expect(run.status == 0, "\(run)")
            let stranger = workspace.program(as: "mgr", ["ROCKETCHAT_AUTH_TOKEN": "wrong"])
            let refused = try await stranger("undo", "mapping.csv.journal.db", "--no-progress")
            #expect(refused.status == 77, "\(refused)")
            let status = try await program("status", "mapping.csv.journal.db")
            #expect(!status.output.contains("ndone"), "\(status)")
            #expect(status.output.contains("Next: visitor-merge verify mapping.csv.journal.db"), "\(status)")
            let verified = try await program("verify", "mapping.csv.journal.db", "--no-progress")
            #expect(verified.status == 0 && !verified.output.contains("undo"), "\(verified)")
            let undo = try await program("undo", "mapping.csv.journal.db", "--no-progress")
            #expect(undo.status == 0, "\(undo)")
            let after = try await program("status", "mapping.csv.journal.db")
            #expect(after.lines.contains { $0.hasPrefix("Undone: ") }, "\(after)")
        }
    }

    @Test func `A plan that is a day old is carried out by the command that its status prints`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            _ = try await program("audit", "mapping.csv", "--no-progress")
            try await DatabaseQueue(path: workspace.folder("mapping.csv.audit.db")).write { database in
                try database.execute(sql: "UPDATE run SET endedAt = endedAt - 108000000")
            }
            let old = try await program("run", "mapping.csv", "--plan", "mapping.csv.audit.db", "--no-progress")
            #expect(old.status == 65 && old.errors.contains("ended 30 h ago"), "\(old)")
            let status = try await program("status", "mapping.csv.audit.db")
            let next = "visitor-merge run mapping.csv --plan mapping.csv.audit.db --plan-max-age 2d"
            #expect(status.lines.last?.hasPrefix("Next: \(next)") == true, "\(status)")
            let run = try await program(
                "run", "mapping.csv", "--plan", "mapping.csv.audit.db", "--plan-max-age", "2d", "--no-progress")
            #expect(run.status == 0, "\(run)")
        }
    }

    @Test func `A plan that was refused at the door is carried out later, also when its journal was removed`()
        async throws
    {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            _ = try await program("audit", "mapping.csv", "--no-progress")
            let arguments = ["run", "mapping.csv", "--plan", "mapping.csv.audit.db", "--no-progress"]
            let refused = try await workspace.program(as: "usr").run(arguments) { _ in }
            #expect(refused.status == 77, "\(refused)")
            for ending in ["", "-wal", "-shm"] {
                let path = workspace.folder("mapping.csv.journal.db" + ending)
                if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            }
            let run = try await program.run(arguments) { _ in }
            #expect(run.status == 0, "\(run)")
            #expect(workspace.puts.count == 2)
        }
    }

    @Test func `A plan whose journal was removed is not carried out a second time`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            _ = try await program("audit", "mapping.csv", "--no-progress")
            let arguments = ["run", "mapping.csv", "--plan", "mapping.csv.audit.db", "--no-progress"]
            let run = try await program.run(arguments) { _ in }
            #expect(run.status == 0, "\(run)")
            for ending in ["", "-wal", "-shm"] {
                let path = workspace.folder("mapping.csv.journal.db" + ending)
                if FileManager.default.fileExists(atPath: path) { try FileManager.default.removeItem(atPath: path) }
            }
            let again = try await program.run(arguments) { _ in }
            #expect(again.status == 65 && again.errors.contains("was carried out before"), "\(again)")
            #expect(workspace.puts.count == 2)
        }
    }

    @Test func `A plan is refused when it was used, is too old, or belongs to another mapping or server`() async throws
    {
        try await Workspace.with(rooms: 3) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            _ = try await program("audit", "mapping.csv", "--no-progress")
            let plan = "mapping.csv.audit.db"
            try workspace.folder.write("rid,old,new\nroom0,old0,new\n", as: "other.csv")
            let otherMapping = try await program("run", "other.csv", "--plan", plan)
            #expect(otherMapping.status == 65 && otherMapping.errors.contains("has other content"), "\(otherMapping)")
            let otherServer = try await program("run", "mapping.csv", "--plan", plan, "--url", "http://localhost:9")
            #expect(otherServer.status == 65 && otherServer.errors.contains("belongs to the server"), "\(otherServer)")
            let tooOld = try await program("run", "mapping.csv", "--plan", plan, "--plan-max-age", "0s")
            #expect(
                tooOld.status == 65 && tooOld.errors.contains(" ago, and a plan is good for 0 s. Allow"), "\(tooOld)")
            #expect(workspace.puts.isEmpty)
            let once = try await program("run", "mapping.csv", "--plan", plan, "--no-progress")
            #expect(once.status == 0, "\(once)")
            let again = try await program("run", "mapping.csv", "--plan", plan, "--no-progress")
            #expect(again.status == 0, "the same job goes on, with nothing left")
            let twice = try await program("run", "mapping.csv", "--plan", plan, "--journal", "second.db")
            #expect(twice.status == 65 && twice.errors.contains("was carried out before"), "\(twice)")
            #expect(workspace.puts.count == 3)
            let notAnAudit = try await program(
                "run", "mapping.csv", "--plan", "mapping.csv.journal.db", "--journal", "x.db")
            #expect(notAnAudit.status == 65, "\(notAnAudit)")
            for command in ["undo", "verify"] {
                let refused = try await program(command, plan)
                #expect(refused.status == 65 && refused.errors.contains("is that of an audit"), "\(refused)")
            }
        }
    }

    @Test func `A plan of which nothing was claimed can be carried out with another journal, and once only`()
        async throws
    {
        try await Workspace.with(rooms: 3) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            _ = try await program("audit", "mapping.csv", "--no-progress")
            let run = ["run", "mapping.csv", "--plan", "mapping.csv.audit.db", "--no-progress"]
            let second = ["--journal", "second.db", "--report", "second"]
            let denied = try await workspace.program(as: "usr").run(run) { _ in }
            #expect(denied.status == 77 && workspace.puts.isEmpty, "\(denied)")
            let other = try await program.run(run + second) { _ in }
            #expect(other.status == 0 && workspace.puts.count == 3, "\(other)")
            let first = try await program.run(run) { _ in }
            first.expectRefusal(65, naming: ["was carried out before, by the journal", "second.db", "audit again: "])
            #expect(try await program.run(run + second) { _ in }.status == 0, "the job that used it goes on")
            #expect(workspace.puts.count == 3)
        }
    }

    @Test func `What a plan left alone is taken up by the same command without it`() async throws {
        try await Workspace.with(rooms: 3, open: [1]) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let audit = try await program("audit", "mapping.csv", "--no-progress", "--timeout", "9")
            #expect(
                audit.lines.last == "Next: visitor-merge run mapping.csv --plan mapping.csv.audit.db --timeout 9",
                "\(audit)")
            let run = try await program("run", "mapping.csv", "--plan", "mapping.csv.audit.db", "--no-progress")
            #expect(run.status == 2 && run.output.contains("not in the plan"), "\(run)")
            #expect(run.lines.last == "Next: visitor-merge run mapping.csv --no-progress")
            let status = try await program("status", "mapping.csv.journal.db")
            let next = "Next: visitor-merge run mapping.csv --url \(workspace.address.url) --rate unlimited"
            #expect(status.lines.last == next, "\(status)")

            // A plan that is made now does not belong to the journal that is there.
            let again = try await program("audit", "mapping.csv", "--no-progress")
            #expect(again.lines.last != "Next: visitor-merge run mapping.csv --plan mapping.csv.audit.db", "\(again)")
            let rest = try await program("run", "mapping.csv", "--no-progress", "--open-rooms", "move")
            #expect(rest.status == 0, "\(rest)")
            #expect(rest.lines.last == "Next: visitor-merge verify mapping.csv.journal.db")
            #expect(workspace.puts.sorted() == ["room0", "room1", "room2"])
            // More than the plan was done with this journal.
            let planned = try await program("run", "mapping.csv", "--plan", "mapping.csv.audit.db")
            #expect(planned.status == 65, "\(planned)")
        }
    }

    @Test func `A mapping out of a report leaves the report as it can be replaced`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            try workspace.folder.write(
                "room_id,old_visitor_id,new_visitor_id\nroom0,old0,new\nroom1,,new\n", as: "m.csv")
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let first = try await program("run", "m.csv", "--no-progress")
            #expect(first.status == 1, "\(first)")
            #expect(
                first.lines.suffix(2) == [
                    "  cp m.csv.report/unsettled.csv m.corrected.csv", "  visitor-merge run m.corrected.csv",
                ])
            let corrected = "room_id,old_visitor_id,new_visitor_id\nroom1,old1,new\n"
            try workspace.folder.write(corrected, as: "m.csv.report/unsettled.csv")
            let second = try await program("run", "m.csv.report/unsettled.csv", "--no-progress")
            #expect(second.status == 0 && workspace.puts == ["room0", "room1"], "\(second)")
            #expect(try workspace.folder.names.contains("m.csv.report.unsettled.csv.journal.db"))

            let third = try await program("run", "m.csv", "--no-progress")
            #expect(third.status == 1, "\(third)")
            #expect(third.errors.contains("it is kept as m.csv.report.unsettled.csv"))
            #expect(try workspace.folder.text("m.csv.report.unsettled.csv") == corrected)
            let fourth = try await program("run", "m.csv", "--no-progress")
            #expect(fourth.status == 1 && !fourth.errors.contains("kept"), "\(fourth)")

            // A kill in the middle of the exchange does not cost the corrections either.
            try workspace.folder.write("more\n", as: "m.csv.report/unsettled.csv")
            let killed = try await workspace.program(as: "mgr", ["VISITOR_MERGE_CRASH_AT": "report-rename"])(
                "run", "m.csv", "--no-progress")
            #expect(killed.status == -9, "\(killed)")
            let fifth = try await program("run", "m.csv", "--quiet")
            #expect(fifth.status == 1 && !fifth.errors.contains("kept"), "\(fifth)")
            #expect(try workspace.folder.text("m.csv.report.unsettled.csv.2") == "more\n")
            try workspace.folder.write("", as: "m.corrected.csv")
            let sixth = try await program("run", "m.csv", "--no-progress")
            #expect(sixth.lines.last?.hasSuffix("visitor-merge run m.corrected.2.csv") == true, "\(sixth)")
        }
    }

    @Test func `A file that is called like that of a report does not move the journal`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try FileManager.default.createDirectory(atPath: workspace.folder("job"), withIntermediateDirectories: false)
            try FileManager.default.moveItem(
                atPath: workspace.folder("mapping.csv"), toPath: workspace.folder("job/m.csv"))
            let program = workspace.program()
            for first in [
                "Every line is settled: 1 room moved.",
                "Every line was settled before: 1 room moved then, and nothing was left to do now.",
            ] {
                let run = try await program("run", "job/m.csv", "--no-progress")
                #expect(run.status == 0 && run.lines.first == first, "\(run)")
                try workspace.folder.write("{}", as: "job/report.json")
            }
            #expect(try workspace.folder.names == ["job"])
        }
    }

    @Test func `A server that never answered does not keep the journal`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let program = workspace.program()
            let wrong = try await program("run", "mapping.csv", "--url", "http://127.0.0.1:1", "--max-attempts", "1")
            #expect(wrong.status == 69, "\(wrong)")
            let right = try await program("run", "mapping.csv", "--no-progress")
            #expect(right.status == 0, "\(right)")
            let other = try await program("run", "mapping.csv", "--url", "http://127.0.0.1:1")
            #expect(other.status == 65 && other.errors.contains("belongs to the server"), "\(other)")
        }
    }

    @Test func `What was undone is not passed off as done, and an undo that never began is none`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let run = try await program("run", "mapping.csv", "--no-progress")
            #expect(run.status == 0, "\(run)")
            let wrong = try await program("undo", "mapping.csv.journal.db", "--url", "http://127.0.0.1:1")
            #expect(wrong.status == 65, "\(wrong)")
            let dry = try await program(
                "undo", "mapping.csv.journal.db", "--dry-run", "--undo-journal", "u.db", "--no-progress")
            #expect(dry.lines.last == "Next: visitor-merge undo mapping.csv.journal.db --no-progress", "\(dry)")
            let page = try String(
                contentsOfFile: workspace.folder("mapping.csv.undo-audit-report/report.html"), encoding: .utf8)
            for words in [
                "Audit of an undo: what would be moved back, and nothing was moved", #""moved":"would move back""#,
                ">would move back<", ">would be moved back<", "SHA-256 of the moves", ">Journal<",
            ] {
                #expect(page.contains(words), "\(words)")
            }
            #expect(!page.contains(">would move<") && !page.contains(">moved back<"))
            let before = try await program("status", "mapping.csv.journal.db")
            #expect(before.status == 0 && !before.output.contains("ndo"), "\(before)")
            let undo = try await program("undo", "mapping.csv.journal.db", "--no-progress")
            #expect(undo.status == 0, "\(undo)")

            let status = try await program("status", "mapping.csv.journal.db")
            #expect(status.status == 1 && !status.output.contains("settled"), "\(status)")
            #expect(status.lines.contains { $0.hasPrefix("Undone: 2 rooms") }, "\(status)")
            #expect(status.lines.last?.hasPrefix("To move the rooms again: visitor-merge undo ") == true, "\(status)")
            let verified = try await program("verify", "mapping.csv.journal.db", "--no-progress")
            #expect(verified.status == 0 && verified.output.contains("2 as they were left"), "\(verified)")
            let puts = workspace.puts.count
            let refused = try await program("run", "mapping.csv", "--no-progress")
            #expect(refused.status == 65 && refused.errors.contains("was undone by"), "\(refused)")
            #expect(workspace.puts.count == puts)
            _ = try await program("report", "mapping.csv.journal.db")
            #expect(
                try workspace.folder.text("mapping.csv.report/emptied-visitors.csv").split(separator: "\n").count == 1)

            let redo = try await program("undo", "mapping.csv.undo.db", "--no-progress")
            #expect(redo.status == 0, "\(redo)")
            let again = try await program("undo", "mapping.csv.journal.db")
            #expect(again.status == 65 && again.errors.contains("was itself undone"), "\(again)")
            for arguments in [
                ["status", "mapping.csv.journal.db"], ["run", "mapping.csv"], ["verify", "mapping.csv.journal.db"],
            ] {
                let ended = try await program.run(arguments + ["--no-progress"]) { _ in }
                #expect(ended.status == 0 && !ended.output.contains("ndo"), "\(ended)")
            }

            // A second undo, with a journal of its own; then its journal is lost.
            let second = try await program(
                "undo", "mapping.csv.journal.db", "--undo-journal", "second.db", "--no-progress")
            #expect(second.status == 0, "\(second)")
            #expect(try await program("verify", "mapping.csv.journal.db", "--no-progress").status == 0)
            try FileManager.default.removeItem(atPath: workspace.folder("second.db"))
            let lost = try await program("status", "mapping.csv.journal.db")
            #expect(lost.status == 1 && lost.output.contains("cannot be read, so rooms may be back"), "\(lost)")
        }
    }

    @Test func `Every step of a chain that an audit foresees is in the plan, and none behind one that is not`()
        async throws
    {
        try await Workspace.with(rooms: 3, open: [1]) { workspace in
            try workspace.folder.write(
                "rid,old,new\nroom0,new,old1\nroom0,old0,new\nroom1,old1,new\nroom1,new,old2\nroom2,old2,new\n",
                as: "chains.csv")
            let program = workspace.program(
                as: "mgr", ["VISITOR_MERGE_RATE": "unlimited", "VISITOR_MERGE_NO_PROGRESS": "true"])
            let audit = try await program("audit", "chains.csv")
            #expect(audit.status == 2, "\(audit)")
            let foreseen = try workspace.report("chains.csv.audit-report/report.json").reasons
            #expect(foreseen["would-move"] == 3 && foreseen["open-room"] == 1, "\(foreseen)")
            #expect(audit.lines.last == "Next: visitor-merge run chains.csv --plan chains.csv.audit.db", "\(audit)")
            // The list has the others.
            #expect(
                workspace.sandbox.requestLog.filter { $0.path.hasSuffix("rooms.info") }.map(\.query) == [
                    ["roomId": "room1"]
                ])

            let run = try await program("run", "chains.csv", "--plan", "chains.csv.audit.db", "--open-rooms", "move")
            #expect(run.status == 2, "\(run)")
            #expect(workspace.sandbox.roomOwners == ["room0": "old1", "room1": "old1", "room2": "new"])
            #expect(workspace.puts.sorted() == ["room0", "room0", "room2"])
            #expect(try workspace.report("chains.csv.report/report.json").reasons["not-in-plan"] == 2)
        }
    }

    @Test func `What the audit found in the way is not sent by its plan, even when it would go by now`() async throws {
        try await Workspace.with(rooms: 4, open: [1]) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let audit = try await program("audit", "mapping.csv", "--no-progress")
            #expect(audit.status == 2, "\(audit)")
            let run = try await program(
                "run", "mapping.csv", "--plan", "mapping.csv.audit.db", "--no-progress", "--open-rooms", "move")
            #expect(run.status == 2, "\(run)")
            #expect(Set(workspace.puts) == ["room0", "room2", "room3"])
            #expect(try workspace.report().reasons["not-in-plan"] == 1)
        }
    }

    @Test func `An audit learns the server's limit and says how long the moves will take`() async throws {
        try await Workspace.with(rooms: 30, rateLimit: RateLimit(calls: 100, window: .seconds(2))) { workspace in
            let audit = try await workspace.program()("audit", "mapping.csv", "--no-progress")
            #expect(audit.status == 0, "\(audit)")
            let sentence = #/Moving 30 rooms at 100 calls (in \d s|a second) takes at least 1 s\./#
            #expect(audit.output.contains(sentence), "\(audit)")
        }
    }

    @Test func `An audit foresees what the server would refuse`() async throws {
        let seed = Seed(
            visitors: ["old", "new", "gone"].map { Seed.Visitor(id: $0, disabled: $0 == "gone") },
            rooms: [
                Seed.Room(id: "a", visitorID: "old"), Seed.Room(id: "b", visitorID: "old"),
                Seed.Room(id: "voice", type: .voice, visitorID: "old"),
                Seed.Room(id: "channel", type: .channel, visitorID: nil),
            ])
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write(
                "rid,old,new\na,old,new\nb,old,gone\nvoice,old,new\nchannel,old,new\nnowhere,old,new\n", as: "m.csv")
            let audit = try await workspace.program()("audit", "m.csv", "--no-progress")
            #expect(audit.status == 1, "\(audit)")
            let foreseen = try workspace.table("m.csv.audit-report/operations.csv").map { $0["reason"] }
            #expect(
                foreseen == [
                    "would-move", "new-visitor-not-found", "unsupported-room", "unsupported-room", "room-not-found",
                ])
            let run = try await workspace.program()("run", "m.csv", "--no-progress", "--open-rooms", "move")
            #expect(run.status == 1)
            let states = try workspace.table("m.csv.report/operations.csv").map { $0["state"] }
            #expect(states == ["moved", "refused", "refused", "refused", "refused"], "\(run)")
        }
    }

    @Test func `New rooms of old visitors are found by verify and taken along by the command it names`() async throws {
        try await Workspace.with(seed: seed()) { workspace in
            try workspace.folder.write(mapping, as: "m.csv")
            let program = workspace.program(
                as: "mgr", ["VISITOR_MERGE_RATE": "unlimited", "VISITOR_MERGE_NO_PROGRESS": "true"])
            _ = try await program("run", "m.csv")
            let added = try await Program("/usr/bin/env", in: workspace.folder.path)(
                "curl", "-sf", "-X", "POST", "-H", "Content-Type: application/json", "-H", workspace.controlHeader,
                workspace.address.url + "/sandbox/rooms", "-d",
                "{\"_id\":\"late\",\"visitorId\":\"old7\"}")
            try #require(added.status == 0, "\(added)")
            try await move(["room5"], to: "thief", workspace)
            let verified = try await program("verify", "m.csv.journal.db", "--quiet")
            #expect(verified.status == 1, "\(verified)")
            #expect(verified.lines.first == "! room5 (line 7) new, now with thief")
            #expect(verified.output.contains("+ late came to old7"))
            #expect(verified.lines.last == "Next: visitor-merge run m.csv.verify-report/new-rooms.csv")
            let along = try await program("run", "m.csv.verify-report/new-rooms.csv", "--journal", "late.db")
            #expect(along.status == 0, "\(along)")
            #expect(workspace.sandbox.roomOwners["late"] == "new")
        }
    }
}
