import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// Mappings and exports that come through pipes: nothing is named after them, and a pipe may be slow, or silent for ever.
struct StreamTests {
    private static let shell = "/bin/bash"
    /// One processor, where there is a tool to ask for it: then nothing that blocks may keep a signal from being heeded.
    private static let alone = InstalledTool.path("taskset").map { "\($0) -c 0 " } ?? ""

    private static func login(_ url: String = "http://127.0.0.1:1") -> [String: String] {
        ["ROCKETCHAT_URL": url, "ROCKETCHAT_USER_ID": "u", "ROCKETCHAT_AUTH_TOKEN": "t"]
    }

    /// Runs a command line of the shell in which `$P` is the program.
    private static func run(
        _ command: String, in folder: TemporaryDirectory, _ environment: [String: String] = [:],
        while body: @Sendable (Program.Going) async throws -> Void = { _ in }
    ) async throws -> Program.Ended {
        let environment = environment.merging(["P": Program.path]) { $1 }
        return try await Program(shell, in: folder.path, environment: environment).run(["-c", command], while: body)
    }

    @Test(
        arguments: ["lint", "audit --journal j.db", "run --journal j.db", "suggest --from"],
        [("-", SIGTERM), ("fifo", SIGHUP)])
    func `The first signal ends a command whose pipe says nothing`(
        command: String, how: (input: String, signal: Int32)
    ) async throws {
        let (input, signal) = how
        let folder = try TemporaryDirectory()
        #expect(unsafe mkfifo(folder("fifo"), 0o600) == 0)
        // Open for writing by nobody but this test, so that it neither ends nor says anything.
        let silent = unsafe input == "-" ? open(folder("fifo"), O_RDWR | O_CLOEXEC) : -1
        defer { close(silent) }
        let ended = try await Self.run(
            "exec \(Self.alone)\"$P\" \(command) \(input) \(input == "-" ? "< fifo" : "< /dev/null")", in: folder,
            Self.login()
        ) { process in
            #expect(await eventually { process.heeds(signal) })
            process.send(signal)
        }
        #expect(ended.status == 2, "\(ended)")
        #expect(ended.errors.hasSuffix("visitor-merge: a signal asked the run to end\n"), "\(ended)")
        #expect(try folder.names.filter { !$0.hasPrefix("j.db") } == ["fifo"], "\(command)")
    }

    @Test func `A resumed run that is to compare its mapping heeds the first signal too`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let folder = workspace.folder
            #expect(unsafe mkfifo(folder("fifo"), 0o600) == 0)
            let stopped = try await workspace.shell([
                "-c", "\"$0\" run - --journal j.db --max-duration 0s < mapping.csv", Program.path,
            ])
            #expect(stopped.status == 2, "\(stopped)")
            let ended = try await Self.run(
                "exec \"$P\" run fifo --journal j.db", in: folder, workspace.login()
            ) { process in
                #expect(await eventually { process.heeds(SIGINT) })
                process.send(SIGINT)
            }
            #expect(ended.status == 2 && workspace.puts.isEmpty, "\(ended)")
            // Whatever the pipe is called the next time, it is the same job if it holds the same.
            let resumed = try await Self.run(
                "\"$P\" run <(cat mapping.csv) --journal j.db --no-progress", in: folder, workspace.login())
            #expect(resumed.status == 0 && workspace.puts.count == 2, "\(resumed)")
        }
    }

    @Test func `A pipe that pauses in the middle of a line is read to its end`() async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Self.run(
            "{ printf 'old,n'; sleep 0.2; printf 'ew\\na,b\\nc,'; sleep 0.2; echo d; } | \"$P\" lint -", in: folder)
        #expect(ended.status == 0 && ended.lines.first == "Standard input: 2 lines, 0 rejected.", "\(ended)")
    }

    @Test(arguments: ["fifo", "<(cat m.csv)", "/dev/stdin < m.csv", "/dev/fd/0 < m.csv", "/proc/self/fd/0 < m.csv"])
    func `What is no regular file is treated like standard input`(input: String) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let folder = workspace.folder
            try FileManager.default.moveItem(atPath: folder("mapping.csv"), toPath: folder("m.csv"))
            #expect(unsafe mkfifo(folder("fifo"), 0o600) == 0)
            let feed = input == "fifo" ? "timeout 20 sh -c 'cat m.csv > fifo' & " : ""
            let nameless = try await Self.run("\"$P\" run \(input)", in: folder, workspace.login())
            nameless.expectRefusal(64, naming: ["--journal", "standard input or a pipe"])
            let rehearsal = try await Self.run("\"$P\" rehearse \(input)", in: folder)
            rehearsal.expectRefusal(64, naming: ["cannot come from standard input or a pipe"])
            #expect(try folder.names == ["fifo", "m.csv"])
            let lint = try await Self.run("\(feed)\"$P\" lint \(input)", in: folder)
            #expect(lint.status == 0 && lint.output.contains("1 line, 0 rejected."), "\(lint)")
            let run = try await Self.run("\(feed)\"$P\" run \(input) --journal j.db", in: folder, workspace.login())
            #expect(run.status == 0 && workspace.puts == ["room0"], "\(run)")
            #expect(try folder.names.filter { $0 != "j.db.lock" } == ["fifo", "j.db", "j.db.report", "m.csv"])
        }
    }

    @Test(arguments: [
        ("lint - <&-", 74, "standard input failed: it is closed"), ("lint m.csv >&-", 74, "Cannot write the result"),
        ("lint m.csv 2>&-", 0, ""), ("lint /dev/fd/9 9<&-", 66, "/dev/fd/9 cannot be opened"),
        ("doctor --auth-token-file - <&-", 78, "Standard input, which was named for the token, is closed"),
        ("suggest --from - <&-", 74, "standard input failed: it is closed"),
        ("suggest --from - --auth-token-file /dev/stdin", 78, "The export and the token cannot both come from"),
    ])
    func `A descriptor that is closed is said in words, and nothing of ours is written into its place`(
        command: String, status: Int32, sentence: String
    ) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "m.csv")
        let ended = try await Self.run("\"$P\" \(command)", in: folder, Self.login())
        #expect(ended.status == status && ended.errors.contains(sentence), "\(ended)")
    }

    @Test(arguments: ["> /dev/full", "--json > /dev/full", ">&-", "--quiet > /dev/full"])
    func `What verify found is in its report, whatever becomes of what it prints`(end: String) async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let run = try await workspace.program()("run", "mapping.csv", "--no-progress")
            #expect(run.status == 0, "\(run)")
            workspace.sandbox.deleteVisitor("new")
            let ended = try await Self.run(
                "\"$P\" verify mapping.csv.journal.db --no-progress \(end)", in: workspace.folder, workspace.login())
            #expect(ended.status == (end.hasPrefix("--quiet") ? 0 : 74), "\(ended)")
            #expect(try workspace.table("mapping.csv.verify-report/rooms.csv").count == 3)
        }
    }

    @Test func `A run goes on when all standard descriptors are closed, and its journal holds nothing else`()
        async throws
    {
        try await Workspace.with(rooms: 3) { workspace in
            let ended = try await Self.run(
                "\"$P\" run mapping.csv <&- >&- 2>&-", in: workspace.folder, workspace.login())
            #expect(ended.status == 74, "\(ended)")
            #expect(workspace.puts.count == 3)
            #expect(try await workspace.integrity() == "ok\n")
        }
    }
}
