import FoundationEssentials
import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// The built program, run from outside in a folder of its own.
package struct Program: Sendable {
    /// What a finished process left behind.
    package struct Ended: Sendable {
        /// The exit status, or minus the signal that ended the process.
        package var status: Int32
        package var output: String
        package var errors: String

        /// The lines of the output, empty ones included.
        package var lines: [String] {
            output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).dropLast()
        }
    }

    /// A process that is going.
    package struct Going: Sendable {
        package let pid: Int32
        fileprivate let send: @Sendable (Signal) throws -> Void

        /// Whether it has ended and only its status is left.
        package var isOver: Bool {
            // One that is over has no memory to tell of, or no status any more.
            let status = try? String(contentsOf: URL(filePath: "/proc/\(pid)/status"), encoding: .utf8)
            return status?.contains("VmSize:") != true
        }

        package func kill() throws { try send(.kill) }
        package func interrupt() throws { try send(.interrupt) }
        /// Stops the process where it is, until ``resume()``.
        package func suspend() throws { try send(.suspend) }
        package func resume() throws { try send(.resume) }
        package func terminate() throws { try send(.terminate) }
        /// Asks it where it stands.
        package func ask() throws { try send(.userDefinedOne) }
    }

    private static let outputLimit = 16 << 20

    private let folder: String
    private let executable: String
    private let environment: [String: String]

    /// Processes run in `folder`, so that relative names mean files in it, and see only this environment.
    package init(in folder: String, environment: [String: String] = [:]) {
        self.init(Self.path, in: folder, environment: environment)
    }

    /// Another program, under the same conditions.
    package init(_ executable: String, in folder: String, environment: [String: String] = [:]) {
        self.executable = executable
        self.folder = folder
        self.environment = environment
    }

    /// The program as it was built beside the running tests.
    package static var path: String {
        // What loads the test bundle differs between toolchains, but one of its arguments is in the build folder.
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(filePath: bundle).deletingLastPathComponent().path + "/visitor-merge"
    }

    /// Runs the program to its end.
    package func callAsFunction(_ arguments: String..., input: String = "") async throws -> Ended {
        try await run(arguments, input: input) { _ in }
    }

    /// Runs the program, and `body` while it is going.
    package func run(
        _ arguments: [String], input: String = "", while body: @Sendable (Going) async throws -> Void
    ) async throws -> Ended {
        let result = try await start(
            arguments, input: input, output: .string(limit: Self.outputLimit), error: .string(limit: Self.outputLimit),
            while: body)
        return Ended(
            status: result.terminationStatus.number, output: result.standardOutput, errors: result.standardError)
    }

    /// Runs the program with what it writes going wherever it is wanted.
    func start<Output: OutputProtocol, Failure: ErrorOutputProtocol>(
        _ arguments: [String], input: String = "", output: Output, error: Failure,
        while body: @Sendable (Going) async throws -> Void
    ) async throws -> ExecutionResult<Void, Output, Failure> {
        var variables: [Environment.Key: String] = ["PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder]
        // Where coverage is counted; else a program that counts it leaves a file in its folder.
        variables["LLVM_PROFILE_FILE"] = ProcessInfo.processInfo.environment["LLVM_PROFILE_FILE"]
        for (name, value) in environment {
            variables[Environment.Key(stringLiteral: name)] = value
        }
        let watch = Watch()
        return try await withThrowingTaskGroup { group in
            group.addTask { try await watch.end(after: Self.timeLimit) }
            defer { group.cancelAll() }
            return try await Subprocess.run(
                .path(FilePath(executable)), arguments: Arguments(arguments), environment: .custom(variables),
                workingDirectory: FilePath(folder), input: .string(input), output: output, error: error
            ) { execution in
                watch.pid.withLock { $0 = execution.processIdentifier.value }
                try await body(Going(pid: execution.processIdentifier.value) { try execution.send(signal: $0) })
            }
        }
    }

    /// The tests of a process that never ends would not end either.
    private static let timeLimit = Duration.seconds(600)

    /// A class because the process and what watches it share it; all of its state is behind one lock.
    private final class Watch: Sendable {
        let pid = Mutex<Int32?>(nil)

        func end(after limit: Duration) async throws {
            try await ContinuousClock().sleep(for: limit)
            if let pid = pid.withLock({ $0 }) { _ = Glibc.kill(pid, SIGKILL) }
        }
    }
}

extension TerminationStatus {
    /// The exit status, or minus the signal.
    var number: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): -signal
        }
    }
}

/// Waits until something is so; for what another process does, which nothing can announce.
///
/// - Returns: whether it became so within `limit`.
package func eventually(within limit: Duration = .seconds(30), _ condition: () throws -> Bool) async rethrows -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while clock.now < deadline {
        if try condition() { return true }
        do {
            try await clock.sleep(for: .milliseconds(2))
        } catch {
            return false
        }
    }
    return try condition()
}
