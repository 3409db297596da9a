import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

struct SuggestTests {
    @Test
    func `In five thousand visitors exactly the planted people are found, and merging them ends with one visitor each`()
        async throws
    {
        let planted = PlantedDuplicates(total: 5000, groups: 700)
        try await Workspace.with(seed: planted.seed) { workspace in
            let program = workspace.program(
                as: "mgr", ["VISITOR_MERGE_RATE": "unlimited", "VISITOR_MERGE_CONCURRENCY": "32"])
            let suggested = try await program(
                "suggest", "--by", "email,phone", "--default-country", "49", "--no-progress")
            #expect(suggested.status == 0, "\(suggested)")
            let rows = try workspace.folder.rows("mapping.csv")
            #expect(Set(Self.groups(rows)) == Set(planted.people))
            let merges = planted.people.map { $0.count - 1 }.reduce(0, +)
            #expect(rows.count == merges)
            #expect(
                suggested.lines[1]
                    == "700 groups of visitors that are evidently one person: \(merges) merges suggested.")
            let apart = try workspace.folder.rows("mapping.csv.set-aside.csv")
            #expect(apart.map { $0["value"] } == ["office@firm.example", "noreply@shop.example"])
            #expect(apart.map { $0["visitors"] } == ["26", "25"])

            for command in [
                ["lint", "mapping.csv"], ["audit", "mapping.csv"],
                ["run", "mapping.csv", "--plan", "mapping.csv.audit.db"],
                ["verify", "mapping.csv.journal.db", "--quiet"],
            ] {
                let ended = try await program.run(command + (command[0] == "lint" ? [] : ["--no-progress"])) { _ in }
                #expect(ended.status == 0, "\(command): \(ended.status) \(ended.output.suffix(500)) \(ended.errors)")
            }
            let owners = workspace.sandbox.roomOwners
            for person in planted.people {
                #expect(Set(person.compactMap { owners["room-\($0)"].flatMap(\.self) }).count == 1, "\(person)")
            }
            #expect(workspace.sandbox.moves.count == merges)
        }
    }

    @Test func `The demo workspace has eight people with several records`() async throws {
        try await Workspace.with(seed: .demo) { workspace in
            let ended = try await workspace.program()("suggest")
            #expect(ended.status == 0, "\(ended)")
            #expect(
                ended.output == """
                    24 visitors read, 24 with evidence (email, phone).
                    8 groups of visitors that are evidently one person: 11 merges suggested.

                    Mapping: mapping.csv. It names people: look through it, and keep it to yourself.
                    Review: open mapping.review.html in a browser, decide there, and save both files.
                    Next: visitor-merge lint mapping.csv

                    """)
            #expect(ended.errors == "Reading the list of 24 visitors: 1 call.\n")
            #expect(try workspace.folder.names == ["mapping.csv", "mapping.review.html"], "nothing else is left")
            let mode = try FileManager.default.attributesOfItem(atPath: workspace.folder("mapping.csv"))[
                .posixPermissions]
            #expect(mode as? UInt == 0o600)
            let rows = try workspace.folder.rows("mapping.csv")
            #expect(rows.map { $0["group"] } == rows.map { $0["group"] }.sorted { ($0 ?? "") < ($1 ?? "") })
            #expect(
                rows.first == [
                    "old_visitor_id": "66f0a1c2b3d4e5f6a7b80001", "new_visitor_id": "66f0a1c2b3d4e5f6a7b80003",
                    "group": "1", "because": "email ann.okafor@example.org", "old_name": "Ann Okafor",
                    "new_name": "Ann Okafor", "old_last_chat": "2024-04-02T09:11:00.000Z",
                    "new_last_chat": "2024-04-02T09:13:00.000Z",
                ])
            #expect(workspace.sandbox.requestLog.allSatisfy { $0.method == "GET" })
        }
    }

    /// Whom to keep of Ann, who has three records: the last chat, the oldest record and the most rooms differ.
    @Test(arguments: [("latest-chat", "c"), ("oldest", "b"), ("most-rooms", "a")])
    func `The survivor is chosen as asked, and the same one every time`(keep: String, kept: String) async throws {
        let ann = [
            "a": ("2024-02-01", "2024-01-02"), "b": ("2024-01-01", "2024-01-01"), "c": ("2024-03-01", "2024-01-03"),
        ]
        let seed = Seed(
            visitors: ann.sorted { $0.key < $1.key }.map { id, dates in
                Seed.Visitor(
                    id: id, emails: ["ann@example.org"], lastChat: dates.0 + "T00:00:00.000Z",
                    ts: dates.1 + "T00:00:00.000Z")
            }, rooms: ["a1": "a", "a2": "a", "b1": "b", "c1": "c"].map { Seed.Room(id: $0.key, visitorID: $0.value) })
        try await Workspace.with(seed: seed) { workspace in
            for _ in 0..<2 {
                let ended = try await workspace.program()("suggest", "--keep", keep, "--overwrite")
                #expect(ended.status == 0, "\(ended)")
                #expect(ended.errors.contains("--keep most-rooms: counting") == (keep == "most-rooms"), "\(ended)")
                #expect(try workspace.folder.rows("mapping.csv").map { $0["new_visitor_id"] } == [kept, kept])
            }
        }
    }

    @Test func `A suggestion that is killed goes on where it was`() async throws {
        let planted = PlantedDuplicates(total: 2000, groups: 100)
        try await Workspace.with(seed: planted.seed) { workspace in
            let arguments = ["suggest", "--default-country", "49", "--no-progress", "--rate", "10/s"]
            let killed = try await workspace.program().run(arguments) { process in
                _ = await eventually { Self.pages(workspace) >= 3 }
                try process.kill()
            }
            #expect(killed.status == -9)
            #expect(try !workspace.folder.names.contains("mapping.csv"))
            let before = Self.pages(workspace)
            let other = try await workspace.program()("suggest", "--by", "email", "--no-progress")
            other.expectRefusal(65, naming: ["--by email", "--by email,phone --default-country +49", "suggest.db"])
            let ended = try await workspace.program()("suggest", "--default-country", "49", "--rate", "unlimited")
            #expect(ended.status == 0 && ended.errors.contains("going on after"), "\(ended)")
            // Twenty-one pages hold all; at most the one in flight is read again.
            #expect(Self.pages(workspace) <= 22, "\(before) before the kill")
            #expect(Set(Self.groups(try workspace.folder.rows("mapping.csv"))) == Set(planted.people))
            #expect(try workspace.folder.names == ["mapping.csv", "mapping.csv.set-aside.csv", "mapping.review.html"])
        }
    }

    @Test func `A signal stops the reading cleanly, and the same command goes on`() async throws {
        let planted = PlantedDuplicates(total: 1000, groups: 10)
        try await Workspace.with(seed: planted.seed) { workspace in
            let stopped = try await workspace.program().run(["suggest", "--no-progress", "--rate", "5/s"]) { process in
                _ = await eventually { Self.pages(workspace) >= 2 }
                try process.interrupt()
            }
            #expect(stopped.status == 2 && stopped.output == "", "\(stopped)")
            #expect(stopped.errors.contains("mapping.csv.suggest.db") && stopped.errors.contains("personal data"))
            let ended = try await workspace.program()("suggest", "--no-progress", "--rate", "unlimited")
            #expect(ended.status == 0 && Self.pages(workspace) <= 13, "\(ended)")
        }
    }

    @Test func `Visitors who come and go while the list is read are told by their number`() async throws {
        let seed = Seed(visitors: (1000..<1600).map { Seed.Visitor(id: "v\($0)", emails: ["\($0)@x.y"]) }, rooms: [])
        try await Workspace.with(seed: seed) { workspace in
            // What happens between two pages happens here while nobody is reading.
            let killed = try await workspace.program().run(["suggest", "--no-progress", "--rate", "2/s"]) { process in
                _ = await eventually { Self.pages(workspace) >= 2 }
                try process.kill()
            }
            #expect(killed.status == -9)
            for id in ["v0001", "v0002", "v0003"] {
                workspace.sandbox.add(Seed.Visitor(id: id))
            }
            workspace.sandbox.deleteVisitor("v1000")
            let ended = try await workspace.program()("suggest", "--no-progress", "--rate", "unlimited")
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.lines[0] == "600 visitors read, 600 with evidence (email, phone).", "\(ended)")
            #expect(ended.output.contains("The server counts 2 more"), "\(ended)")
        }
    }

    @Test func `An empty workspace and one without duplicates end well, with a mapping that has no line`() async throws
    {
        let single = Seed(visitors: [Seed.Visitor(id: "v", emails: ["a@x.y"], phones: ["+49301234567"])], rooms: [])
        for seed in [Seed(visitors: [], rooms: []), single] {
            try await Workspace.with(seed: seed) { workspace in
                let ended = try await workspace.program()("suggest", "--no-progress")
                #expect(
                    ended.status == 0 && ended.lines.last == "No duplicates found: mapping.csv has only its header.",
                    "\(ended)")
                #expect(try workspace.folder.text("mapping.csv").hasSuffix("new_last_chat\n"))
                let lint = try await workspace.program()("lint", "mapping.csv")
                #expect(lint.status == 0, "\(lint)")
            }
        }
    }

    struct Kind: Sendable, CustomTestStringConvertible {
        var profile: Profile
        var user: String
        var status: Int32
        var sentence: String

        var testDescription: String { "\(profile.rawValue) as \(user)" }
    }

    @Test(arguments: [
        Kind(profile: .v6_9, user: "mgr", status: 0, sentence: "8 groups"),
        Kind(profile: .v6_9, user: "agt", status: 0, sentence: "8 groups"),
        Kind(profile: .v6_9, user: "usr", status: 77, sentence: "view-l-room"),
        Kind(profile: .v6_4, user: "adm", status: 0, sentence: "8 groups"),
        Kind(profile: .v7_0, user: "mgr", status: 0, sentence: "the endpoint was removed in 7.0"),
        Kind(profile: .v6_9, user: "nobody", status: 78, sentence: "--user-id"),
    ])
    func `Every version and role gets the status and the sentence of the spec`(_ row: Kind) async throws {
        try await Workspace.with(seed: .demo, profile: row.profile) { workspace in
            let ended = try await workspace.program(as: row.user)("suggest")
            #expect(ended.status == row.status && (ended.output + ended.errors).contains(row.sentence), "\(ended)")
            #expect(ended.errors.contains(". visitor-merge doctor says more.\n") == (row.status == 77), "\(ended)")
            #expect(
                try workspace.folder.names == (row.status == 0 ? ["mapping.csv", "mapping.review.html"] : []),
                "nothing is left behind")
        }
    }

    @Test func `An agent who may not list rooms is told so where they would be counted`() async throws {
        try await Workspace.with(seed: .demo) { workspace in
            let ended = try await workspace.program(as: "agt")("suggest", "--keep", "most-rooms", "--no-progress")
            #expect(ended.status == 77 && ended.errors.contains("view-livechat-rooms"), "\(ended)")
            // What was read is kept for a command that asks for less.
            let again = try await workspace.program(as: "agt")("suggest", "--keep", "latest-chat")
            #expect(again.status == 0 && again.errors.contains("All 24 visitors were read"), "\(again)")
        }
    }

    @Test func `Behind the default limit reading waits for the server's window`() async throws {
        let seed = Seed(visitors: (0..<1200).map { Seed.Visitor(id: "v\($0)") }, rooms: [])
        let limit = RateLimit(calls: 10, window: .seconds(1))
        try await Workspace.with(seed: seed, rateLimit: limit) { workspace in
            let ended = try await workspace.program()("suggest")
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.errors.contains("about 13 calls. At the rate in force that takes about "), "\(ended)")
            #expect(workspace.sandbox.requestLog.filter { $0.status == 429 }.count <= 1)
        }
    }

    @Test func `Whoever asks is told how far the reading is, and at which rate`() async throws {
        let seed = Seed(visitors: (0..<600).map { Seed.Visitor(id: "v\($0)") }, rooms: [])
        let limit = RateLimit(calls: 2, window: .seconds(60))
        try await Workspace.with(seed: seed, rateLimit: limit) { workspace in
            let told = workspace.folder("told")
            let program = Program("/bin/sh", in: workspace.folder.path, environment: workspace.login())
            let command = "exec \"$0\" suggest --no-progress 2> told"
            let ended = try await program.run(["-c", command, Program.path]) { process in
                _ = await eventually { Self.pages(workspace) >= 1 }
                let isTold = await eventually {
                    kill(process.pid, SIGUSR1)
                    return Self.reading(told) != nil
                }
                #expect(isTold)
                try process.interrupt()
            }
            #expect(ended.status == 2, "\(ended)")
            let parts = try #require(Self.reading(told))
            // The window's calls are sent at once, and the pages overlap.
            #expect(parts[0].wholeMatch(of: #/Reading the list of visitors: (100|199) of 600 \((16|33)%\)/#) != nil)
            #expect(parts[1].hasPrefix("auto asked, ") && parts[1].hasSuffix("/min now"), "\(parts)")
        }
    }

    /// The parts of the first line that says how far it is while the next page is waited for.
    private static func reading(_ path: String) -> [Substring]? {
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").filter { $0.contains(" of 600 (") }.map { $0.split(separator: " · ") }
            .first { $0.count >= 3 }
    }

    private static func pages(_ workspace: Workspace) -> Int {
        workspace.sandbox.requestLog.filter { $0.path.hasSuffix("visitors.search") }.count
    }

    /// The visitors of each group of a mapping.
    static func groups(_ rows: [[String: String]]) -> [Set<String>] {
        Dictionary(grouping: rows) { $0["group"] ?? "" }.values.map { rows in
            Set(rows.flatMap { [$0["old_visitor_id"] ?? "", $0["new_visitor_id"] ?? ""] })
        }
    }
}
