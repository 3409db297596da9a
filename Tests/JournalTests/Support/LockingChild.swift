import Foundation
import Glibc

/// Another process that holds a lock until it is killed.
struct LockingChild {
    /// From util-linux; with `--no-fork` it becomes the shell, which keeps the locked descriptor.
    private static let tool = "/usr/bin/flock"

    static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: tool) }

    private let process = Process()
    private let input = Pipe()

    /// Returns when the child holds the lock.
    init(_ path: String) throws {
        let output = Pipe()
        process.executableURL = URL(filePath: Self.tool)
        // It waits for input that never comes.
        process.arguments = ["--exclusive", "--nonblock", "--no-fork", path, "sh", "-c", "echo held; read -r never"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        guard try output.fileHandleForReading.read(upToCount: 5) == Data("held\n".utf8) else {
            throw CocoaError(.fileLocking)
        }
    }

    /// Ends it the hard way; returns when it is gone.
    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
