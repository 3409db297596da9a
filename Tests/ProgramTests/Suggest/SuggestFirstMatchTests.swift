import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// `suggest --keep first-match`: the record at which the next message arrives is kept.
struct SuggestFirstMatchTests {
    /// Stored in this order: what the server finds first is neither the first id nor the last chat.
    private static let seed = Seed(
        visitors: [
            Seed.Visitor(id: "m", emails: ["ann@x.org"], phones: ["+4930111111"], lastChat: "2024-02-01T00:00:00.000Z"),
            Seed.Visitor(id: "a", emails: ["ann@x.org"], phones: ["+4930222222"], lastChat: "2024-01-01T00:00:00.000Z"),
            Seed.Visitor(id: "z", phones: ["+4930111111", "+4930222222"], lastChat: "2024-03-01T00:00:00.000Z"),
            Seed.Visitor(id: "q", emails: ["Bob@X.org"]), Seed.Visitor(id: "p", emails: ["BOB@x.org"]),
        ], rooms: [])

    @Test func `The record that is found most often is kept, and the page says where the next message arrives`()
        async throws
    {
        try await Workspace.with(seed: Self.seed) { workspace in
            let ended = try await workspace.program()("suggest", "--keep", "first-match")
            #expect(ended.status == 0, "\(ended)")
            #expect(
                ended.errors.contains("asking the server whom it finds first for 4 values, one call each."), "\(ended)")
            let lines = try workspace.folder.rows("mapping.csv").map {
                "\($0["old_visitor_id"] ?? "")>\($0["new_visitor_id"] ?? "")"
            }
            // m for the address and its number, a for the other number; of Bob the server finds none as he is looked for.
            #expect(lines == ["a>m", "z>m", "q>p"])
            let asked = workspace.sandbox.requestLog.filter { $0.path.hasSuffix("contact.search") }
            #expect(asked.count == 4 && asked.allSatisfy { $0.method == "GET" })
            let page = try workspace.folder.text("mapping.review.html")
            #expect(
                page.contains(#""a":0,"by":"email or phone","o":"m"}"#)
                    && page.contains(#""a":-1,"by":"email","o":null}"#))
        }
    }

    @Test func `An export has no server to ask, and without e-mail and phone there is nothing to ask for`() async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write("_id,email\na,a@x.y\nb,a@x.y\n", as: "v.csv")
        let export = try await Program(in: folder.path)("suggest", "--from", "v.csv", "--keep", "first-match")
        export.expectRefusal(64, naming: ["--keep first-match", "--from"])
        try await Workspace.with(seed: Self.seed) { workspace in
            let ended = try await workspace.program()("suggest", "--keep", "first-match", "--by", "username")
            ended.expectRefusal(64, naming: ["email or phone in --by"])
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test func `After a kill nothing is asked twice`() async throws {
        let visitors = (0..<60).flatMap { number in
            ["x", "y"].map { Seed.Visitor(id: "\($0)\(number)", emails: ["p\(number)@x.org"]) }
        }
        try await Workspace.with(seed: Seed(visitors: visitors, rooms: [])) { workspace in
            @Sendable func asked() -> Int {
                workspace.sandbox.requestLog.filter { $0.path.hasSuffix("contact.search") }.count
            }
            let arguments = ["suggest", "--keep", "first-match", "--no-progress", "--rate"]
            let killed = try await workspace.program().run(arguments + ["20/s"]) { process in
                _ = await eventually { asked() >= 10 }
                try process.kill()
            }
            #expect(killed.status == -9)
            let ended = try await workspace.program().run(arguments + ["unlimited"]) { _ in }
            #expect(ended.status == 0 && asked() <= 61, "\(ended)")
            #expect(
                try workspace.folder.rows("mapping.csv").allSatisfy { $0["new_visitor_id"]?.hasPrefix("x") == true })
        }
    }
}
