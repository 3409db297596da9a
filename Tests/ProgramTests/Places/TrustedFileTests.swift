import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// Files that have a say in where the token goes, written by who knows whom.
struct TrustedFileTests {
    private static let settings = #"{"url": "http://evil.example.org", "rate": "7/min"}"#

    private func showing(_ folder: TemporaryDirectory, _ name: String) async throws -> Program.Ended {
        try await Program(in: folder.path)("doctor", "--show-config", "--config", name)
    }

    private func protect(_ path: String, _ mode: Int) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test(arguments: [0o600, 0o644, 0o444, 0o400, 0o755]) func `A configuration file of one's own is used`(
        mode: Int
    ) async throws {
        let folder = try TemporaryDirectory()
        try protect(folder.write(Self.settings, as: "c.json"), mode)
        let ended = try await showing(folder, "c.json")
        #expect(ended.status == 0 && ended.output.contains("7/min"), "\(ended)")
    }

    @Test(arguments: [(0o666, "0666"), (0o646, "0646"), (0o602, "0602"), (0o777, "0777"), (0o1602, "1602")])
    func `A configuration file that anybody can write is refused with the way to protect it`(
        mode: Int, written: String
    ) async throws {
        let folder = try TemporaryDirectory()
        try protect(folder.write(Self.settings, as: "c 2.json"), mode)
        let sentence = "The configuration file c 2.json can be written by others (mode \(written))"
        try await showing(folder, "c 2.json").expectRefusal(78, naming: [sentence, "run: chmod go-w 'c 2.json'"])
        let ended = try await Program(in: folder.path, environment: ["VISITOR_MERGE_CONFIG": "c 2.json"])(
            "lint", "x.csv")
        ended.expectRefusal(78, naming: [sentence])
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "c 2.json")
        try await showing(folder, "link").expectRefusal(78, naming: ["link can be written by others"])
    }

    @Test(.enabled(if: Unprivileged.isSuperuser, "needs the superuser, to hand files over"))
    func `A group may write a file if it is the owner's alone`() async throws {
        let folder = try TemporaryDirectory()
        try protect(folder.write(Self.settings, as: "c.json"), 0o664)
        #expect(try await showing(folder, "c.json").status == 0, "the group of root has no other member")
        // That of daemon, and one without a name.
        for group: UInt32 in [1, 54_321] {
            unsafe chown(folder("c.json"), 0, group)
            try await showing(folder, "c.json").expectRefusal(78, naming: ["c.json", "mode 0664", "chmod go-w c.json"])
        }
    }

    @Test(.enabled(if: Unprivileged.isSuperuser, "needs the superuser, to hand files over"))
    func `A configuration file of another user is refused, whatever its permissions`() async throws {
        let folder = try TemporaryDirectory()
        try protect(folder.write(Self.settings, as: "c.json"), 0o400)
        Unprivileged.own(folder("c.json"))
        try await showing(folder, "c.json").expectRefusal(
            78, naming: ["The configuration file c.json belongs to another user (", "mode 0400", "run: chown 0 c.json"])
    }

    @Test(.enabled("needs the superuser and setpriv, to be two others") { try await Unprivileged.areTwo() })
    func `A configuration file of root is good for everybody`() async throws {
        let folder = try TemporaryDirectory()
        try protect(folder.write(Self.settings, as: "c.json"), 0o644)
        Unprivileged.own(folder.path)
        let ended = try await Unprivileged.run(["doctor", "--show-config", "--config", "c.json"], in: folder)
        #expect(ended.status == 0 && ended.output.contains("7/min"), "\(ended)")
    }

    @Test func `What is no regular file is refused without waiting for a writer`() async throws {
        let folder = try TemporaryDirectory()
        #expect(unsafe mkfifo(folder("pipe"), 0o600) == 0)
        for name in ["pipe", ".", "/dev/null"] {
            try await showing(folder, name).expectRefusal(78, naming: [name, "is not a regular file (mode "])
        }
    }

    @Test(arguments: [
        "--config /dev/stdin < c.json", "--config /dev/fd/3 3< c.json", "--config <(cat c.json)",
        "--config /proc/self/fd/0 < c.json", "--config /dev/stdin < <(cat c.json)",
        "--config /dev/stdin <<< \"$(cat c.json)\"",
    ])
    func `What the caller hands over is used`(words: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write(Self.settings, as: "c.json")
        let bash = Program("/bin/bash", in: folder.path)
        let ended = try await bash("-c", "'\(Program.path)' doctor --show-config \(words)")
        #expect(ended.status == 0 && ended.output.contains("7/min"), "\(ended)")
        try protect(folder("c.json"), 0o666)
        let open = try await bash("-c", "'\(Program.path)' doctor --show-config --config /dev/fd/3 3< c.json")
        open.expectRefusal(78, naming: ["/dev/fd/3 can be written by others"])
    }

    @Test(arguments: [["--ca-file", "ca.pem"], []])
    func `The authorities that are trusted are written by nobody else either`(options: [String]) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            try protect(workspace.folder.write("", as: "ca.pem"), 0o666)
            let ended = try await workspace.program(as: "mgr", options.isEmpty ? ["SSL_CERT_FILE": "ca.pem"] : [:])
                .run(["run", "mapping.csv"] + options) { _ in }
            ended.expectRefusal(
                78, naming: ["The CA file ca.pem can be written by others (mode 0666)", "run: chmod go-w ca.pem"])
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }
}
