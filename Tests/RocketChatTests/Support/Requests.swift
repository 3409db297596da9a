import FoundationEssentials
import Logging
import Model
import TestSupport

@testable import RocketChat

let room = RoomID("Rm9xT2bQe7LkVdP4s")
let oldVisitor = VisitorID("66f0a1c2b3d4e5f6a7b80911")
let newVisitor = VisitorID("66f0a1c2b3d4e5f6a7b80977")
let secret = "hV-example-auth-token"

let silent = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }

/// A client of the server at `url`.
func withClient<Result>(
    _ url: String, timeout: Duration = .seconds(20), caFile: String? = nil, proxy: String? = nil,
    logger: Logger = silent,
    _ body: (RocketChatClient) async throws -> Result
) async throws -> Result {
    try await RocketChatClient.with(
        address: ServerAddress(parsing: url, allowInsecureHTTP: false),
        credentials: Credentials(userID: "uQ7mZp2LkTn4VbXc9", authToken: AuthToken(secret)),
        options: ClientOptions(
            timeout: timeout, caFile: caFile.map { CAFile(path: $0, bytes: try bytes(of: $0)) }, proxy: proxy,
            version: "1.2.3"),
        logger: logger,
        body
    )
}

private func bytes(of file: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: file)))
}

/// One move against a server that follows `script`.
func moveReply(timeout: Duration = .seconds(20), _ script: @escaping HostileServer.Script) async throws -> Reply<Room> {
    try await HostileServer.with(script) { server in
        try await withClient(server.url, timeout: timeout) { client in
            await client.move(room, from: oldVisitor, to: newVisitor)
        }
    }
}

/// The body of a successful move.
let movedBody = #"{"room":{"_id":"\#(room)","t":"l","v":{"_id":"\#(newVisitor)","token":"tok-new"}},"success":true}"#
