import FoundationEssentials
import Sandbox
import TestSupport
import Testing

struct OutputTests {
    @Test func `Quiet prints nothing when all is well, and the summary when a person is needed`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let program = workspace.program()
            for arguments in [
                ["lint", "mapping.csv"], ["rehearse", "mapping.csv"], ["run", "mapping.csv"], ["run", "mapping.csv"],
                ["status", "mapping.csv.journal.db"], ["report", "mapping.csv.journal.db"],
            ] {
                let ended = try await program.run(arguments + ["--quiet"]) { _ in }
                #expect(ended.status == 0 && ended.output == "" && ended.errors == "", "\(arguments): \(ended)")
            }
            try workspace.folder.write("room,old,new\nroom0,old0,\n", as: "flawed.csv")
            for command in ["lint", "rehearse", "run"] {
                let ended = try await program(command, "flawed.csv", "-q")
                #expect(ended.status == 1 && ended.output.contains("rejected"), "\(ended)")
            }
        }
    }

    @Test func `JSON is alone on standard output, and notes are on standard error`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            try workspace.folder.write(
                "room,old,new,remark\nroom0,old0,new,x\nroom1, old1,new,x\nroom2,old2,,x\n", as: "mapping.csv")
            let program = workspace.program()
            for arguments in [
                ["lint", "mapping.csv"], ["rehearse", "mapping.csv"], ["run", "mapping.csv"],
                ["status", "mapping.csv.journal.db"], ["report", "mapping.csv.journal.db"],
            ] {
                let ended = try await program.run(arguments + ["--json"]) { _ in }
                #expect(ended.status == 1, "\(ended)")
                let object = try JSONDecoder().decode(Schema.self, from: Data(ended.output.utf8))
                #expect(object.schema == (arguments[0] == "lint" ? "visitor-merge/lint/1" : "visitor-merge/report/1"))
                guard arguments[0] == "run" || arguments[0] == "rehearse" else { continue }
                #expect(ended.errors.contains("Ignored the column remark."), "\(ended)")
                #expect(ended.errors.contains("Trimmed spaces around ids on line 3."), "\(ended)")
            }
        }
    }

    private struct Schema: Decodable {
        var schema: String
    }

    @Test func `The JSON of a run is that of its report`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let ended = try await workspace.program()("run", "mapping.csv", "--json", "--no-progress")
            let printed = try JSONDecoder().decode(ReportedJob.self, from: Data(ended.output.utf8))
            let written = try workspace.report()
            #expect(printed.lines == written.lines && printed.operations == written.operations)
            #expect(printed.balance.balanced && printed.requests.put == written.requests.put)
        }
    }

    @Test func `Why a run ended early is said on standard error too, where a scheduler looks`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            for flags in [["--json", "--no-progress"], ["--quiet"], ["--no-progress"]] {
                let ended = try await workspace.program(as: "mon").run(["run", "mapping.csv"] + flags) { _ in }
                #expect(ended.status == 77 && ended.errors.contains("change-livechat-room-visitor"), "\(ended)")
                #expect(ended.errors.split(separator: "\n").count == 1, "\(ended)")
            }
        }
    }

    @Test(.enabled("needs a kernel that lets users mount") { try await FullDiskTests.canMount() })
    func `A command line that the system does not show is a failure, and not a success of nothing`() async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program("/usr/bin/unshare", in: folder.path)(
            "-rm", "/bin/sh", "-c", "mount -t tmpfs tmpfs /proc; exec \"$0\" run mapping.csv", Program.path)
        ended.expectRefusal(74, naming: ["/proc"])
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `Completions come for every shell`(shell: String) async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path)("--generate-completion-script", shell)
        #expect(ended.status == 0 && ended.output.contains("rehearse") && ended.errors == "", "\(ended)")
    }

    @Test func `The version is a number of three parts, and the commit of a build like this is not known`() async throws
    {
        let folder = try TemporaryDirectory()
        let ended = try await Program(in: folder.path)("--version")
        #expect(ended.status == 0 && ended.errors == "", "\(ended)")
        let words = try #require(ended.lines.first).split(separator: " ", maxSplits: 1)
        let parts = words[0].prefix { $0 != "-" }.split(separator: ".", omittingEmptySubsequences: false)
        #expect(parts.count == 3 && parts.allSatisfy { Int($0) != nil }, "\(ended)")
        #expect(words.last == "(unknown commit)", "\(ended)")
    }

    @Test(arguments: [
        nil, "suggest", "run", "audit", "lint", "status", "report", "verify", "undo", "rehearse", "sandbox",
    ])
    func `Help shows an example of the command`(command: String?) async throws {
        let folder = try TemporaryDirectory()
        for arguments in [[command, "--help"], [command, "-h"], ["help", command]] {
            let ended = try await Program(in: folder.path).run(arguments.compactMap(\.self)) { _ in }
            #expect(ended.status == 0 && ended.errors == "", "\(ended)")
            #expect(ended.output.contains("Example:"))
            #expect(ended.output.contains("  visitor-merge \(command ?? "run")"), "\(ended)")
        }
    }

    @Test func `No example of any help is wider than a terminal, so that what is copied is whole`() async throws {
        let folder = try TemporaryDirectory()
        for command in [nil] + (try await HelpDump.commands(in: folder).map(\.name)) {
            let ended = try await Program(in: folder.path).run([command, "--help"].compactMap(\.self)) { _ in }
            let examples = ended.lines.drop { $0 != "Example:" }.dropFirst().prefix { !$0.isEmpty }
            #expect(!examples.isEmpty, "\(ended)")
            var goesOn = false
            for line in examples {
                #expect(line.count <= 76 && line.hasPrefix(goesOn ? "    --" : "  "), "\(line)")
                goesOn = line.hasSuffix(" \\")
            }
        }
    }

    @Test(arguments: ["run", "audit", "rehearse"])
    func `Help names the files that a command makes`(command: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\n", as: "m.csv")
        let environment = [
            "ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "user", "ROCKETCHAT_AUTH_TOKEN": "token",
        ]
        let program = Program(in: folder.path, environment: environment)
        #expect(try await program(command, "m.csv", "--no-progress").status == 0)
        let help = try await program(command, "--help").output
        let options = help.split(separator: "\n").joined(separator: " ").split(separator: "--journal <journal>")
        for name in try folder.names where name != "m.csv" {
            #expect(options.last?.contains(name.replacing("m.csv", with: "MAPPING")) == true, "\(name): \(help)")
        }
    }
}
