import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Killed at any change of a file, the same command of `suggest` simply works, and leaves nothing but its mapping.
///
/// A kill takes the process right before a system call, so that every state of the folder is met in which one can die.
@Suite(.enabled("needs strace") { try await Strace.isPossible() })
struct SuggestKillTests {
    /// Calls that change files, each with the places of it at which the process is killed.
    private static let changes = [
        "pwrite64": [1, 2, 5, 9, 14, 20], "write": [1, 2, 3], "unlink": Array(1...4), "unlinkat": Array(1...12),
        "renameat2": [1], "renameat": [1],
        "fsync": Array(1...4), "fdatasync": [1, 2, 3], "ftruncate": [1],
    ]

    struct Kill: CustomTestStringConvertible, Sendable {
        var call: String
        var count: Int

        var testDescription: String { "\(call) \(count)" }
    }

    private static let kills = changes.sorted { $0.key < $1.key }.flatMap { call, counts in
        counts.map { Kill(call: call, count: $0) }
    }

    @Test(arguments: [false, true])
    func `A suggestion from an export is resumed after any kill`(replaces: Bool) async throws {
        let lines = (0..<40).map { "v\(100 + $0),p\($0 / 2)@x.y,2024-01-01\n" }
        let office = (0..<12).map { "o\($0),office@x.y,\n" }
        var killed = 0
        for kill in Self.kills {
            let folder = try TemporaryDirectory()
            try folder.write("_id,email,lastChat\n" + (lines + office).joined(), as: "v.csv")
            if replaces { try folder.write("before", as: "mapping.csv") }
            let arguments = ["suggest", "--from", "v.csv", "--quiet"] + (replaces ? ["--overwrite"] : [])
            guard try await die(at: kill, arguments, in: folder) else { continue }
            killed += 1
            try expectKnownNames(in: folder, kill)
            guard try isUnfinished(folder) else { continue }
            let again = try await Program(in: folder.path).run(arguments) { _ in }
            #expect(again.status == 0 && again.errors == "", "\(kill) \(again)")
            #expect(
                try folder.names == ["mapping.csv", "mapping.csv.set-aside.csv", "mapping.review.html", "v.csv"],
                "\(kill)")
            #expect(try folder.rows("mapping.csv").count == 20, "\(kill)")
            #expect(try folder.rows("mapping.csv.set-aside.csv").count == 1, "\(kill)")
        }
        #expect(killed >= 20, "only \(killed) kills hit")
    }

    @Test func `A suggestion from a server is resumed after any kill, without reading what was read`() async throws {
        let seed = Seed(
            visitors: (0..<150).map { Seed.Visitor(id: "v\(1000 + $0)", emails: ["p\($0 / 2)@x.y"]) }, rooms: [])
        try await Workspace.with(seed: seed) { workspace in
            var killed = 0
            let arguments = ["suggest", "--quiet", "--no-progress", "--rate", "unlimited"]
            for kill in Self.kills {
                let folder = try TemporaryDirectory()
                guard try await die(at: kill, arguments, in: folder, workspace.login()) else { continue }
                killed += 1
                try expectKnownNames(in: folder, kill)
                guard try isUnfinished(folder) else { continue }
                let isPublished = FileManager.default.fileExists(atPath: folder("mapping.csv"))
                let before = workspace.sandbox.requestLog.count
                let again = try await Program(in: folder.path, environment: workspace.login()).run(arguments) { _ in }
                #expect(again.status == 0 && again.errors == "", "\(kill) \(again)")
                #expect(try folder.names == ["mapping.csv", "mapping.review.html"], "\(kill)")
                #expect(try folder.rows("mapping.csv").count == 75, "\(kill)")
                if isPublished {
                    #expect(workspace.sandbox.requestLog.count <= before + 1, "\(kill) asks for no visitors")
                }
            }
            #expect(killed >= 20, "only \(killed) kills hit")
        }
    }

    @Test(arguments: [
        "pwrite64:error=EIO:when=1", "pwrite64:error=ENOSPC:when=9", "fdatasync:error=EIO:when=1",
        "fsync:error=EIO:when=1", "fsync:error=EIO:when=2", "fsync:error=EIO:when=3", "unlinkat:error=EIO:when=4",
        "renameat2,linkat,renameat:error=EIO",
    ])
    func `A write that fails is told, and afterwards the same command works`(fault: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("_id,email,lastChat\na,a@x.y,\nb,a@x.y,\n", as: "v.csv")
        let arguments = ["suggest", "--from", "v.csv", "--quiet"]
        let calls = "pwrite64,fsync,fdatasync,unlink,unlinkat,renameat2,linkat,renameat"
        let failed = try await Strace.run(arguments, in: folder, calls: calls, injecting: fault).ended
        #expect([73, 74].contains(failed.status) && failed.errors.hasPrefix("visitor-merge: "), "\(failed)")
        // SQLite may have named the file before.
        #expect(failed.errors.split(separator: "\n").count <= 2, "\(failed)")
        if try isUnfinished(folder) {
            let again = try await Program(in: folder.path).run(arguments) { _ in }
            #expect(again.status == 0 && again.errors == "", "\(again)")
        }
        #expect(
            try folder.names == ["mapping.csv", "mapping.review.html", "v.csv"] && folder.rows("mapping.csv").count == 1
        )
    }

    @Test func `A mapping that was edited after a kill is not replaced, and no personal data stays beside it`()
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write("_id,email,lastChat\na,a@x.y,\nb,a@x.y,\n", as: "v.csv")
        let arguments = ["suggest", "--from", "v.csv", "--quiet"]
        var isPublished = false
        for count in 1...20 where !isPublished {
            try? FileManager.default.removeItem(atPath: folder("mapping.csv"))
            _ = try await die(at: Kill(call: "unlinkat", count: count), arguments, in: folder)
            isPublished = try folder.names.contains("mapping.csv") && folder.names.contains("mapping.csv.suggest.db")
        }
        try #require(isPublished)
        try folder.write("edited", as: "mapping.csv")
        let again = try await Program(in: folder.path).run(arguments) { _ in }
        again.expectRefusal(73, naming: ["mapping.csv: it is there already", "--overwrite"])
        #expect(
            try folder.names == ["mapping.csv", "mapping.review.html", "v.csv"]
                && folder.text("mapping.csv") == "edited")
    }

    /// Whether anything was left to do: all that the process still had to do after its working file was to end.
    private func isUnfinished(_ folder: TemporaryDirectory) throws -> Bool {
        let names = try folder.names
        guard names.contains("mapping.csv") else { return true }
        let isBefore = try folder.text("mapping.csv") == "before"
        return names.contains { $0.contains(".suggest.db") || $0.hasSuffix(".writing") }
            || isBefore
    }

    /// - Returns: false if the process made fewer such calls.
    private func die(
        at kill: Kill, _ arguments: [String], in folder: TemporaryDirectory, _ environment: [String: String] = [:]
    ) async throws -> Bool {
        let strace = [
            "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(kill.call)", "-e",
            "inject=\(kill.call):signal=KILL:when=\(kill.count)", Program.path,
        ]
        let tool = InstalledTool.path("strace") ?? ""
        let ended = try await Program(tool, in: folder.path, environment: environment).run(strace + arguments) { _ in }
        #expect(ended.status == -9 || ended.status == 0, "\(kill) \(ended)")
        return ended.status == -9
    }

    /// Every name that may be left is one that the next command knows, and each is for its owner alone.
    private func expectKnownNames(in folder: TemporaryDirectory, _ kill: Kill) throws {
        let known =
            ["mapping.csv", "mapping.csv.set-aside.csv", "mapping.review.html"]
            + ["", "-wal", "-shm", "-journal", "-data"].map { "mapping.csv.suggest.db" + $0 } + ["v.csv"]
        for name in try folder.names {
            let isAside =
                name.wholeMatch(of: /\.mapping\.(csv(\.set-aside\.csv)?|review\.html)\.[0-9a-f]{16}\.writing/) != nil
            #expect(known.contains(name) || isAside, "\(kill) leaves \(name)")
        }
    }
}
