import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Texts from outside reach a person only with what cannot be seen written out.
struct HarmlessOutputTests {
    /// Clears the screen, names the window, turns text around, hides, goes back to the line's beginning, and is a formula.
    private static let hostile = "=\u{1B}[2J\u{1B}]0;x\u{7}\u{9B}31m\u{202E}\u{2066}\u{200B}\u{FEFF}\r\u{7F}\u{2028}"
    /// The same, and a line of its own that says something comforting.
    private static let forging = hostile + "\nEvery line is settled"

    @Test func `A hostile mapping is told of harmlessly by every command that reads it`() async throws {
        let folder = try TemporaryDirectory()
        let name = "m" + Self.forging + ".csv"
        let id = Self.quoted("a" + Self.forging)
        let records = [
            "room,old,new,\(Self.quoted("column" + Self.forging))", "=1+1,@a,-b,", "\(id),a,b,", "r,\(id),b,",
            "r,a,\(id),",
            "r,<script>alert(1)</script>,b,", "x\u{202E}y,\u{1B}c,,", "r,a,\"b,", "\u{9B}2J",
        ]
        try folder.write(records.joined(separator: "\n") + "\n", as: name)
        for flags in [[], ["--json"], ["--log-level", "trace"]] {
            for command in ["lint", "rehearse"] {
                let ended = try await Program(in: folder.path).run([command, name] + flags) { _ in }
                #expect(ended.status == 1, "\(ended)")
                Self.expectHarmless(ended, "\(command) \(flags)")
            }
        }
        let (journal, report) = (name + ".rehearsal.db", name + ".rehearsal-report")
        for arguments in [
            ["status", journal], ["report", journal, "--report", report], ["status", journal, "--json"],
        ] {
            let ended = try await Program(in: folder.path).run(arguments) { _ in }
            #expect(ended.status == 1, "\(ended)")
            Self.expectHarmless(ended, "\(arguments)")
        }
        for file in ["lines.csv", "operations.csv", "emptied-visitors.csv", "report.json"] {
            Self.expectHarmless(try folder.text("\(report)/\(file)"), file)
        }
        let told = try folder.rows("\(report)/lines.csv").compactMap { $0["room_id"] }
        #expect(told.contains("'=1+1"))
        let exact = try folder.rows("\(report)/unsettled.csv")
        #expect(exact.contains { $0["room_id"]?.utf8.elementsEqual(("a" + Self.forging).utf8) == true })
        #expect(exact.contains { $0["room_id"] == "x\u{202E}y" && $0["old_visitor_id"] == "\u{1B}c" })
    }

