import TestSupport

/// tinyproxy between the program and the server, as companies have a proxy between them and the network.
struct Tinyproxy: Sendable {
    private static let server = LocalServer("tinyproxy")

    static var isPossible: Bool { server != nil }

    let port = Port.free()
    /// `USER PASSWORD` that it asks for.
    var login: String?
    /// The only port that it connects to.
    var allowedPort: Int?
    private let folder: TemporaryDirectory

    init(login: String? = nil, allowedPort: Int? = nil) throws {
        self.login = login
        self.allowedPort = allowedPort
        folder = try TemporaryDirectory()
    }

    /// The servers that it was asked to connect to, one for each time, such as `localhost:8443`.
    var connections: [String] {
        get throws {
            try folder.text("log").split(separator: "\n").compactMap { line in
                // `Request (file descriptor 6): CONNECT localhost:8443 HTTP/1.1`
                guard let request = line.firstRange(of: "): CONNECT ")?.upperBound else { return nil }
                return line[request...].split(separator: " ").first.map(String.init)
            }
        }
    }

    func serve<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        let lines = [
            "Port \(port)", "Listen 127.0.0.1", "Allow 127.0.0.1", "Timeout 60", "MaxClients 100", "LogLevel Connect",
            "LogFile \"\(folder("log"))\"", login.map { "BasicAuth \($0)" }, allowedPort.map { "ConnectPort \($0)" },
        ]
        try folder.write(lines.compactMap { $0 }.joined(separator: "\n") + "\n", as: "tinyproxy.conf")
        guard let server = Self.server else { throw LocalServer.NotServing(said: "tinyproxy is not installed") }
        return try await server.serve(["-d", "-c", "tinyproxy.conf"], on: port, in: folder.path, body)
    }
}
