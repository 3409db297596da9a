import FoundationEssentials
import TestSupport

/// A window of tmux with a shell in it, for the length of a test.
struct Tmux: Sendable {
    static let path = "/usr/bin/tmux"
    static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: path) }

    private let folder: TemporaryDirectory
    private let program: Program

    /// Opens a window whose shell works in `folder` with an environment.
    static func with<Result: Sendable>(
        columns: Int, rows: Int, in folder: TemporaryDirectory, _ environment: [String: String],
        _ body: @Sendable (Tmux) async throws -> Result
    ) async throws -> Result {
        let tmux = Tmux(
            folder: folder,
            program: Program(
                path, in: folder.path, environment: environment.merging(["LANG": "C.UTF-8"]) { $1 }))
        try await tmux(
            "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "exec bash --noprofile --norc -i")
        do {
            let result = try await body(tmux)
            try await tmux("kill-server")
            return result
        } catch {
            try await tmux("kill-server")
            throw error
        }
    }

    /// Types keys, such as `C-c` or `Enter`, or a text.
    func type(_ keys: String...) async throws {
        try await run(["send-keys"] + keys)
    }

    func resize(columns: Int, rows: Int) async throws {
        try await self("resize-window", "-x", "\(columns)", "-y", "\(rows)")
    }

    /// What the window shows, without empty rows.
    func rows() async throws -> [String] {
        try await self("capture-pane", "-p").split(separator: "\n").map(String.init)
    }

    /// Waits until the window shows something.
    func shows(_ isRight: @Sendable ([String]) -> Bool) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < deadline {
            if isRight(try await rows()) { return true }
            try await ContinuousClock().sleep(for: .milliseconds(20))
        }
        return isRight(try await rows())
    }

    @discardableResult
    private func callAsFunction(_ arguments: String...) async throws -> String {
        try await run(arguments)
    }

    @discardableResult
    private func run(_ arguments: [String]) async throws -> String {
        let ended = try await program.run(["-S", folder("tmux"), "-f", "/dev/null"] + arguments) { _ in }
        guard ended.status == 0 else { throw Failure(errors: ended.errors) }
        return ended.output
    }

    struct Failure: Error {
        var errors: String
    }
}
