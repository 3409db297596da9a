import FoundationEssentials
import Sandbox
import TestSupport
import Testing

struct RehearseTests {
    /// A mapping of rooms, each with an old visitor of its own.
    private static func mapping(rooms: Int) -> String {
        "room,old,new\n" + (0..<rooms).map { "room\($0),old\($0),new\n" }.joined()
    }

    /// Shares of open and of moved rooms in percent, and what a hundred lines then come to.
    struct Shares: Sendable, CustomTestStringConvertible {
        var testDescription: String { arguments.joined(separator: " ") }
        var arguments: [String]
        var status: Int32
        var counts: [String: Int]
    }

    @Test(arguments: [
        Shares(arguments: [], status: 0, counts: ["merged": 100]),
        Shares(arguments: ["--open-share", "20"], status: 2, counts: ["merged": 80, "deferred": 20]),
        Shares(arguments: ["--open-share", "100"], status: 2, counts: ["deferred": 100]),
        Shares(arguments: ["--moved-share", "30"], status: 0, counts: ["merged": 70, "already": 30]),
        Shares(arguments: ["--moved-share", "100"], status: 0, counts: ["already": 100]),
        Shares(arguments: ["--open-share", "20", "--open-rooms", "move"], status: 0, counts: ["merged": 100]),
    ])
    func `Open and moved rooms come in the share that was asked for`(_ shares: Shares) async throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.mapping(rooms: 100), as: "mapping.csv")
        let program = Program(in: folder.path)
        let first = try await program.run(["rehearse", "mapping.csv", "--no-progress"] + shares.arguments) { _ in }
        #expect(first.status == shares.status && first.counts == shares.counts, "\(first)")
        let second = try await program.run(["rehearse", "mapping.csv", "--no-progress"] + shares.arguments) { _ in }
        #expect(second.counts == first.counts, "a rehearsal begins afresh and shows the same again")
        let report = try folder.report("mapping.csv.rehearsal-report")
        #expect(report.operations.values.reduce(0, +) == 100 && report.balance.balanced)
    }

    @Test func `A rehearsal with rejected lines touched no server either, and goes on with the good ones`() async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write(Self.mapping(rooms: 2) + "room9,,new\n", as: "mapping.csv")
        let ended = try await Program(in: folder.path)("rehearse", "mapping.csv", "--no-progress")
        #expect(ended.status == 1, "\(ended)")
        #expect(
            ended.lines.first == "Rehearsed, and no server was touched. Finished: 1 line of 3 needs a person.",
            "\(ended)")
        #expect(
            ended.lines.suffix(5) == [
                "To correct the line that needs a person, type these two commands, and edit the copy in between:",
                "  cp mapping.csv.rehearsal-report/unsettled.csv mapping.corrected.csv",
                "  visitor-merge rehearse mapping.corrected.csv", "Without it the other lines go on as follows.",
                "Next: visitor-merge doctor",
            ], "\(ended)")
    }

    @Test func `A rate limit is rehearsed at the pace of the server`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.mapping(rooms: 25), as: "mapping.csv")
        let clock = ContinuousClock()
        let start = clock.now
        let ended = try await Program(in: folder.path)(
            "rehearse", "mapping.csv", "--no-progress", "--rate-limit", "10/1", "--open-rooms", "move")
        #expect(ended.status == 0 && ended.counts == ["merged": 25], "\(ended)")
        // 25 moves and the probe need three windows, so two of them have to pass.
        #expect(start.duration(to: clock.now) > .seconds(1.5))
        // What was in flight when a window was used up may be told so, and nothing after it.
        #expect(try folder.report("mapping.csv.rehearsal-report").requests.rate_limited <= 8)
    }

    @Test func `A rehearsal never touches the journal and the report of a run`() async throws {
        try await Workspace.with(rooms: 3, open: [1]) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 2)
            let names = ["mapping.csv.journal.db", "mapping.csv.report/report.json", "mapping.csv.report/lines.csv"]
            let before = try names.map { try Data(contentsOf: URL(filePath: workspace.folder($0))) }
            let requests = workspace.sandbox.requestLog.count

            let rehearsal = try await program("rehearse", "mapping.csv", "--no-progress")
            #expect(rehearsal.status == 0 && rehearsal.counts == ["merged": 3], "\(rehearsal)")
            let refused = try await program("rehearse", "mapping.csv", "--journal", "mapping.csv.journal.db")
            refused.expectRefusal(65, naming: ["mapping.csv.journal.db", "run", "--journal"])

            #expect(try names.map { try Data(contentsOf: URL(filePath: workspace.folder($0))) } == before)
            #expect(workspace.sandbox.requestLog.count == requests, "no server is asked")
        }
    }

    @Test func `A file that is no journal is not cleared away for a rehearsal`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.mapping(rooms: 1), as: "mapping.csv")
        try folder.write("some garbage of another program", as: "mapping.csv.rehearsal.db")
        let ended = try await Program(in: folder.path)("rehearse", "mapping.csv", "--no-progress")
        ended.expectRefusal(65, naming: ["mapping.csv.rehearsal.db"])
        #expect(try folder.text("mapping.csv.rehearsal.db") == "some garbage of another program")
    }

    @Test func `A rehearsal that is going is not cleared away by a second one`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.mapping(rooms: 500), as: "mapping.csv")
        let program = Program(in: folder.path)
        let first = try await program.run(["rehearse", "mapping.csv", "--no-progress", "--rate", "5/s"]) { process in
            _ = await eventually { FileManager.default.fileExists(atPath: folder("mapping.csv.rehearsal.db-wal")) }
            let second = try await program("rehearse", "mapping.csv", "--no-progress")
            second.expectRefusal(75, naming: ["mapping.csv.rehearsal.db", "process \(process.pid) on"])
            try process.terminate()
        }
        #expect(first.status == 2 && first.counts.values.reduce(0, +) == 500, "\(first)")
    }

    @Test func `A signal ends a rehearsal like a run, with a report`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.mapping(rooms: 200), as: "mapping.csv")
        let ended = try await Program(in: folder.path).run(
            ["rehearse", "mapping.csv", "--no-progress", "--rate", "20/s"]
        ) { process in
            _ = await eventually { FileManager.default.fileExists(atPath: folder("mapping.csv.rehearsal.db-wal")) }
            try process.terminate()
        }
        #expect(ended.status == 2, "\(ended)")
        let report = try folder.report("mapping.csv.rehearsal-report")
        #expect(report.stopped_because == "signal" && report.balance.balanced)
    }
}
