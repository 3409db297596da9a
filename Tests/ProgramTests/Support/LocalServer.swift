import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// A server of somebody else's, installed on this machine, that a test puts beside the program.
struct LocalServer {
    let executable: String

    /// Finds it where Debian keeps servers too; `nil` where it is not installed.
    init?(_ name: String) {
        guard let found = InstalledTool.path(name) else { return nil }
        executable = found
    }

    /// Serves on a port of loopback for the length of `body`, in the foreground and in a folder of its own.
    func serve<Result: Sendable>(
        _ arguments: [String], on port: Int, in folder: String, _ body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let outcome = Outcome<Result>()
        let ended = try await Program(executable, in: folder).run(arguments) { process in
            if await eventually(within: .seconds(20), { Port.answers(port) }) {
                await outcome.set { try await body() }
            }
            try process.terminate()
        }
        // What it said while it should have served tells why it does not.
        guard let result = await outcome.result else { throw NotServing(said: ended.errors + ended.output) }
        return try result.get()
    }

    struct NotServing: Error {
        var said: String
    }
}

/// What came of a closure that ran beside a process.
private actor Outcome<Value: Sendable> {
    private(set) var result: Swift.Result<Value, any Error>?

    func set(_ body: @Sendable () async throws -> Value) async {
        do {
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
    }
}

/// Ports of loopback.
enum Port {
    /// One that nobody listens on, below those that the system hands out, so that nobody is given it meanwhile.
    static func free() -> Int {
        var port = Int.random(in: 20_000..<32_000)
        while !Self.binds(port) { port = Int.random(in: 20_000..<32_000) }
        return port
    }

    /// Whether somebody accepts connections there.
    static func answers(_ port: Int) -> Bool { unsafe withSocket(port) { unsafe connect($0, $1, $2) == 0 } }

    private static func binds(_ port: Int) -> Bool { unsafe withSocket(port) { unsafe bind($0, $1, $2) == 0 } }

    private static func withSocket(
        _ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
