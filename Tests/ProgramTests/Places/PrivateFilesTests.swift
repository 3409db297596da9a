import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// Secrets are taken from files that are secret, and what is written is for its owner alone.
struct PrivateFilesTests {
    private static let secret = "seKret-0123456789-abcdefghijkl"

    @Test(arguments: [0o640, 0o604, 0o644, 0o660, 0o620, 0o602, 0o601, 0o666, 0o777])
    func `A token file that others can do anything with is refused, also through a link`(mode: Int) async throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.secret, as: "token")
        try Self.protect(folder("token"), mode)
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "token")
        try folder.write("old,new\na,b\n", as: "m.csv")
        for name in ["token", "link"] {
            let ended = try await Self.program(in: folder)("run", "m.csv", "--auth-token-file", name)
            ended.expectRefusal(78, naming: [name, "chmod 600"])
            #expect(!ended.errors.contains("seKret"))
        }
    }

    @Test(arguments: [0o400, 0o600, 0o700])
    func `A token file of its owner alone is read, also through a link`(mode: Int) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let manager = try #require(workspace.address.users.first { $0.username == "mgr" })
            try workspace.folder.write(manager.authToken, as: "token")
            try Self.protect(workspace.folder("token"), mode)
            try FileManager.default.createSymbolicLink(
                atPath: workspace.folder("link"), withDestinationPath: "token")
            let program = workspace.program(as: "mgr", ["ROCKETCHAT_AUTH_TOKEN": "wrong"])
            let ended = try await program("run", "mapping.csv", "--auth-token-file", "link")
            #expect(ended.status == 0, "\(ended)")
        }
    }

    @Test(
        .enabled("needs the superuser and setpriv, to be two others") { try await Unprivileged.areTwo() },
        arguments: [(0o440, 69), (0o640, 69), (0o444, 78), (0o644, 78)])
    func `A token file that somebody else hands over by its group is read`(mode: Int, status: Int32) async throws {
        let folder = try TemporaryDirectory()
        Unprivileged.own(folder.path)
        try folder.write(Self.secret, as: "token")
        try folder.write("old,new\na,b\n", as: "m.csv")
        // The group of the user that runs the program; the owner stays the superuser.
        #expect(unsafe chown(folder("token"), 0, 65_534) == 0)
        try Self.protect(folder("token"), mode)
        let ended = try await Unprivileged.run(
            ["run", "m.csv", "--auth-token-file", "token", "--max-attempts", "1"], in: folder,
            environment: ["ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "user"])
        #expect(ended.status == status, "\(ended)")
    }

    @Test func `A folder, a pipe that nobody writes to, and a device are no token files`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "m.csv")
        #expect(unsafe mkfifo(folder("pipe"), 0o600) == 0)
        for name in [".", "pipe", "/dev/null"] {
            let ended = try await Self.program(in: folder)("run", "m.csv", "--auth-token-file", name)
            ended.expectRefusal(78, naming: [name, "not a file"])
        }
    }

    @Test func `Everything written is for its owner alone, whatever the umask says`() async throws {
        try await Workspace.with(rooms: 40) { workspace in
            let commands = """
                umask 000
                for command in 'audit m.csv' 'run m.csv' 'verify m.csv.journal.db' 'undo m.csv.journal.db' 'rehearse m.csv'
                do "$0" $command --no-progress --rate unlimited >/dev/null || exit; done
                """
            try FileManager.default.moveItem(
                atPath: workspace.folder("mapping.csv"), toPath: workspace.folder("m.csv"))
            let ended = try await workspace.shell(["-c", commands, Program.path])
            #expect(ended.status == 0, "\(ended)")
            let paths = try FileManager.default.subpathsOfDirectory(atPath: workspace.folder.path)
                .filter { $0 != "m.csv" }
            for name in [
                "audit.db", "journal.db", "undo.db", "rehearsal.db", "report/lines.csv", "verify-report/rooms.csv",
            ] {
                #expect(paths.contains("m.csv.\(name)"))
            }
            for path in paths {
                #expect(try Self.mode(workspace.folder(path)) & 0o077 == 0, "\(path)")
            }
        }
    }

    @Test func `The files beside a journal are for its owner alone while it is worked on`() async throws {
        try await Workspace.with(rooms: 40) { workspace in
            let journal = "mapping.csv.journal.db"
            let ended = try await workspace.program().run(["run", "mapping.csv", "--rate", "20/s", "--no-progress"]) {
                process in
                _ = await eventually { workspace.sandbox.moves.count >= 2 }
                for ending in ["", "-wal", "-shm", ".lock"] {
                    #expect(try Self.mode(workspace.folder(journal + ending)) & 0o077 == 0, "\(ending)")
                }
                try process.terminate()
            }
            #expect(ended.status == 2, "\(ended)")
        }
    }

    @Test(arguments: [0o644, 0o640, 0o666])
    func `A journal that others could read is made private, and that is said once`(mode: Int) async throws {
        try await Workspace.with(rooms: 2, open: [1]) { workspace in
            let journal = "mapping.csv.journal.db"
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 2)
            try Self.protect(workspace.folder(journal), mode)
            try Self.protect(workspace.folder("mapping.csv.report"), 0o755)
            let again = try await program("run", "mapping.csv", "--no-progress")
            #expect(again.status == 2 && again.errors.contains("Others could read the journal \(journal)"), "\(again)")
            #expect(try Self.mode(workspace.folder(journal)) == 0o600)
            #expect(try Self.mode(workspace.folder("mapping.csv.report")) == 0o700)
            let third = try await program("run", "mapping.csv", "--no-progress")
            #expect(!third.errors.contains("Others"), "\(third)")
            #expect(try await workspace.integrity() == "ok\n")
        }
    }

    @Test func `A file that is no journal keeps its permissions`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "m.csv")
        try folder.write("precious", as: "p.db")
        try Self.protect(folder("p.db"), 0o644)
        let ended = try await Self.program(in: folder)("run", "m.csv", "--journal", "p.db")
        #expect(ended.status == 65, "\(ended)")
        #expect(try Self.mode(folder("p.db")) == 0o644)
    }

    /// A server that nobody can reach.
    private static func program(in folder: TemporaryDirectory) -> Program {
        Program(
            in: folder.path,
            environment: [
                "ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "user", "ROCKETCHAT_AUTH_TOKEN": "t",
            ])
    }

    private static func protect(_ path: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private static func mode(_ path: String) throws -> UInt {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? UInt) & 0o777
    }
}
