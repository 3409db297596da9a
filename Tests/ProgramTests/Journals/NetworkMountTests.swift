import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// A file system that a process serves under the name of one over a network.
struct NetworkMountTests {
    /// Mounts an empty folder at its first argument, serves it, and runs the rest; the mount ends with it.
    private static let serve = #"""
        import ctypes, os, struct, subprocess, sys, threading
        folder, command = sys.argv[1], sys.argv[2:]
        device = os.open('/dev/fuse', os.O_RDWR)
        options = f'fd={device},rootmode=40000,user_id=0,group_id=0'.encode()
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b'host:', folder.encode(), b'fuse.sshfs', 6, options) != 0:
            sys.exit(99)
        ROOT = struct.pack('<6Q3I7I', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 2, 0, 0, 0, 4096, 0)
        def answer():
            while True:
                request = os.read(device, 1 << 20)
                operation, number = struct.unpack_from('<IQ', request, 4)
                error, body = 0, b''
                if operation == 26:
                    body = struct.pack('<4I2H2I', 7, 31, 0, 0, 1, 1, 4096, 1) + bytes(36)
                elif operation == 3:
                    body = struct.pack('<QII', 60, 0, 0) + ROOT
                elif operation in (2, 36, 42):
                    continue
                else:
                    error = -2 if operation == 1 else -38
                os.write(device, struct.pack('<IiQ', 16 + len(body), error, number) + body)
        threading.Thread(target=answer, daemon=True).start()
        status = subprocess.run(command).returncode
        sys.stdout.flush()
        os._exit(status)
        """#

    /// Whether such a file system can be mounted here, in a name space of its own.
    private static func canMount() async throws -> Bool {
        let folder = try TemporaryDirectory()
        let ended = try await run(["test", "-d", "mnt"], in: folder, environment: [:])
        return ended.status == 0
    }

    private static func run(
        _ command: [String], in folder: TemporaryDirectory, environment: [String: String]
    ) async throws -> Program.Ended {
        try FileManager.default.createDirectory(atPath: folder("mnt"), withIntermediateDirectories: true)
        try folder.write(serve, as: "serve.py")
        return try await Program("/usr/bin/env", in: folder.path, environment: environment).run(
            ["unshare", "-rm", "python3", "serve.py", "mnt"] + command
        ) { _ in }
    }

    @Test(.enabled("needs FUSE and a kernel that lets users mount") { try await canMount() })
    func `A journal is never put on a network file system`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let ended = try await Self.run(
                [Program.path, "run", "mapping.csv", "--no-progress", "--journal", "mnt/j.db"], in: workspace.folder,
                environment: workspace.credentials)
            ended.expectRefusal(73, naming: ["mnt/j.db", "fuse.sshfs", "network", "--journal"])
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }
}
