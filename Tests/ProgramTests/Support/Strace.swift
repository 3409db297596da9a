import FoundationEssentials
import TestSupport

/// The program with its system calls listed, and with some of them failing.
enum Strace {
    private static let tool = InstalledTool.path("strace")

    /// True if `strace` is installed and the kernel allows it.
    static func isPossible() async throws -> Bool {
        guard let tool else { return false }
        let folder = try TemporaryDirectory()
        return try await Program(tool, in: folder.path)("-qq", "-e", "trace=none", "/bin/true").status == 0
    }

    /// A run of the program with the calls that it made.
    struct Traced {
        var ended: Program.Ended
        /// One line for each call, such as `fsync(5</tmp/x/report.json>) = 0`, in the order in which they ended.
        var calls: [String]
    }

    /// Runs the program with `calls`, such as `fsync,rename`, listed; `injected` is a rule such as
    /// `fsync:error=EIO:when=3`.
    static func run(
        _ arguments: [String], in folder: TemporaryDirectory, environment: [String: String] = [:], calls: String,
        injecting injected: String? = nil
    ) async throws -> Traced {
        let log = folder(".strace-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: log) }
        let options = [
            "-f", "-qq", "-y", "--seccomp-bpf", "-s", "4096", "-o", log, "-e", "trace=\(calls)", "-e", "signal=none",
        ]
        let ended = try await Program(tool ?? "", in: folder.path, environment: environment).run(
            options + (injected.map { ["-e", "inject=\($0)"] } ?? []) + [Program.path] + arguments
        ) { _ in }
        let text = String(decoding: try Data(contentsOf: URL(filePath: log)), as: UTF8.self)
        let calls = text.split(separator: "\n").map { line in
            String(line.drop { $0.isNumber }.drop { $0 == " " })
        }
        return Traced(ended: ended, calls: calls.filter { !$0.hasSuffix("<unfinished ...>") })
    }
}
