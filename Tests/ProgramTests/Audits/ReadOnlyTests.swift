import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Journals that can be read and not written, or only just not.
@Suite(.enabled("needs a user whom permissions bind") { try await Unprivileged.canRun() })
struct ReadOnlyTests {
    private static let journal = "mapping.csv.journal.db"

    private static func permit(_ mode: Int, _ path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test func `A journal in a folder that cannot be written says so, and a copy of it can be read`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let folder = workspace.folder
            #expect(try await workspace.unprivileged("run", "mapping.csv", "--no-progress").status == 0)
            try FileManager.default.createDirectory(atPath: folder("archive"), withIntermediateDirectories: false)
            let archived = "archive/\(Self.journal)"
            try FileManager.default.copyItem(atPath: folder(Self.journal), toPath: folder(archived))
            Unprivileged.own(folder(archived))
            Unprivileged.own(folder("archive"))
            let before = try Data(contentsOf: URL(filePath: folder(archived)))
            try Self.permit(0o500, folder("archive"))
            defer { try? Self.permit(0o700, folder("archive")) }

            for command in ["status", "report"] {
                let ended = try await workspace.unprivileged(command, archived)
                ended.expectRefusal(73, naming: [archived, "cannot be written", "Copy it"])
            }
            let run = try await workspace.unprivileged("run", "mapping.csv", "--journal", archived, "--no-progress")
            run.expectRefusal(73, naming: [archived, "Permission denied", "--journal"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder("archive")) == [Self.journal])
            #expect(try Data(contentsOf: URL(filePath: folder(archived))) == before)

            try FileManager.default.copyItem(atPath: folder(archived), toPath: folder("copy.db"))
            Unprivileged.own(folder("copy.db"))
            let status = try await workspace.unprivileged("status", "copy.db")
            #expect(status.status == 0 && status.counts == ["merged": 2], "\(status)")
        }
    }

    @Test func `A journal that cannot be written can be read, and goes on once it can be written`() async throws {
        try await Workspace.with(rooms: 2, open: [1]) { workspace in
            let path = workspace.folder(Self.journal)
            #expect(try await workspace.unprivileged("run", "mapping.csv", "--no-progress").status == 2)
            let requests = workspace.sandbox.requestLog.count
            try Self.permit(0o400, path)
            let status = try await workspace.unprivileged("status", Self.journal)
            #expect(status.status == 2 && status.counts == ["merged": 1, "deferred": 1], "\(status)")
            let run = try await workspace.unprivileged("run", "mapping.csv", "--no-progress", "--open-rooms", "move")
            run.expectRefusal(73, naming: [Self.journal, "cannot be written"])
            #expect(workspace.sandbox.requestLog.count == requests)

            try Self.permit(0o000, path)
            let unreadable = try await workspace.unprivileged("status", Self.journal)
            unreadable.expectRefusal(74, naming: [Self.journal, "Permission denied", "owner"])

            try Self.permit(0o600, path)
            let last = try await workspace.unprivileged("run", "mapping.csv", "--no-progress", "--open-rooms", "move")
            #expect(last.status == 0 && workspace.sandbox.moves.count == 2, "\(last)")
            #expect(try await workspace.integrity() == "ok\n")
        }
    }

    @Test func `A journal made read-only under a run takes everything that the run has to tell`() async throws {
        try await Workspace.with(rooms: 40) { workspace in
            let path = workspace.folder(Self.journal)
            let ended = try await workspace.unprivileged(
                "run", "mapping.csv", "--no-progress", "--rate", "100/s"
            ) { _ in
                _ = await eventually { workspace.sandbox.moves.count >= 5 }
                for ending in ["", "-wal", "-shm"] {
                    try Self.permit(0o400, path + ending)
                }
            }
            #expect(ended.status == 0 && ended.counts == ["merged": 40], "\(ended)")
            #expect(workspace.sandbox.moves.count == 40)
            try Self.permit(0o600, path)
            let status = try await workspace.unprivileged("status", Self.journal)
            #expect(status.status == 0 && status.counts == ["merged": 40], "\(status)")
            #expect(try await workspace.integrity() == "ok\n")
        }
    }
}
