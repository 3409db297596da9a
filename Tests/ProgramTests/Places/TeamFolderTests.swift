import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// A folder in which another user can exchange files while they are used.
struct TeamFolderTests {
    static let commands: [[String]] = [
        ["run", "mapping.csv", "--no-progress"], ["audit", "mapping.csv", "--no-progress"],
        ["rehearse", "mapping.csv", "--no-progress"], ["status", "mapping.csv.journal.db"],
        ["report", "mapping.csv.journal.db", "--report", "r"], ["undo", "mapping.csv.journal.db", "--no-progress"],
        ["verify", "mapping.csv.journal.db", "--no-progress"], ["pace", "mapping.csv.journal.db", "pause"],
        ["suggest", "--from", "export.csv", "--output", "out.csv"],
    ]

    @Test(arguments: [0o777, 0o770] as [mode_t])
    func `Nothing is written or believed there, unless a person asks for it`(mode: mode_t) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let folder = workspace.folder
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            try folder.write("_id,email\na,a@x.org\nb,a@x.org\n", as: "export.csv")
            let isGroup = mode & S_IWOTH == 0
            if isGroup, unsafe chown(folder.path, 0, 4711) != 0 { return }
            try #require(unsafe chmod(folder.path, mode) == 0)
            let (names, requests) = (try folder.names, workspace.sandbox.requestLog.count)
            for command in Self.commands {
                let ended = try await program.run(command) { _ in }
                ended.expectRefusal(
                    73, naming: [folder.path, "chmod \(isGroup ? "g-w" : "o-w") ", "--allow-shared-folder"])
            }
            #expect(try folder.names == names && workspace.sandbox.requestLog.count == requests)
            let allowed = workspace.program(as: "mgr", ["VISITOR_MERGE_ALLOW_SHARED_FOLDER": "true"])
            #expect(try await allowed("status", "mapping.csv.journal.db").status == 0)
            let undone = try await program(
                "undo", "mapping.csv.journal.db", "--allow-shared-folder", "--no-progress", "--rate", "unlimited")
            #expect(undone.status == 0, "\(undone)")
        }
    }

    @Test(.enabled("needs the superuser and setpriv, to be two others") { try await Unprivileged.areTwo() })
    func `A folder of another user is not used, by root either`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            Unprivileged.own(workspace.folder.path, by: 4711)
            let ended = try await workspace.program()("run", "mapping.csv", "--no-progress")
            ended.expectRefusal(73, naming: [workspace.folder.path, "belongs to user 4711"])
            #expect(workspace.sandbox.requestLog.isEmpty)
            #expect(try workspace.folder.names.filter { $0.hasPrefix("mapping.csv.") }.isEmpty)
        }
    }

    @Test(
        .enabled("needs the superuser and setpriv, to be two others") { try await Unprivileged.areTwo() },
        arguments: ["-wal", "-shm", "-journal"])
    func `A log that another user put beside a journal is not believed`(ending: String) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let folder = workspace.folder
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            try #require(unsafe chmod(folder.path, 0o1777) == 0)
            let planted = "mapping.csv.journal.db" + ending
            try? FileManager.default.removeItem(atPath: folder(planted))
            try folder.write("planted", as: planted)
            Unprivileged.own(folder(planted), by: 4711)
            for command in Self.commands where command.contains("mapping.csv.journal.db") {
                let ended = try await program.run(command) { _ in }
                ended.expectRefusal(73, naming: [planted])
            }
            #expect(try folder.text(planted) == "planted")
        }
    }

    @Test(.enabled("needs the superuser and setpriv, to be two others") { try await Unprivileged.areTwo() })
    func `Root carries out no journal of another user, and a lock of another user says nothing`() async throws {
        try await Workspace.with(rooms: 2, open: [1]) { workspace in
            let folder = workspace.folder
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 2)
            let moves = workspace.sandbox.moves.count
            let lock = "mapping.csv.journal.db.lock"
            try folder.write("process 1 on elsewhere, run by mallory since 2024-01-01T00:00:00.000Z", as: lock)
            Unprivileged.own(folder(lock), by: 4711)
            let held = unsafe open(folder(lock), O_RDONLY | O_CLOEXEC)
            try #require(flock(held, LOCK_EX) == 0)
            let status = try await program("status", "mapping.csv.journal.db")
            close(held)
            #expect(!status.output.contains("mallory"), "\(status)")
            try FileManager.default.removeItem(atPath: folder(lock))

            Unprivileged.own(folder("mapping.csv.journal.db"), by: 4711)
            let ended = try await program("run", "mapping.csv", "--open-rooms", "move", "--no-progress")
            ended.expectRefusal(73, naming: ["mapping.csv.journal.db belongs to another user"])
            #expect(workspace.sandbox.moves.count == moves)
        }
    }

    @Test func `Lines that were changed after planning are not carried out`() async throws {
        try await Workspace.with(rooms: 3, open: [1]) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 2)
            let moves = workspace.sandbox.moves.count
            let changed = try await workspace.shell([
                "-c", "sqlite3 mapping.csv.journal.db \"UPDATE line SET newVisitor = 'mallory' WHERE number = 3\"",
            ])
            #expect(changed.status == 0, "\(changed)")
            for command in [["run", "mapping.csv", "--open-rooms", "move"], ["undo", "mapping.csv.journal.db"]] {
                let ended = try await program.run(command + ["--no-progress"]) { _ in }
                ended.expectRefusal(74, naming: ["its lines are not those that were planned"])
            }
            #expect(workspace.sandbox.moves.count == moves)
        }
    }
}
