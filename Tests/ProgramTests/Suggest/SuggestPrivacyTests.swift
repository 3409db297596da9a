import FoundationEssentials
import Glibc
import Sandbox
import Synchronization
import TestSupport
import Testing

/// Personal data stands in the suggested mapping and the list beside it alone.
struct SuggestPrivacyTests {
    /// Three dozen people, each with two records; what is personal about them can be told by its spelling.
    private static let seed: Seed = {
        let visitors = (100..<172).map { number in
            Seed.Visitor(
                id: "v\(number)", username: "guest-\(number)", name: "seKret Name \(number)",
                emails: ["seKret-\(number / 2)@x.y"], phones: ["+49 30 7654\(number / 2)"],
                livechatData: ["customer": "seKret \(number / 2)"])
        }
        let office = (0..<12).map { Seed.Visitor(id: "o\($0)", name: "seKret", emails: ["seKret-office@x.y"]) }
        let rooms = visitors.map { Seed.Room(id: "room-\($0.id)", visitorID: $0.id, servedBy: "mgr", fname: $0.name) }
        return Seed(visitors: visitors + office, rooms: rooms)
    }()

    private static let files = ["mapping.csv", "mapping.csv.set-aside.csv", "mapping.review.html"]

    @Test(arguments: ["trace", "debug", "info", "warning", "critical"])
    func `No log, error, journal or report names anybody, from the suggestion to the verification`(level: String)
        async throws
    {
        // Errors and retries have a way of showing what was answered.
        let faults = [
            try Fault(.truncatedJSON, count: 2), try Fault(.badGatewayBeforeWrite, count: 2),
            try Fault(.dropAfterWrite, count: 1),
        ]
        try await Workspace.with(seed: Self.seed, faults: faults) { workspace in
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let commands = [
                ["suggest", "--by", "email,phone,custom:customer"], ["lint", "mapping.csv"], ["audit", "mapping.csv"],
                ["run", "mapping.csv"], ["run", "mapping.csv", "--json"], ["verify", "mapping.csv.journal.db"],
                ["undo", "mapping.csv.journal.db", "--dry-run"], ["status", "mapping.csv.journal.db", "--json"],
                ["suggest"], ["suggest", "--by", "email", "--output", "/dev/full/m.csv"],
            ]
            for arguments in commands {
                let logs = arguments[0] == "lint" ? [] : ["--log-level", level]
                let ended = try await program.run(arguments + logs) { _ in }
                let isRefused = arguments == ["suggest"] || arguments.last == "/dev/full/m.csv"
                #expect(ended.status == (isRefused ? 73 : 0), "\(arguments): \(ended)")
                expectNobody(in: Array((ended.output + ended.errors).utf8), "the output of \(arguments)")
            }
            #expect(workspace.sandbox.moves.count == 36)
            for path in try FileManager.default.subpathsOfDirectory(atPath: workspace.folder.path) {
                guard let data = FileManager.default.contents(atPath: workspace.folder(path)) else { continue }
                if Self.files.contains(path) {
                    #expect(try workspace.folder.text(path).lowercased().contains("sekret"))
                } else {
                    expectNobody(in: Array(data), path)
                }
            }
        }
    }

    @Test func `What is read is for its owner alone whatever the umask says, and nothing of it is left at the end`()
        async throws
    {
        try await Workspace.with(seed: Self.seed) { workspace in
            // So slow that it is looked at after the first page, which holds everybody.
            workspace.sandbox.misbehave([
                try Fault(.delayBeforeWrite, route: "livechat/rooms", milliseconds: 600_000)
            ])
            let program = Program("/bin/sh", in: workspace.folder.path, environment: workspace.credentials)
            let command = "umask 000; exec \"$0\" suggest --keep most-rooms --no-progress"
            let killed = try await program.run(["-c", command, Program.path]) { process in
                _ = await eventually { workspace.sandbox.requestLog.contains { $0.path.hasSuffix("visitors.search") } }
                let held = try await eventually {
                    try workspace.folder.names.contains { name in
                        FileManager.default.contents(atPath: workspace.folder(name)).map(Self.namesSomebody) == true
                    }
                }
                #expect(held, "the working file holds what is read")
                try process.kill()
            }
            #expect(killed.status == -9)
            let names = try workspace.folder.names
            #expect(names.contains("mapping.csv.suggest.db") && !names.contains("mapping.csv"))
            for name in names {
                try expectPrivate(workspace.folder(name))
            }
            expectNobody(in: Array((killed.output + killed.errors).utf8), "the output")
            let ended = try await workspace.program()("suggest")
            #expect(ended.status == 0 && ended.errors.contains("were read by an earlier suggest"), "\(ended)")
            #expect(try workspace.folder.names == Self.files)
        }
    }

    @Test(arguments: [SIGSEGV, SIGABRT, SIGTRAP, SIGQUIT])
    func `A crash prints nothing of what was read`(signal: Int32) async throws {
        let folder = try TemporaryDirectory()
        let lines = (0..<300_000).map { "v\($0),seKret \($0),seKret-\($0)@x.y\n" }
        try folder.write("_id,name,email\n" + lines.joined(), as: "v.csv")
        let ended = try await Program(in: folder.path).run(["suggest", "--from", "v.csv", "--log-level", "trace"]) {
            process in
            _ = await eventually { FileManager.default.fileExists(atPath: folder("mapping.csv.suggest.db")) }
            kill(process.pid, signal)
        }
        #expect(ended.status == -signal)
        expectNobody(in: Array((ended.output + ended.errors).utf8), "the output")
        // What was read of an export has no name, and is gone.
        for name in try folder.names where name != "v.csv" {
            let known = ["", "-journal", "-wal", "-shm"].map { "mapping.csv.suggest.db" + $0 }
            #expect(known.contains(name), "\(name)")
            try expectPrivate(folder(name))
            expectNobody(in: Array(try Data(contentsOf: URL(filePath: folder(name)))), name)
        }
    }

    private static func namesSomebody(_ data: Data) -> Bool {
        String(decoding: data, as: UTF8.self).lowercased().contains("sekret")
    }

    private func expectPrivate(_ path: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(try #require(attributes[.posixPermissions] as? UInt) & 0o077 == 0, "\(path)")
    }

    /// Expects neither a name nor an address nor a number of anybody.
    private func expectNobody(in bytes: [UInt8], _ place: String) {
        let text = String(decoding: bytes, as: UTF8.self).lowercased()
        for trace in ["sekret", "4930765", "30 765"] {
            #expect(!text.contains(trace), "\(trace) is in \(place)")
        }
    }
}
