import TestSupport

/// microsocks, a SOCKS5 proxy, between the program and the server.
struct Microsocks: Sendable {
    private static let executable = InstalledTool.path("microsocks")

    static var isPossible: Bool { executable != nil }

    let port = Port.free()
    /// `USER PASSWORD` that it asks for.
    private let login: String?
    private let folder: TemporaryDirectory

    init(login: String? = nil) throws {
        self.login = login
        folder = try TemporaryDirectory()
    }

    /// The servers that it connected to, one for each time, such as `localhost:8443`.
    var connections: [String] {
        get throws {
            try folder.text("log").split(separator: "\n").compactMap { line in
                // `client[5] 127.0.0.1: connected to localhost:8443`
                line.firstRange(of: ": connected to ").map { String(line[$0.upperBound...]) }
            }
        }
    }

    func serve<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        guard let executable = Self.executable, let shell = LocalServer("sh") else {
            throw LocalServer.NotServing(said: "microsocks is not installed")
        }
        let words = login.map { "-u \($0.replacing(" ", with: " -P "))" } ?? ""
        // It says on standard error whom it connects to.
        let command = "exec \(executable) -i 127.0.0.1 -p \(port) \(words) 2>log"
        return try await shell.serve(["-c", command], on: port, in: folder.path, body)
    }
}
