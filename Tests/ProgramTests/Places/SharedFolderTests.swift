import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// A folder that others may write to: what they put there must not make a run write elsewhere or do as they like.
struct SharedFolderTests {
    enum Obstacle: CaseIterable {
        case link
        case danglingLink
        case pipe
        case directory
    }

    private static func put(_ obstacle: Obstacle, _ name: String, in folder: TemporaryDirectory) throws {
        let path = folder(name)
        switch obstacle {
        case .link: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "precious")
        case .danglingLink: try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "planted")
        case .pipe: try #require(unsafe mkfifo(path, 0o666) == 0)
        case .directory:
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try folder.write("dear", as: name + "/letter.txt")
        }
    }

    @Test(
        arguments: [".journal.db", ".journal.db.lock", ".journal.db-wal", ".report"],
        Obstacle.allCases)
    func `Nothing is written through what stands where a file of ours goes, and without it the same command goes on`(
        ending: String, obstacle: Obstacle
    ) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let folder = workspace.folder
            let name = "mapping.csv" + ending
            try folder.write("precious", as: "precious")
            try Self.put(obstacle, name, in: folder)

            let program = workspace.program()
            let ended = try await program("run", "mapping.csv", "--no-progress")
            if ending.hasSuffix("-wal"), obstacle != .directory {
                // A log without its journal is a leftover, and its name is removed whatever it is the name of.
                #expect(ended.status == 0, "\(ended)")
            } else {
                let isJournal = ending == ".journal.db" && (obstacle == .pipe || obstacle == .directory)
                ended.expectRefusal(isJournal ? 65 : 73, naming: [name])
                #expect(workspace.sandbox.requestLog.isEmpty)
                #expect(try folder.text("precious") == "precious")
                try FileManager.default.removeItem(atPath: folder(name))
                let again = try await program("run", "mapping.csv", "--no-progress")
                #expect(again.status == 0, "\(again)")
            }
            #expect(try folder.text("precious") == "precious")
            #expect(try !folder.names.contains("planted"))
            #expect(workspace.sandbox.moves.count == 2)
            #expect(try await workspace.integrity() == "ok\n")
        }
    }

    @Test(arguments: ["-wal", "-shm", "-journal"])
    func `A link beside a journal that is there stops the next run before it begins`(ending: String) async throws {
        try await Workspace.with(rooms: 2, open: [1]) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 2)
            let requests = workspace.sandbox.requestLog.count
            let name = "mapping.csv.journal.db" + ending
            try workspace.folder.write("precious", as: "precious")
            try? FileManager.default.removeItem(atPath: workspace.folder(name))
            try Self.put(.link, name, in: workspace.folder)
            let ended = try await program("run", "mapping.csv", "--no-progress")
            #expect(ended.status == 73 && ended.errors.contains(name), "\(ended)")
            #expect(try workspace.folder.text("precious") == "precious")
            #expect(workspace.sandbox.requestLog.count == requests)

            try FileManager.default.removeItem(atPath: workspace.folder(name))
            let again = try await program("run", "mapping.csv", "--no-progress", "--open-rooms", "move")
            #expect(again.status == 0, "\(again)")
            #expect(try await workspace.integrity() == "ok\n")
        }
    }

    @Test func `A pipe in place of the lock does not hold status up`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            try Self.put(.pipe, "mapping.csv.journal.db.lock", in: workspace.folder)
            let status = try await program("status", "mapping.csv.journal.db")
            #expect(status.status == 0, "\(status)")
        }
    }

    @Test(
        .enabled("needs the superuser and setpriv, to be two others") { try await Unprivileged.areTwo() })
    func `A run does not go on with a journal that somebody else put there`() async throws {
        try await Workspace.with(rooms: 2, open: [1]) { workspace in
            // The planted plan takes the rooms elsewhere, and says that it was made from the same mapping.
            let name = "mapping.csv.journal.db"
            #expect(try await workspace.program()("run", "mapping.csv", "--no-progress").status == 2)
            let moves = workspace.sandbox.moves.count
            for file in try workspace.folder.names where file.hasPrefix(name) {
                Unprivileged.own(workspace.folder(file), by: 4711)
                try FileManager.default.setAttributes([.posixPermissions: 0o666], ofItemAtPath: workspace.folder(file))
            }
            Unprivileged.own(workspace.folder("mapping.csv"))
            let arguments = ["run", "mapping.csv", "--no-progress", "--open-rooms", "move", "--report", "mine"]
            Unprivileged.own(workspace.folder.path)
            let ended = try await Unprivileged.run(
                arguments, in: workspace.folder, environment: workspace.credentials)
            ended.expectRefusal(73, naming: [name, "belongs to another user", "--journal"])
            #expect(workspace.sandbox.moves.count == moves)

            try FileManager.default.removeItem(atPath: workspace.folder(name))
            let own = try await Unprivileged.run(
                arguments, in: workspace.folder, environment: workspace.credentials)
            #expect(own.status == 0, "\(own)")
        }
    }
}
