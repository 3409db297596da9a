import FoundationEssentials
import Sandbox
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(3))) struct SandboxCommandTests {
    /// The first line that the sandbox prints (TheSandbox, "The first line").
    private struct Line: Decodable {
        struct User: Decodable {
            var username: String
            var userId: String
            var authToken: String
        }

        var url: String
        var users: [User]
    }

    private static let seed = """
        {"visitors":[{"_id":"ann","token":"t1"},{"_id":"ann2","token":"t2"}],
         "rooms":[{"_id":"r1","visitorId":"ann2"},{"_id":"r2","visitorId":"ann2","open":true}]}
        """

    /// Serves the sandbox for the length of `body`, then ends it with a signal.
    private func serve(
        _ arguments: [String], in folder: TemporaryDirectory, end: @Sendable (Program.Going) throws -> Void,
        _ body: @Sendable (Line) async throws -> Void
    ) async throws -> Program.Ended {
        // Through a file: what a program prints can be read only when it is over.
        try await Program("/bin/sh", in: folder.path).run(
            ["-c", "exec \"$0\" sandbox \"$@\" > startup", Program.path] + arguments
        ) { process in
            _ = await eventually {
                // There is no file before the shell has made it.
                (try? folder.text("startup"))?.contains("\n") ?? false
            }
            let text = try folder.text("startup")
            #expect(text.split(separator: "\n").count == 1)
            try await body(try JSONDecoder().decode(Line.self, from: Data(text.utf8)))
            try end(process)
        }
    }

    @Test(arguments: ["interrupt", "terminate"])
    func `The sandbox prints its address and users, serves a run and ends well at a signal`(signal: String)
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write(Self.seed, as: "seed.json")
        try folder.write("room,old,new\nr1,ann2,ann\nr2,ann2,ann\n", as: "mapping.csv")
        let ended = try await serve(
            ["--seed", "seed.json", "--rate-limit", "off"], in: folder,
            end: { signal == "interrupt" ? try $0.interrupt() : try $0.terminate() }
        ) { line in
            #expect(line.url.hasPrefix("http://127.0.0.1:"))
            #expect(line.users.map(\.username) == ["adm", "mgr", "agt", "mon", "usr"])
            let manager = try #require(line.users.first { $0.username == "mgr" })
            let program = Program(
                in: folder.path,
                environment: [
                    "ROCKETCHAT_URL": line.url, "ROCKETCHAT_USER_ID": manager.userId,
                    "ROCKETCHAT_AUTH_TOKEN": manager.authToken,
                ])
            let run = try await program("run", "mapping.csv", "--no-progress")
            #expect(run.status == 2 && run.counts == ["merged": 1, "deferred": 1], "\(run)")
        }
        #expect(ended.status == 0, "\(ended)")
    }

    @Test func `A port that is taken is named`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let port = String(workspace.address.url.split(separator: ":").last ?? "")
            let ended = try await Program(in: workspace.folder.path)("sandbox", "--port", port)
            ended.expectRefusal(69, naming: ["Port \(port) on 127.0.0.1 is taken"])
        }
    }

    @Test func `A sandbox that cannot say where it listens does not go on`() async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program("/bin/sh", in: folder.path)(
            "-c", "exec \"$0\" sandbox > /dev/full", Program.path)
        ended.expectRefusal(74, naming: ["standard output", "No space left on device"])
    }

    @Test(arguments: [
        ("not JSON", "seed.json is not valid JSON.\n"), ("{", "The seed file seed.json is not valid JSON.\n"),
        ("", "not valid"),
        ("[]", "one JSON object"),
        (#"{"visitors":[{"_id":""}],"rooms":[]}"#, "visitors[0]._id"),
        (#"{"visitors":[{"_id":"a"},{"_id":"a"}],"rooms":[]}"#, "visitors[1]._id"),
        (#"{"visitors":[],"rooms":[{"_id":"r","t":"x"}]}"#, "rooms[0].t"),
        (#"{"visitors":[],"rooms":[{"_id":"r","t":"c","visitorId":"v"}]}"#, "rooms[0].visitorId"),
        (#"{"visitors":[],"rooms":[{"_id":"r","servedBy":"nobody"}]}"#, "rooms[0].servedBy"),
        (#"{"visitors":[],"rooms":[{"_id":"r","ts":"yesterday"}]}"#, "rooms[0].ts"),
    ])
    func `A seed that cannot be used is refused with the place of the flaw`(seed: String, place: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write(seed, as: "seed.json")
        let ended = try await Program(in: folder.path)("sandbox", "--seed", "seed.json")
        ended.expectRefusal(65, naming: ["The seed file seed.json is not ", place])
        #expect(!ended.errors.contains(".."), "\(ended)")
    }

    @Test(arguments: [
        ("none.json", "visitor-merge: There is no file none.json.\n"),
        (".", "visitor-merge: The seed file . cannot be read: is a directory.\n"),
        ("startup/none.json", "visitor-merge: The seed file startup/none.json cannot be read: not a directory.\n"),
    ])
    func `A seed that is not there is a missing input`(path: String, sentence: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("", as: "startup")
        let ended = try await Program(in: folder.path)("sandbox", "--seed", path)
        ended.expectRefusal(66, naming: [])
        #expect(ended.errors == sentence)
    }
}
