import FoundationEssentials
import Glibc
import Sandbox
import Synchronization
import TestSupport
import Testing

struct SecrecyTests {
    private static let seed = Seed(
        visitors: [Seed.Visitor(id: "new", token: "visitor-seKret-new")]
            + (0..<12).map { Seed.Visitor(id: "old\($0)", token: "visitor-seKret-\($0)") },
        rooms: (0..<12).map { Seed.Room(id: "room\($0)", open: $0 == 3, visitorID: "old\($0)") })

    @Test(arguments: ["defer", "move"])
    func `No token is in any output, file or process listing, whatever is logged`(policy: String) async throws {
        // Errors and retries have a way of showing what was sent.
        let faults = [
            try Fault(.badGatewayBeforeWrite, count: 2), try Fault(.dropAfterWrite, count: 2),
            try Fault(.truncatedJSON, count: 1),
        ]
        try await Workspace.with(seed: Self.seed, faults: faults) { workspace in
            let mapping = (0..<12).map { "room\($0),old\($0),new\n" }.joined()
            try workspace.folder.write("room,old,new\n" + mapping, as: "mapping.csv")
            let token = try #require(workspace.address.users.first { $0.username == "mgr" }).authToken
            let listing = Mutex<[UInt8]>([])
            let ended = try await workspace.program().run(
                ["run", "mapping.csv", "--log-level", "trace", "--rate", "20/s", "--open-rooms", policy]
            ) { process in
                _ = await eventually { !workspace.sandbox.moves.isEmpty }
                let line = try [UInt8](Data(contentsOf: URL(filePath: "/proc/\(process.pid)/cmdline")))
                listing.withLock { $0 = line }
            }
            #expect(ended.status == (policy == "defer" ? 2 : 0), "\(ended)")
            #expect(!ended.errors.isEmpty, "a run says something at this level")
            expectNoSecret(in: Array((ended.output + ended.errors).utf8), token, "the output")
            let commandLine = listing.withLock { $0 }
            #expect(String(decoding: commandLine, as: UTF8.self).contains("mapping.csv"))
            expectNoSecret(in: commandLine, token, "the process listing")
            try expectNoSecret(inFilesOf: workspace.folder, token)
        }
    }

    @Test func `A rehearsal shows none of the sandbox's tokens either`() async throws {
        let folder = try TemporaryDirectory()
        try folder.copySample("rooms.csv")
        let ended = try await Program(in: folder.path)("rehearse", "rooms.csv", "--log-level", "trace")
        try folder.write(ended.output + ended.errors, as: "output")
        // Nobody outside is told its tokens, so that only their shape can be looked for.
        let search = """
            import os, re, sqlite3
            shape = re.compile(r"(?<![\\w+/=-])(?=\\w*[A-Z])(?=\\w*[a-z])[2-9A-Za-z]{43}(?![\\w+/=-])")
            for folder, _, names in os.walk("."):
                for name in names:
                    path = os.path.join(folder, name)
                    if name.endswith(".db"):
                        text = "\\n".join(sqlite3.connect(path).iterdump())
                    else:
                        text = open(path, errors="replace").read()
                    for found in shape.findall(text):
                        print(path, found)
            """
        let found = try await Program("/usr/bin/env", in: folder.path)("python3", "-c", search)
        #expect(found.status == 0 && found.output == "", "\(found)")
    }

