import FoundationEssentials
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
        for user in SandboxUser.all {
            expectNoSecret(in: Array((ended.output + ended.errors).utf8), user.authToken, "the output")
            try expectNoSecret(inFilesOf: folder, user.authToken)
        }
    }

    @Test func `A journal and a report are for their owner alone`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            #expect(try await workspace.program()("run", "mapping.csv", "--no-progress").status == 0)
            for name in ["mapping.csv.journal.db", "mapping.csv.report", "mapping.csv.report/lines.csv"] {
                let attributes = try FileManager.default.attributesOfItem(atPath: workspace.folder(name))
                let mode = try #require(attributes[.posixPermissions] as? UInt)
                #expect(mode & 0o077 == 0, "\(name)")
            }
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
