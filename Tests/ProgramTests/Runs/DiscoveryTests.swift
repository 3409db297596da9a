import FoundationEssentials
import Sandbox
import TestSupport
import Testing

@Suite struct DiscoveryTests {
    /// `visitors` old visitors with `rooms` rooms each, all to be merged into `new`.
    private func seed(visitors: Int, rooms: Int, others: Int = 0) -> Seed {
        Seed(
            visitors: ["new", "other"].map { Seed.Visitor(id: $0) }
                + (0..<visitors).map { Seed.Visitor(id: "old\($0)") },
            rooms: (0..<visitors).flatMap { visitor in
                (0..<rooms).map { Seed.Room(id: "room\(visitor)-\($0)", visitorID: "old\(visitor)") }
            } + (0..<others).map { Seed.Room(id: "elsewhere\($0)", visitorID: "other") })
    }

    private func mapping(visitors: Int) -> String {
        "old,new\n" + (0..<visitors).map { "old\($0),new\n" }.joined()
    }

    private func reads(_ workspace: Workspace, _ route: String) -> Int {
        workspace.sandbox.requestLog.filter { $0.path.contains(route) }.count
    }

    @Test func `A visitor with three pages of rooms is found whole by its history`() async throws {
        try await Workspace.with(seed: seed(visitors: 1, rooms: 250, others: 300)) { workspace in
            try workspace.folder.write(mapping(visitors: 1), as: "mapping.csv")
            let ended = try await workspace.program()("run", "mapping.csv", "--rate", "unlimited")
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.errors.contains("Finding the rooms of 1 old visitor in its history"))
            #expect(try workspace.report().operations["moved"] == 250)
            #expect(workspace.sandbox.roomOwners.values.filter { $0 == "new" }.count == 250)
            let line = try workspace.table("mapping.csv.report/lines.csv").first
            #expect(line?["outcome"] == "merged" && line?["operations"] == "250" && line?["moved"] == "250")
            #expect(
                try workspace.table("mapping.csv.report/emptied-visitors.csv").map { $0["old_visitor_id"] } == ["old0"])
        }
    }

    @Test func `Many visitors are found by one sweep through all rooms where that costs fewer calls`() async throws {
        try await Workspace.with(seed: seed(visitors: 30, rooms: 4, others: 130)) { workspace in
            try workspace.folder.write(mapping(visitors: 30), as: "mapping.csv")
            let ended = try await workspace.program()("run", "mapping.csv", "--rate", "unlimited")
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.errors.contains("in the list of all 250 rooms: 3 calls instead of at least 30"))
            #expect(reads(workspace, "livechat/rooms") == 4, "one call to count, three pages")
            #expect(try workspace.report().operations["moved"] == 120)
            #expect(workspace.sandbox.roomOwners.values.filter { $0 == "other" }.count == 130)
        }
    }

    @Test func `Room lines that have nothing to do with old visitors move while histories are read`() async throws {
        var seed = seed(visitors: 12, rooms: 1, others: 1300)
        seed.visitors.append(Seed.Visitor(id: "third"))
        seed.rooms += [
            Seed.Room(id: "free", visitorID: "third"), Seed.Room(id: "leaving", visitorID: "old11"),
            Seed.Room(id: "coming", visitorID: "third"),
        ]
        let lines = "third,new,free\nold11,third,leaving\nthird,old11,coming\n"
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write(
                "old,new,room\n\(lines)" + (0..<12).map { "old\($0),new,\n" }.joined(), as: "mapping.csv")
            let ended = try await workspace.program()(
                "run", "mapping.csv", "--rate", "10/s", "--concurrency", "2", "--no-progress")
            #expect(ended.status == 0, "\(ended)")
            let log = workspace.sandbox.requestLog
            let lastHistory = try #require(log.lastIndex { $0.path.contains("chatHistory") })
            func put(_ room: String) -> Int? { log.firstIndex { $0.method == "PUT" && $0.rid == room } }
            #expect(try #require(put("free")) < lastHistory)
            #expect(try #require(put("leaving")) > lastHistory && #require(put("coming")) > lastHistory)
            let owners = workspace.sandbox.roomOwners
            #expect(owners["free"] == "new" && owners["leaving"] == "third" && owners["coming"] == "old11")
        }
    }

    @Test func `Chains of visitor lines collapse and a room line wins for its room`() async throws {
        let ids = ["a", "b", "c", "d", "x"]
        let seed = Seed(
            visitors: ids.map { Seed.Visitor(id: $0) },
            rooms: [("ra", "a"), ("rb", "b"), ("special", "a"), ("rx", "x")].map { Seed.Room(id: $0, visitorID: $1) })
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write(
                "rid,old,new\n,a,b\n,b,c\nspecial,a,d\n,x,y1\n,x,y2\n,p,q\n,q,p\n,d,c\n", as: "mapping.csv")
            let ended = try await workspace.program()("run", "mapping.csv", "--no-progress")
            #expect(ended.status == 1, "\(ended)")
            #expect(workspace.sandbox.roomOwners == ["ra": "c", "rb": "c", "special": "d", "rx": "x"])
            #expect(workspace.sandbox.moves.count == 3, "rooms go straight to the end of the chain")
            let lines = try workspace.table("mapping.csv.report/lines.csv")
            #expect(
                lines.map { $0["outcome"] } == [
                    "merged", "merged", "merged", "rejected", "rejected", "rejected", "rejected", "no-rooms",
                ])
            #expect(lines.map { $0["reason"] } == ["", "", "", "conflict", "conflict", "cycle", "cycle", ""])
        }
    }

    private func firstPut(_ workspace: Workspace) -> Int? {
        workspace.sandbox.requestLog.firstIndex { $0.rid?.hasPrefix("room") == true && $0.method == "PUT" }
    }

    private func lastRead(_ workspace: Workspace, _ route: String) -> Int? {
        workspace.sandbox.requestLog.lastIndex { $0.path.contains(route) }
    }

    private static let history = "livechat/visitors.chatHistory/room/:roomId/visitor/:visitorId"

    /// Each call on a route takes its time.
    private func slow(_ route: String) throws -> [Fault] {
        [try Fault(.delayBeforeWrite, route: route, milliseconds: 40)]
    }

    @Test func `The rooms of the first visitors move while the histories of others are read`() async throws {
        let seed = seed(visitors: 40, rooms: 2, others: 6000)
        try await Workspace.with(seed: seed, faults: try slow(Self.history)) { workspace in
            try workspace.folder.write(mapping(visitors: 40), as: "mapping.csv")
            let ended = try await workspace.program()(
                "run", "mapping.csv", "--rate", "unlimited", "--concurrency", "2")
            #expect(ended.status == 0, "\(ended)")
            #expect(try workspace.report().operations["moved"] == 80)
            #expect(
                try #require(firstPut(workspace)) < (try #require(lastRead(workspace, "chatHistory"))), "side by side")
        }
    }

    @Test func `Rooms move while the list that has them is read`() async throws {
        let seed = seed(visitors: 30, rooms: 60)
        try await Workspace.with(seed: seed, faults: try slow("livechat/rooms")) { workspace in
            try workspace.folder.write(mapping(visitors: 30), as: "mapping.csv")
            let ended = try await workspace.program()("run", "mapping.csv", "--rate", "unlimited")
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.errors.contains("in the list of all 1800 rooms"), "\(ended.errors)")
            #expect(try workspace.report().operations["moved"] == 1800)
            #expect(workspace.sandbox.moves.count == 1800)
            #expect(
                try #require(firstPut(workspace)) < (try #require(lastRead(workspace, "livechat/rooms"))),
                "side by side")
        }
    }

    /// What a room line moves to an old visitor was not there when the mapping was made.
    @Test func `Room lines wait until the rooms of all old visitors are known`() async throws {
        let seed = seed(visitors: 20, rooms: 1, others: 3000)
        try await Workspace.with(seed: seed, faults: try slow(Self.history)) { workspace in
            // A room goes to the last visitor, all of whose own rooms go to the new one.
            let text = "rid,old,new\nelsewhere7,other,old19\n" + (0..<20).map { ",old\($0),new\n" }.joined()
            try workspace.folder.write(text, as: "mapping.csv")
            let ended = try await workspace.program()(
                "run", "mapping.csv", "--rate", "unlimited", "--concurrency", "1")
            #expect(ended.status == 0, "\(ended)")
            #expect(workspace.sandbox.roomOwners["elsewhere7"] == "old19")
            let log = workspace.sandbox.requestLog
            let named = try #require(log.firstIndex { $0.rid == "elsewhere7" && $0.method == "PUT" })
            #expect(named > (try #require(lastRead(workspace, "chatHistory"))))
            #expect(try #require(firstPut(workspace)) < named)
            #expect(try workspace.table("mapping.csv.report/lines.csv").allSatisfy { $0["operations"] == "1" })
        }
    }

    /// The earlier it is killed, the surer it is that both are under way; what holds afterwards does not depend on it.
    @Test(arguments: [3, 10, 20])
    func `Killed while it reads and moves, the same command finishes and moves every room once`(
        _ moves: Int
    ) async throws {
        let seed = seed(visitors: 40, rooms: 2, others: 6000)
        try await Workspace.with(seed: seed, faults: try slow(Self.history)) { workspace in
            try workspace.folder.write(mapping(visitors: 40), as: "mapping.csv")
            let program = workspace.program()
            let arguments = ["run", "mapping.csv", "--rate", "unlimited", "--no-progress", "--concurrency", "2"]
            let killed = try await program.run(arguments) { process in
                _ = await eventually { workspace.puts.count >= moves }
                try process.kill()
            }
            #expect(killed.status == -9)
            let ended = try await program.run(arguments) { _ in }
            #expect(ended.status == 0, "\(ended)")
            let report = try workspace.report()
            #expect(report.operations["moved"] == 80 && report.balance.balanced)
            #expect(workspace.sandbox.moves.count == 80)
            #expect(reads(workspace, "chatHistory") <= 40 + 2)
        }
    }

    @Test func `A discovery that is killed goes on where it was`() async throws {
        try await Workspace.with(seed: seed(visitors: 40, rooms: 1, others: 6000)) { workspace in
            try workspace.folder.write(mapping(visitors: 40), as: "mapping.csv")
            let program = workspace.program()
            let arguments = ["run", "mapping.csv", "--rate", "unlimited", "--no-progress", "--concurrency", "1"]
            let killed = try await program.run(arguments) { process in
                _ = await eventually { reads(workspace, "chatHistory") >= 20 }
                try process.kill()
            }
            #expect(killed.status == -9)
            let ended = try await program.run(arguments) { _ in }
            #expect(ended.status == 0, "\(ended)")
            #expect(try workspace.report().operations["moved"] == 40)
            // Of the forty visitors at most the one in flight was asked for twice; the others are read once more at the
            // end, to see what is left of them.
            #expect(reads(workspace, "chatHistory") <= 40 + 1 + 40)
        }
    }

    @Test func `An agent who may not list rooms finds them through a room that the mapping names`() async throws {
        let seed = Seed(
            visitors: ["old", "new"].map { Seed.Visitor(id: $0) },
            rooms: (0..<3).map { Seed.Room(id: "room\($0)", open: true, visitorID: "old", servedBy: "agt") })
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write("rid,old,new\n,old,new\n", as: "visitors.csv")
            let refused = try await workspace.program(as: "agt")("run", "visitors.csv", "--no-progress")
            #expect(refused.status == 77)
            #expect(refused.output.contains("the mapping names no room"), "\(refused)")
            try workspace.folder.write("rid,old,new\n,old,new\nroom1,old,new\n", as: "both.csv")
            let ended = try await workspace.program(as: "agt")(
                "run", "both.csv", "--no-progress", "--open-rooms", "move")
            #expect(ended.status == 0, "\(ended)")
            #expect(Set(workspace.sandbox.roomOwners.values) == ["new"])
        }
    }

    @Test func `Behind the default limit everything is found and moved with a handful of refusals`() async throws {
        let limit = RateLimit(calls: 10, window: .seconds(1))
        try await Workspace.with(seed: seed(visitors: 4, rooms: 12), rateLimit: limit) { workspace in
            try workspace.folder.write(mapping(visitors: 4), as: "mapping.csv")
            let ended = try await workspace.program()("run", "mapping.csv", "--open-rooms", "move")
            #expect(ended.status == 0, "\(ended)")
            #expect(try workspace.report().operations["moved"] == 48)
            #expect(workspace.sandbox.requestLog.filter { $0.status == 429 }.count <= 5)
        }
    }
}