    @Test(arguments: ["trace", "debug", "info", "notice", "warning", "error", "critical"])
    func `No command shows a token at any level`(level: String) async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            // The last line fails on the way, and somebody else has the room of the one before.
            try workspace.folder.write(
                "room,old,new\n,old0,new\nroom1,old1,new\nroom2,old3,new\nroom4,old4,nobody\n", as: "mapping.csv")
            let token = try #require(workspace.address.users.first { $0.username == "mgr" }).authToken
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            for arguments in [
                ["doctor"], ["audit", "mapping.csv"], ["run", "mapping.csv"], ["run", "mapping.csv", "--json"],
                ["verify", "mapping.csv.journal.db"], ["undo", "mapping.csv.journal.db"],
                ["report", "mapping.csv.journal.db"], ["status", "mapping.csv.journal.db", "--json"],
            ] {
                let ended = try await program.run(arguments + ["--log-level", level]) { _ in }
                #expect((0...2).contains(ended.status), "\(arguments): \(ended)")
                expectNoSecret(in: Array((ended.output + ended.errors).utf8), token, "the output of \(arguments)")
            }
            #expect(workspace.sandbox.moves.count >= 4, "there and back")
            try expectNoSecret(inAllOf: workspace.folder, token)
        }
    }

    @Test(arguments: [
        "seKret\u{1}x", "seKret\nX-Evil: 1", "seKret\r\n\r\nGET / HTTP/1.1", "seKr\u{E9}t-seKret", " seKret ",
        "\u{202E}seKret",
        String(repeating: "seKret", count: 2000),
    ])
    func `A token that no server takes is not shown either`(token: String) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            for extra in [
                ["ROCKETCHAT_AUTH_TOKEN": token], ["ROCKETCHAT_USER_ID": token, "ROCKETCHAT_AUTH_TOKEN": token],
            ] {
                let ended = try await workspace.program(as: "mgr", extra)("run", "mapping.csv", "--log-level", "trace")
                #expect(ended.status == 77, "\(ended)")
                expectNoSecret(in: Array((ended.output + ended.errors).utf8), "seKret", "the output")
            }
            try expectNoSecret(inAllOf: workspace.folder, "seKret")
        }
    }

    @Test(arguments: [SIGKILL, SIGSEGV, SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGTRAP, SIGQUIT])
    func `A crash prints nothing of the memory, and what it leaves behind holds no token`(signal: Int32) async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            let mapping = (0..<12).map { "room\($0),old\($0),new\n" }.joined()
            try workspace.folder.write("room,old,new\n" + mapping, as: "mapping.csv")
            let token = try #require(workspace.address.users.first { $0.username == "mgr" }).authToken
            let ended = try await workspace.program().run(
                ["run", "mapping.csv", "--log-level", "trace", "--rate", "5/s", "--no-progress"]
            ) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                kill(process.pid, signal)
            }
            #expect(ended.status == -signal, "\(ended)")
            for word in ["Backtrac", "Register", "crashed"] {
                #expect(!ended.errors.contains(word) && !ended.output.contains(word))
            }
            expectNoSecret(in: Array((ended.output + ended.errors).utf8), token, "the output")
            #expect(try workspace.folder.names.contains("mapping.csv.journal.db-wal"))
            try expectNoSecret(inAllOf: workspace.folder, token)
        }
    }
}

/// Expects that journal and report of a job hold none.
func expectNoSecret(inFilesOf folder: TemporaryDirectory, _ token: String) throws {
    let names = try folder.names
    #expect(names.contains { $0.hasSuffix(".db") })
    let report = try #require(names.first { $0.hasSuffix("report") })
    let reported = try FileManager.default.contentsOfDirectory(atPath: folder(report)).map { "\(report)/\($0)" }
    #expect(reported.contains("\(report)/report.html"))
    for name in names.filter({ $0 != report }) + reported {
        expectNoSecret(in: try Array(Data(contentsOf: URL(filePath: folder(name)))), token, name)
    }
}

/// Expects neither the caller's token nor one of a visitor.
func expectNoSecret(in bytes: [UInt8], _ token: String, _ place: String) {
    for secret in [token, "visitor-seKret"] {
        #expect(bytes.firstRange(of: Array(secret.utf8)) == nil, "a token is in \(place)")
    }
}

func expectNoSecret(inAllOf folder: TemporaryDirectory, _ token: String) throws {
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: folder(path), isDirectory: &isFolder), !isFolder else {
            continue
        }
        expectNoSecret(in: try Array(Data(contentsOf: URL(filePath: folder(path)))), token, path)
    }
}
