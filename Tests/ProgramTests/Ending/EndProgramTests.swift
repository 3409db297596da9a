import FoundationEssentials
import Glibc
import Sandbox
import SystemPackage
import TestSupport
import Testing

@testable import CLI

/// `--on-end`: what is told to a program when a command has ended.
struct EndProgramTests {
    /// Writes what it got into files beside the mapping.
    private static let hook = """
        #!/bin/sh
        cat > "${0%/*}/got.json"
        env > "${0%/*}/got.env"
        echo "$@" > "${0%/*}/got.words"
        echo said by the program
        """

    private static func write(_ text: String, as name: String, in folder: TemporaryDirectory) throws {
        try folder.write(text, as: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder(name))
    }

    /// What the program was told, by name.
    private static func told(_ folder: TemporaryDirectory) throws -> [String: String] {
        let lines = try folder.text("got.env").split(separator: "\n").map { $0.split(separator: "=", maxSplits: 1) }
        return Dictionary(lines.map { (String($0[0]), String($0.count > 1 ? $0[1] : "")) }) { $1 }
    }

    @Test func `It gets what the command came to, and none of its secrets`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            try Self.write(Self.hook, as: "hook", in: workspace.folder)
            let secrets = [
                "HTTPS_PROXY": "http://me:seKret@127.0.0.1:1", "NO_PROXY": "127.0.0.1", "CREDENTIALS_DIRECTORY": "/x",
                "VISITOR_MERGE_AUTH_TOKEN": "seKret", "OTHER": "kept",
            ]
            let ended = try await workspace.program(as: "mgr", secrets)(
                "run", "mapping.csv", "--no-progress", "--json", "--on-end", "./hook")
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.errors.contains("said by the program") && !ended.output.contains("said by"), "\(ended)")
            #expect(try workspace.folder.text("got.json") == ended.output)
            let told = try Self.told(workspace.folder)
            #expect(told["VISITOR_MERGE_STATUS"] == "0" && told["VISITOR_MERGE_COMMAND"] == "run")
            let here = URL(filePath: workspace.folder.path).standardizedFileURL.path
            #expect(told["VISITOR_MERGE_REPORT"] == here + "/mapping.csv.report", "\(told)")
            #expect(told["VISITOR_MERGE_JOURNAL"] == here + "/mapping.csv.journal.db", "\(told)")
            #expect(told["OTHER"] == "kept" && told["ROCKETCHAT_URL"] == workspace.address.url)
            let token = try #require(workspace.login()["ROCKETCHAT_AUTH_TOKEN"])
            let text = try workspace.folder.text("got.env")
            #expect(!text.contains(token) && !text.contains("seKret") && !text.contains("CREDENTIALS"), "\(text)")
        }
    }

    /// A way in which a command ends, with its status and a word of what the program gets.
    struct Way: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var arguments: [String]
        var environment: [String: String] = [:]
        var status: Int32
        var word: String
    }

    @Test(arguments: [
        Way(testDescription: "settled", arguments: ["run", "mapping.csv"], status: 0, word: "visitor-merge/report/1"),
        Way(testDescription: "audited", arguments: ["audit", "mapping.csv"], status: 0, word: "\"mode\" : \"audit\""),
        Way(testDescription: "rehearsed", arguments: ["rehearse", "mapping.csv"], status: 0, word: "\"rehearsal\""),
        Way(
            testDescription: "a bad mapping", arguments: ["run", "bad.csv"], status: 65, word: "visitor-merge/failure/1"
        ),
        Way(testDescription: "no mapping", arguments: ["run", "none.csv"], status: 66, word: "none.csv"),
        Way(
            testDescription: "no server", arguments: ["run", "mapping.csv"], environment: ["ROCKETCHAT_URL": ""],
            status: 78, word: "--url or ROCKETCHAT_URL"),
        Way(
            testDescription: "a wrong token", arguments: ["run", "mapping.csv"],
            environment: ["ROCKETCHAT_AUTH_TOKEN": "wrong"], status: 77, word: "stopped_because"),
        Way(
            testDescription: "a bad configuration", arguments: ["run", "mapping.csv", "--config", "bad.json"],
            status: 78, word: "'rates' is no setting"),
        Way(
            testDescription: "options that do not go together",
            arguments: ["run", "mapping.csv", "--dry-run", "--plan", "x"], status: 64, word: "use one of them"),
        Way(
            testDescription: "suggested", arguments: ["suggest", "--from", "v.csv", "--output", "s.csv"], status: 0,
            word: "visitor-merge/suggestion/1"),
        Way(testDescription: "nothing to undo", arguments: ["undo", "none.db"], status: 66, word: "none.db"),
    ])
    func `It is run however a command ends, and changes nothing of that`(way: Way) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try Self.write(Self.hook + "\nexit 3\n", as: "hook", in: workspace.folder)
            try workspace.folder.write("a,b\n1,2\n", as: "bad.csv")
            try workspace.folder.write("_id,email\na,x@y.z\nb,x@y.z\n", as: "v.csv")
            try workspace.folder.write(#"{"rates": 1}"#, as: "bad.json")
            let program = workspace.program(
                as: "mgr", way.environment.merging(["VISITOR_MERGE_ON_END": "./hook"]) { $1 })
            let ended = try await program.run(way.arguments) { _ in }
            #expect(ended.status == way.status, "\(ended)")
            #expect(ended.errors.contains("The program ./hook of --on-end ended with 3."), "\(ended)")
            #expect(try Self.told(workspace.folder)["VISITOR_MERGE_STATUS"] == "\(way.status)")
            #expect(try Self.told(workspace.folder)["VISITOR_MERGE_COMMAND"] == way.arguments[0])
            let got = try workspace.folder.text("got.json")
            #expect(got.contains(way.word) && !got.contains("wrong"), "\(got)")
            #expect((try? JSONDecoder().decode([String: Anything].self, from: Data(got.utf8))) != nil, "\(got)")
        }
    }

    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    @Test func `It is run after verify and undo, and when a signal has drained a run`() async throws {
        try await Workspace.with(rooms: 40) { workspace in
            try Self.write(Self.hook, as: "hook", in: workspace.folder)
            let run = ["run", "mapping.csv", "--open-rooms", "move", "--no-progress", "--on-end", "./hook"]
            let stopped = try await workspace.program().run(run + ["--rate", "10/s"]) { process in
                _ = await eventually { workspace.sandbox.moves.count >= 1 }
                process.send(SIGTERM)
            }
            #expect(stopped.status == 2, "\(stopped)")
            #expect(try Self.told(workspace.folder)["VISITOR_MERGE_STATUS"] == "2")
            #expect(try workspace.folder.text("got.json").contains("\"stopped_because\" : \"signal\""))
            for (command, word) in [("verify", "visitor-merge/verification/1"), ("undo", "\"mode\" : \"undo\"")] {
                let ended = try await workspace.program()(
                    command, "mapping.csv.journal.db", "--no-progress", "--on-end", "./hook")
                #expect(ended.status == 0, "\(ended)")
                let got = try workspace.folder.text("got.json")
                #expect(got.contains(word), "\(got)")
                #expect(try Self.told(workspace.folder)["VISITOR_MERGE_COMMAND"] == command)
            }
        }
    }

    @Test func `A file gives its arguments, and says where it is from`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let folder = workspace.folder
            try FileManager.default.createDirectory(atPath: folder("conf"), withIntermediateDirectories: false)
            try Self.write(Self.hook, as: "conf/hook", in: folder)
            try folder.write(#"{"on-end": ["./hook", "--to", "a b", "$(touch x)"]}"#, as: "conf/c.json")
            let list = try await workspace.program()("run", "mapping.csv", "--config", "conf/c.json", "--quiet")
            #expect(list.status == 0 && list.errors == "said by the program\n", "\(list)")
            #expect(try folder.text("conf/got.words") == "--to a b $(touch x)\n")
            try folder.write(#"{"on-end": "./hook"}"#, as: "conf/c.json")
            let text = try await workspace.program()("run", "mapping.csv", "--config", "conf/c.json", "--quiet")
            #expect(text.status == 0, "\(text)")
            #expect(try folder.text("conf/got.words") == "\n")
            // Nothing of this is run by a command that the program itself has started.
            try Self.write(
                "#!/bin/sh\n\"$1\" verify mapping.csv.journal.db --config conf/c.json && echo verified",
                as: "conf/hook",
                in: folder)
            let nested = workspace.login().merging(["VISITOR_MERGE_ON_END": #"["conf/hook", "\#(Program.path)"]"#]) {
                $1
            }
            let ended = try await Program(in: folder.path, environment: nested)("run", "mapping.csv", "--quiet")
            #expect(ended.status == 0 && ended.errors.contains("No auth token"), "it has no token: \(ended)")
        }
    }

    @Test(arguments: [
        ("ignores", "exec sleep 0", ""), ("closes", "exec <&-; sleep 0.2", ""),
        ("kills itself", "kill -9 $$", "by signal 9"),
        ("is not there", "", "could not be run: there is no such program"), ("may not be run", "", "could not be run"),
    ])
    func `What a program does is no matter of the command`(kind: String, body: String, warning: String) async throws {
        try await Workspace.with(rooms: 200) { workspace in
            if kind == "may not be run" { try workspace.folder.write("text", as: "hook") }
            if !body.isEmpty { try Self.write("#!/bin/sh\n" + body, as: "hook", in: workspace.folder) }
            let ended = try await workspace.program()(
                "run", "mapping.csv", "--open-rooms", "move", "--rate", "unlimited", "--no-progress", "--on-end",
                workspace.folder("hook"))
            #expect(ended.status == 0, "\(ended)")
            #expect(warning.isEmpty ? !ended.errors.contains("--on-end") : ended.errors.contains(warning), "\(ended)")
        }
    }

    @Test(arguments: [
        "notify.sh --fast", "[]", "[\"\"]", "[1]", "[\"a\"", "", " ",
    ])
    func `What names no program is refused before anything is done`(text: String) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let flag = try await workspace.program()("run", "mapping.csv", "--on-end=\(text)")
            flag.expectRefusal(64, naming: ["--on-end", text.isEmpty ? "" : "path of a program without arguments"])
            if text.contains(where: { !$0.isWhitespace }) {
                let variable = try await workspace.program(as: "mgr", ["VISITOR_MERGE_ON_END": text])(
                    "run", "mapping.csv")
                variable.expectRefusal(78, naming: ["VISITOR_MERGE_ON_END is '\(text)'", "without arguments"])
            }
            #expect(try workspace.folder.names == ["mapping.csv"])
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test(arguments: [
        #"{"on-end": 5}"#, #"{"on-end": [1]}"#, #"{"on-end": true}"#, #"{"on-end": {}}"#, #"{"on-end": ""}"#,
    ])
    func `A file that names something else is refused`(text: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write(text, as: "c.json")
        let ended = try await Program(in: folder.path)("lint", "m.csv", "--config", "c.json")
        ended.expectRefusal(78, naming: ["'on-end' is", "a text in quotes, or a list of such texts"])
    }

    @Test func `One that hangs is ended after its time, and killed when it does not mind`() async throws {
        let folder = try TemporaryDirectory()
        let input = try FileDescriptor.open(FilePath("/dev/null"), .readOnly)
        defer { try? input.close() }
        for body in ["exec sleep 600", "trap '' TERM; echo $$ > pid; while :; do sleep 1; done"] {
            try Self.write("#!/bin/sh\ncd \(folder.path)\n" + body, as: "hook", in: folder)
            let program = try #require(EndProgram(folder("hook")))
            let start = ContinuousClock.now
            await program.run(input, environment: ["PATH": "/usr/bin:/bin"], limit: .milliseconds(500))
            #expect(start.duration(to: .now) < .seconds(60))
        }
        let pid = try #require(Int32(try folder.text("pid").trimmingPrefix(" ").prefix { $0.isNumber }))
        #expect(kill(pid, 0) != 0, "it is gone")
    }
}
