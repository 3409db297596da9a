import FoundationEssentials
import Glibc
import Synchronization
import TestSupport
import Testing

/// What others could learn of a token from the memory of the program.
struct MemoryTests {
    @Test func `No crash leaves a core file`() async throws {
        let folder = try TemporaryDirectory()
        let limits = Mutex("")
        // The shell allows them first.
        _ = try await Program("/bin/sh", in: folder.path).run(
            ["-c", "ulimit -c unlimited; exec '\(Program.path)' sandbox --rate-limit off"]
        ) { process in
            let path = "/proc/\(process.pid)/limits"
            _ = await eventually {
                let text = (try? String(contentsOf: URL(filePath: path), encoding: .utf8)) ?? ""
                limits.withLock { $0 = text }
                return Self.forbidsCore(text)
            }
            try process.terminate()
        }
        #expect(limits.withLock { Self.forbidsCore($0) })
    }

    /// Neither the limit that holds nor the one that it could be raised to lets anything through.
    private static func forbidsCore(_ limits: String) -> Bool {
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        return line?.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"]
    }

    @Test(.enabled("needs the superuser and setpriv, to be two others") { try await Unprivileged.areTwo() })
    func `Another process of the same user does not see the environment or the memory`() async throws {
        let folder = try TemporaryDirectory()
        Unprivileged.own(folder.path)
        let isHidden = Mutex(false)
        _ = try await Unprivileged.run(
            ["sandbox"], in: folder, environment: ["ROCKETCHAT_AUTH_TOKEN": "hV-secret"]
        ) { process in
            _ = await eventually {
                var status = stat()
                // Before, it is still the program that becomes another user.
                let name = try? String(contentsOf: URL(filePath: "/proc/\(process.pid)/comm"), encoding: .utf8)
                let isRoots =
                    unsafe stat("/proc/\(process.pid)/mem", &status) == 0 && status.st_uid == 0
                    && name == "visitor-merge\n"
                isHidden.withLock { $0 = isRoots }
                return isRoots
            }
            let look = try? await Program("/usr/bin/setpriv", in: folder.path)(
                "--reuid=\(Unprivileged.user)", "--regid=\(Unprivileged.user)", "--clear-groups", "cat",
                "/proc/\(process.pid)/environ")
            #expect(look?.status != 0 && look?.output.contains("hV-secret") == false)
            try process.terminate()
        }
        #expect(isHidden.withLock { $0 })
    }
}
