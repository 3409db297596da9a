import FoundationEssentials
import Logging
import Model
import TestSupport

@testable import HTTPClient
@testable import RocketChat

let room = RoomID("Rm9xT2bQe7LkVdP4s")
let oldVisitor = VisitorID("66f0a1c2b3d4e5f6a7b80911")
let newVisitor = VisitorID("66f0a1c2b3d4e5f6a7b80977")
let secret = "hV-example-auth-token"

let silent = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }

/// A client of the server at `url`, whose connections stay in use however slow the machine is.
func withClient<Result>(
    _ url: String, timeout: Duration = .seconds(60), caFile: String? = nil, proxy: String? = nil,
    logger: Logger = silent,
    _ body: (RocketChatClient) async throws -> Result
) async throws -> Result {
    let options = ClientOptions(
        timeout: timeout, caFile: try caFile.map { CAFile(path: $0, bytes: try bytes(of: $0)) }, proxy: proxy,
        userAgent: "visitor-merge/1.2.3")
    let address = try ServerAddress(parsing: url, allowInsecureHTTP: false)
    let credentials = Credentials(userID: "uQ7mZp2LkTn4VbXc9", authToken: AuthToken(secret))
    let pool = ConnectionPool(
        try Connector(to: address.origin, options), limit: options.concurrency, longestIdleness: .seconds(600))
    let client = try OriginClient(
        over: pool, to: address.origin, fields: Transport.fields(credentials), options: options)
    let transport = Transport(client, address: address, credentials: credentials, logger: logger)
    let result: Swift.Result<Result, any Error>
    do {
        result = .success(try await body(RocketChatClient(reader: RocketChatReader(transport: transport))))
    } catch {
        result = .failure(error)
    }
    await pool.close()
    return try result.get()
}

private func bytes(of file: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: file)))
}

/// One move against a server that follows `script`.
func moveReply(timeout: Duration = .seconds(60), _ script: @escaping HostileServer.Script) async throws -> Reply<Room> {
    try await HostileServer.with(script) { server in
        try await withClient(server.url, timeout: timeout) { client in
            await client.move(room, from: oldVisitor, to: newVisitor)
        }
    }
}

/// The body of a successful move.
let movedBody = #"{"room":{"_id":"\#(room)","t":"l","v":{"_id":"\#(newVisitor)","token":"tok-new"}},"success":true}"#
