import FoundationEssentials
import Sandbox
import TestSupport
import Testing

@Suite(.serialized) struct RunTests {
    @Test func `A run moves every room, accounts for every line and a second run sends nothing`() async throws {
        try await Workspace.with(rooms: 60) { workspace in
            let program = workspace.program()
            let first = try await program("run", "mapping.csv", "--rate", "unlimited", "--no-progress")
            #expect(first.status == 0, "\(first)")
            #expect(first.errors == "")
            #expect(first.lines.first == "Every line is settled: 60 rooms moved.")
            #expect(Set(workspace.sandbox.roomOwners.values) == ["new"])
            let lines = try workspace.table("mapping.csv.report/lines.csv")
            #expect(lines.map { $0["line"] } == (2...61).map(String.init))
            #expect(lines.allSatisfy { $0["outcome"] == "merged" })
            let report = try workspace.report()
            #expect(report.schema == "visitor-merge/report/1" && report.mode == "run")
            #expect(report.operations["moved"] == 60 && report.requests.put == 60)
            #expect(report.balance.balanced && report.balance.lines_in == 60)

            let requests = workspace.sandbox.requestLog.count
            let second = try await program("run", "mapping.csv", "--rate", "unlimited", "--no-progress")
            #expect(second.status == 0)
            #expect(workspace.sandbox.requestLog.count == requests, "nothing is left, so nobody is asked")
        }
    }

    @Test func `The preflight's probe comes before any move and moves nothing`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            _ = try await workspace.program()("run", "mapping.csv", "--no-progress")
            let puts = workspace.sandbox.requestLog.filter { $0.method == "PUT" }
            #expect(puts.count == 2)
            #expect(puts.first?.status == 400 && puts.last?.status == 200)
            #expect(workspace.sandbox.moves.count == 1)
        }
    }

    @Test func `A live conversation is left alone and looked at again by the next run`() async throws {
        try await Workspace.with(rooms: 5, open: [2]) { workspace in
            let program = workspace.program()
            let first = try await program("run", "mapping.csv", "--no-progress")
            #expect(first.status == 2, "\(first)")
            #expect(try workspace.report().operations["deferred"] == 1)
            #expect(workspace.sandbox.roomOwners["room2"] == "old2")
            #expect(first.lines.last?.hasPrefix("Next: visitor-merge run mapping.csv") == true)

            let second = try await program("run", "mapping.csv", "--no-progress", "--open-rooms", "move")
            #expect(second.status == 0)
            #expect(second.lines.first == "Every line is settled: 5 rooms moved, 4 before and 1 now.", "\(second)")
            #expect(workspace.sandbox.roomOwners["room2"] == "new")
            #expect(workspace.puts.count == 5, "what was moved before is not sent again")
        }
    }

    @Test func `A room that somebody else moved is a conflict and stays where it is`() async throws {
        let seed = Seed(
            visitors: [Seed.Visitor(id: "new"), Seed.Visitor(id: "old"), Seed.Visitor(id: "third")],
            rooms: [
                Seed.Room(id: "mine", visitorID: "old"), Seed.Room(id: "theirs", visitorID: "third"),
                Seed.Room(id: "done", visitorID: "new"),
            ])
        for policy in ["move", "defer"] {
            try await Workspace.with(seed: seed) { workspace in
                try workspace.folder.write(
                    "rid,old,new\nmine,old,new\ntheirs,old,new\ndone,old,new\ngone,old,new\n", as: "mapping.csv")
                let ended = try await workspace.program()("run", "mapping.csv", "--no-progress", "--open-rooms", policy)
                #expect(ended.status == 1, "\(ended)")
                let rows = try workspace.table("mapping.csv.report/operations.csv")
                #expect(rows.map { $0["state"] } == ["moved", "conflict", "already", "refused"])
                #expect(rows.map { $0["found_visitor_id"] } == ["", "third", "", ""])
                #expect(workspace.sandbox.roomOwners["theirs"] == "third")
                #expect(workspace.sandbox.moves.count == 1)
            }
        }
    }

    @Test func `Lines of one room run in chain order whatever their order in the file`() async throws {
        let ids = ["a", "b", "c", "d"]
        let seed = Seed(
            visitors: ids.map { Seed.Visitor(id: $0) }, rooms: [Seed.Room(id: "room", visitorID: "a")])
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write("rid,old,new\nroom,c,d\nroom,a,b\nroom,b,c\n", as: "mapping.csv")
            let ended = try await workspace.program()(
                "run", "mapping.csv", "--no-progress", "--rate", "unlimited", "--concurrency", "32")
            #expect(ended.status == 0, "\(ended)")
            #expect(workspace.sandbox.moves.map(\.to) == ["b", "c", "d"])
        }
    }

    @Test func `Standard input is a mapping like any other when the journal has a name`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let program = workspace.program()
            let mapping = "{\"rid\":\"room0\",\"from\":\"old0\",\"to\":\"new\"}\n"
            let refused = try await program("run", "-", input: mapping)
            #expect(refused.status == 64)
            let first = try await program("run", "-", "--journal", "j.db", "--no-progress", input: mapping)
            #expect(first.status == 0, "\(first)")
            #expect(workspace.sandbox.roomOwners["room0"] == "new")
            let other = try await program("run", "-", "--journal", "j.db", "--no-progress", input: mapping + mapping)
            #expect(other.status == 65)
            #expect(other.errors.contains("was planned from standard input, and standard input has other content"))
        }
    }

    @Test func `A mapping that was changed since is refused with what to do about either`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            #expect(try await program("audit", "mapping.csv", "--no-progress").status == 0)
            try workspace.folder.write("rid,old,new\nroom1,old1,new\n", as: "mapping.csv")
            let run = try await program("run", "mapping.csv", "--no-progress")
            run.expectRefusal(
                65,
                naming: [
                    "mapping.csv has other content now than when the journal mapping.csv.journal.db was planned from it",
                    "put the earlier content of mapping.csv back", "another --journal and another --report",
                ])
            let planned = try await program(
                "run", "mapping.csv", "--plan", "mapping.csv.audit.db", "--journal", "other.db", "--no-progress")
            planned.expectRefusal(
                65, naming: ["mapping.csv has other content now", "audit again: visitor-merge audit mapping.csv\n"])
        }
    }

    @Test func `The rate limit of the server is learnt and waited for, not hammered`() async throws {
        let limit = RateLimit(calls: 10, window: .milliseconds(1500))
        try await Workspace.with(rooms: 24, rateLimit: limit) { workspace in
            let ended = try await workspace.program()("run", "mapping.csv", "--no-progress", "--open-rooms", "move")
            #expect(ended.status == 0, "\(ended)")
            #expect(try workspace.report().requests.rate_limited <= 2)
        }
    }
}