    @Test func `What a server says of its rooms is told harmlessly`() async throws {
        let room = "room" + Self.forging
        let thief = "thief" + Self.forging
        let seed = Seed(
            visitors: ["old", "new", thief].map { Seed.Visitor(id: $0) },
            rooms: [
                Seed.Room(id: room, visitorID: "old"), Seed.Room(id: "taken", visitorID: thief),
                Seed.Room(id: "drifting", visitorID: "old"),
            ])
        try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write("room,old,new\n,old,new\ntaken,old,new\n", as: "mapping.csv")
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let run = try await program("run", "mapping.csv", "--log-level", "trace")
            #expect(run.status == 1 && workspace.sandbox.moves.count == 2, "\(run)")
            Self.expectHarmless(run, "the run")
            try workspace.folder.write(
                String(decoding: JSONEncoder().encode(["rid": "drifting", "visitorId": thief]), as: UTF8.self), as: "b")
            let moved = try await Program("/usr/bin/env", in: workspace.folder.path)(
                "curl", "-sf", "-X", "POST", "-H", "Content-Type: application/json", "-H", workspace.controlHeader,
                workspace.address.url + "/sandbox/move", "-d", "@b")
            try #require(moved.status == 0)
            let verified = try await program("verify", "mapping.csv.journal.db")
            #expect(verified.status == 1 && verified.output.contains("now with thief"), "\(verified)")
            Self.expectHarmless(verified, "verify")
            Self.expectHarmless(try await program("undo", "mapping.csv.journal.db", "--dry-run"), "undo")
            for file in ["report/lines.csv", "report/operations.csv", "report/report.json", "verify-report/rooms.csv"] {
                Self.expectHarmless(try workspace.folder.text("mapping.csv.\(file)"), file)
            }
            let rows = try workspace.folder.rows("mapping.csv.report/operations.csv")
            let taken = rows.first { $0["room_id"] == "taken" }
            #expect(taken?["found_visitor_id"]?.hasPrefix("thief=\\u{1B}[2J") == true)
        }
    }

    @Test(arguments: [
        ["lint", forging], ["run", forging], ["run", "m.csv", "--journal", forging + "/j.db"], ["status", forging],
        ["report", "m.csv", "--report", forging], ["verify", forging], ["undo", forging],
        ["run", "m.csv", "--plan", forging], ["lint", "m.csv", "--columns", "old=\(hostile),new=\(hostile)"],
        ["lint", "m.csv", "--format", hostile], ["lint", "--\(hostile)", "m.csv"], ["\(hostile)", "m.csv"],
        ["run", "m.csv", "--rate", hostile], ["run", "m.csv", "--url", "http://\(hostile)"],
        ["run", "m.csv", "--auth-token-file", forging], ["run", "m.csv", "--ca-file", forging],
        ["run", "m.csv", "--proxy", forging], ["sandbox", "--seed", forging], ["sandbox", "--fault", hostile],
        ["rehearse", "m.csv", "--report", "full"],
    ])
    func `What was typed and cannot be used is named harmlessly`(arguments: [String]) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "m.csv")
        try FileManager.default.createDirectory(atPath: folder("full"), withIntermediateDirectories: false)
        try folder.write("", as: "full/" + Self.forging)
        let ended = try await Self.program(in: folder).run(arguments + ["--log-level", "trace"]) { _ in }
        #expect(ended.status >= 64, "\(ended)")
        Self.expectHarmless(ended, "\(arguments)")
    }

    @Test(arguments: [
        "ROCKETCHAT_URL", "VISITOR_MERGE_RATE", "VISITOR_MERGE_FORMAT", "VISITOR_MERGE_LOG_LEVEL", "HTTPS_PROXY",
        "SSL_CERT_FILE", "VISITOR_MERGE_JOURNAL", "CREDENTIALS_DIRECTORY", "ROCKETCHAT_USER_ID",
    ])
    func `What the environment says and cannot be used is named harmlessly`(name: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "m.csv")
        let ended = try await Self.program(in: folder, [name: Self.forging + "/x"])("run", "m.csv")
        #expect(ended.status >= 64, "\(ended)")
        Self.expectHarmless(ended, name)
    }

    @Test func `Who holds the lock is named harmlessly, whoever wrote the name`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "m.csv")
        try folder.write(Self.forging, as: "m.csv.journal.db.lock")
        let held = try await Program("/usr/bin/env", in: folder.path, environment: ["PROGRAM": Program.path])(
            "flock", "m.csv.journal.db.lock", "sh", "-c",
            "ROCKETCHAT_URL=http://127.0.0.1:1 ROCKETCHAT_USER_ID=u ROCKETCHAT_AUTH_TOKEN=t \"$PROGRAM\" run m.csv")
        #expect(held.status == 75 && held.errors.contains("is in use by =\\u{1B}"), "\(held)")
        Self.expectHarmless(held, "the refusal")
    }

    @Test func `What a seed file holds is named harmlessly`() async throws {
        let folder = try TemporaryDirectory()
        let id = String(decoding: try JSONEncoder().encode(Self.forging), as: UTF8.self)
        try folder.write("{\"visitors\":[{\"_id\":\(id)},{\"_id\":\(id)}],\"rooms\":[]}", as: "seed.json")
        let ended = try await Program(in: folder.path)("sandbox", "--seed", "seed.json")
        #expect(ended.status == 65 && ended.errors.contains("is there twice"), "\(ended)")
        Self.expectHarmless(ended, "the refusal")
    }

    /// A server that nobody can reach.
    private static func program(in folder: TemporaryDirectory, _ extra: [String: String] = [:]) -> Program {
        let environment = [
            "ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "user", "ROCKETCHAT_AUTH_TOKEN": "token",
            "VISITOR_MERGE_MAX_ATTEMPTS": "1",
        ]
        return Program(in: folder.path, environment: environment.merging(extra) { $1 })
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\"", with: "\"\"") + "\""
    }

    private static func expectHarmless(
        _ ended: Program.Ended, _ place: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        expectHarmless(ended.output, "the output of \(place)", sourceLocation: sourceLocation)
        expectHarmless(ended.errors, "the errors of \(place)", sourceLocation: sourceLocation)
    }

    private static func expectHarmless(
        _ text: String, _ place: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let obeyed = text.unicodeScalars.filter { scalar in
            switch scalar.value {
            case 0x0A: false
            case 0..<0x20, 0x7F...0x9F, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF: true
            default: false
            }
        }
        #expect(
            obeyed.isEmpty, "\(place): \(obeyed.map { String($0.value, radix: 16) })", sourceLocation: sourceLocation)
        let isForged = text.split(separator: "\n").contains { $0.hasPrefix("Every line is settled") }
        #expect(!isForged, "\(place) has a line that is not the program's", sourceLocation: sourceLocation)
    }
}
