import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Kills, and visitors who come and go, while `suggest` reads.
struct SuggestInterruptionTests {
    @Test(arguments: ["latest-chat", "oldest"])
    func `Killed again and again while visitors come and go, it finds exactly the people who stayed`(keep: String)
        async throws
    {
        let planted = PlantedDuplicates(total: 3000, groups: 100)
        let people = Set(planted.people.flatMap(\.self))
        let strangers = planted.seed.visitors.map(\.id).filter { !people.contains($0) }
        try await Workspace.with(seed: planted.seed) { workspace in
            let arguments = [
                "suggest", "--default-country", "49", "--keep", keep, "--no-progress", "--concurrency", "1",
            ]
            for round in 0..<3 {
                let before = Self.pages(workspace)
                let killed = try await workspace.program().run(arguments + ["--rate", "10/s"]) { process in
                    for number in 0..<3 {
                        _ = await eventually { Self.pages(workspace) >= before + 1 + number }
                        Self.change(workspace.sandbox, strangers[100 * round + 10 * number], round * 10 + number)
                    }
                    try process.kill()
                }
                #expect(killed.status == -9)
                #expect(try !workspace.folder.names.contains("mapping.csv"))
            }
            let before = Self.pages(workspace)
            let ended = try await workspace.program().run(arguments + ["--rate", "unlimited"]) { _ in }
            #expect(ended.status == 0, "\(ended)")
            #expect(Self.pages(workspace) - before < 30, "what was read is not read again")
            #expect(Set(SuggestTests.groups(try workspace.folder.rows("mapping.csv"))) == Set(planted.people))
            #expect(try workspace.folder.names == ["mapping.csv", "mapping.csv.set-aside.csv", "mapping.review.html"])
        }
    }

    /// Somebody goes and somebody comes, at both ends of the list.
    private static func change(_ sandbox: SandboxServer, _ stranger: String, _ number: Int) {
        sandbox.deleteVisitor(stranger)
        for id in ["0-new-\(number)", "z-new-\(number)"] {
            sandbox.add(Seed.Visitor(id: id, emails: ["\(id)@example.net"], ts: "2030-01-01T00:00:00.000Z"))
        }
    }

    @Test func `A command that is killed while it counts rooms goes on with the counting`() async throws {
        let seed = Seed(
            visitors: (0..<60).map { Seed.Visitor(id: "v\(100 + $0)", emails: ["\($0 / 2)@x.y"]) },
            rooms: (0..<600).map { Seed.Room(id: "r\($0)", visitorID: "v\(100 + $0 % 60)") }
                // The second record of each person has one room more.
                + (0..<30).map { Seed.Room(id: "more\($0)", visitorID: "v\(101 + 2 * $0)") })
        try await Workspace.with(seed: seed) { workspace in
            let arguments = ["suggest", "--keep", "most-rooms", "--no-progress"]
            let killed = try await workspace.program().run(arguments + ["--rate", "5/s"]) { process in
                _ = await eventually { Self.pages(workspace, of: "livechat/rooms") >= 4 }
                try process.kill()
            }
            #expect(killed.status == -9)
            let before = Self.pages(workspace, of: "livechat/rooms")
            let ended = try await workspace.program().run(arguments + ["--rate", "unlimited"]) { _ in }
            #expect(ended.status == 0, "\(ended)")
            #expect(Self.pages(workspace) == 1, "the list of visitors was read once")
            // One call for the total, and seven pages less what was counted.
            #expect(Self.pages(workspace, of: "livechat/rooms") - before <= 6)
            let kept = try workspace.folder.rows("mapping.csv").map { $0["new_visitor_id"] ?? "" }
            #expect(Set(kept) == Set((0..<30).map { "v\(101 + 2 * $0)" }))
        }
    }

    private static func pages(_ workspace: Workspace, of route: String = "visitors.search") -> Int {
        workspace.sandbox.requestLog.filter { $0.path.hasSuffix(route) }.count
    }
}
