import FoundationEssentials
import TestSupport
import Testing

/// What becomes of reports and metrics when the system fails: nothing that was promised is missing without a word.
@Suite(.enabled("needs strace: scripts/prepare tests") { try await Strace.isPossible() })
struct FailedCallTests {
    private static let changes =
        "fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdirat,fchmod"

    /// A journal of a finished run with its report.
    private func finished(_ body: @Sendable (Workspace) async throws -> Void) async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let ended = try await workspace.program()("run", "mapping.csv", "--no-progress", "--rate", "unlimited")
            try #require(ended.status == 0, "\(ended)")
            try await body(workspace)
        }
    }

    private func names(_ workspace: Workspace) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: workspace.folder.path))
    }

    @Test(arguments: ["mapping.csv.report", "new"])
    func `A report is on the disk, its name too, before the older one goes`(name: String) async throws {
        try await finished { workspace in
            let traced = try await Strace.run(
                ["report", "mapping.csv.journal.db", "--report", name], in: workspace.folder, calls: Self.changes)
            #expect(traced.ended.status == 0, "\(traced)")
            let calls = traced.calls
            let publishing = try #require(
                calls.lastIndex { call in
                    call.hasPrefix("rename") && call.hasSuffix(" = 0") && call.contains("\"\(name)\"")
                }, "\(calls)")
            let before = calls[..<publishing]
            for file in ["report.json", "report.html", "lines.csv", "operations.csv", "unsettled.csv"] {
                #expect(before.contains { $0.hasPrefix("fsync") && $0.contains("/\(file)>") }, "\(file): \(calls)")
            }
            let last = before.last { !$0.hasPrefix("rename") }
            #expect(
                last?.hasPrefix("fsync") == true && last?.contains(".writing>") == true, "the folder itself: \(calls)")
            let after = calls[(publishing + 1)...]
            #expect(after.first?.hasPrefix("fsync") == true, "its parent first: \(calls)")
            #expect(after.first?.contains("\(workspace.folder.path)>") == true, "\(calls)")
        }
    }

    @Test(arguments: ["fsync", "renameat2", "unlinkat", "mkdirat"])
    func `A call that fails while a report is replaced is said, and a whole report is there`(call: String) async throws
    {
        try await finished { workspace in
            let arguments = ["report", "mapping.csv.journal.db"]
            let count = try await Strace.run(arguments, in: workspace.folder, calls: call).calls
                .count { $0.contains("report") || $0.contains("\(workspace.folder.path)>") }
            for number in 1...max(count, 1) {
                let failed = try await Strace.run(
                    arguments, in: workspace.folder, calls: call, injecting: "\(call):error=EIO:when=\(number)")
                guard failed.calls.contains(where: { $0.hasSuffix("(INJECTED)") }) else { continue }
                #expect(failed.ended.errors != "" || failed.ended.status > 2, "\(number): \(failed)")
                #expect([0, 73, 74].contains(failed.ended.status), "\(number): \(failed)")
                #expect(try workspace.report().balance.balanced, "\(number): \(failed)")
            }
            let last = try await workspace.program()("report", "mapping.csv.journal.db")
            #expect(last.status == 0 && last.errors == "", "\(last)")
            #expect(try names(workspace).filter { $0.contains("report") } == ["mapping.csv.report"])
        }
    }

    @Test(arguments: ["EINVAL", "ENOSYS"])
    func `Where names cannot be exchanged the report is replaced in two steps`(error: String) async throws {
        try await finished { workspace in
            for _ in 0..<2 {
                let traced = try await Strace.run(
                    ["report", "mapping.csv.journal.db"], in: workspace.folder, calls: "renameat2",
                    injecting: "renameat2:error=\(error)")
                #expect(traced.ended.status == 0 && traced.ended.errors == "", "\(traced)")
                #expect(traced.calls.contains { $0.hasSuffix("(INJECTED)") }, "\(traced)")
                #expect(try workspace.report().balance.balanced)
                #expect(try names(workspace).filter { $0.contains("report") } == ["mapping.csv.report"])
            }
        }
    }

    @Test(arguments: ["ENOLCK", "EIO", "EINVAL"])
    func `A lock that the system refuses is not said to be held by another run`(error: String) async throws {
        try await finished { workspace in
            let refused = try await Strace.run(
                ["run", "mapping.csv", "--no-progress"], in: workspace.folder, environment: workspace.login(),
                calls: "flock", injecting: "flock:error=\(error)")
            refused.ended.expectRefusal(
                74, naming: ["mapping.csv.journal.db", "mapping.csv.journal.db.lock", "its lock cannot be taken"])
            try workspace.folder.write("process 1 on a, run by b since c", as: "mapping.csv.journal.db.lock")
            let status = try await Strace.run(
                ["status", "mapping.csv.journal.db"], in: workspace.folder, calls: "flock",
                injecting: "flock:error=\(error)")
            #expect(status.ended.status == 0 && !status.ended.output.contains("A run is going"), "\(status)")
        }
    }

    @Test func `A lock that a signal interrupts is taken, and one that is held is refused`() async throws {
        try await finished { workspace in
            let arguments = ["run", "mapping.csv", "--no-progress"]
            let taken = try await Strace.run(
                arguments, in: workspace.folder, environment: workspace.login(), calls: "flock",
                injecting: "flock:error=EINTR:when=1+2")
            #expect(taken.ended.status == 0 && taken.calls.contains { $0.hasSuffix("(INJECTED)") }, "\(taken)")
            let held = try await Strace.run(
                arguments, in: workspace.folder, environment: workspace.login(), calls: "flock",
                injecting: "flock:error=EAGAIN")
            held.ended.expectRefusal(75, naming: ["mapping.csv.journal.db", "is in use by"])
        }
    }

    @Test(arguments: ["renameat", "fsync", "fchmod"])
    func `What a kill leaves of a metrics file is cleared by the next command, and nothing of the user's`(
        call: String
    ) async throws {
        try await finished { workspace in
            let mine = [".merge.prom.backup", ".merge.prom.0123456789abcdef", "merge.prom.old", ".merge.prom.1"]
            for name in mine {
                try workspace.folder.write("precious", as: name)
            }
            let arguments = ["run", "mapping.csv", "--metrics-file", "merge.prom", "--quiet"]
            let before = try names(workspace)
            let killed = try await Strace.run(
                arguments, in: workspace.folder, environment: workspace.login(), calls: call,
                injecting: "\(call):signal=KILL:when=1+")
            #expect(killed.ended.status != 0, "\(killed)")
            let last = try await workspace.program().run(arguments) { _ in }
            #expect(last.status == 0 && last.output == "" && last.errors == "", "\(last)")
            #expect(try names(workspace) == before.union(["merge.prom"]))
            for name in mine {
                #expect(try workspace.folder.text(name) == "precious")
            }
        }
    }
}
