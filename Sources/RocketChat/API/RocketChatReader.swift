package import HTTPClient
package import Logging
package import Model

/// Everything this tool asks a server.
///
/// An audit is handed this type: it has no method that writes.
package struct RocketChatReader: RoomReader, RoomFinder, VisitorReader, ServerReader, VisitorLister {
    let transport: Transport

    /// Makes a reader that lives for `body`; its connections are closed on both ways out.
    ///
    /// Throws ``ClientSetupError`` and what `body` throws.
    package static func with<Result>(
        address: ServerAddress, credentials: Credentials, options: ClientOptions = ClientOptions(), logger: Logger,
        _ body: (RocketChatReader) async throws -> Result
    ) async throws -> Result {
        try await OriginClient.with(
            address.origin, fields: Transport.fields(credentials), longestIdleness: Transport.longestIdleness,
            options: options
        ) { client in
            try await body(
                RocketChatReader(
                    transport: Transport(client, address: address, credentials: credentials, logger: logger)))
        }
    }

    package func room(_ id: RoomID) async -> Reply<Room> {
        await transport.get(.room(id)) { reading, body in reading.room(body, id: id) }
    }

    /// The version of the server (TheReads, "Version and health").
    package func serverInfo() async -> Reply<ServerVersion> {
        await transport.get(.serverInfo) { reading, body in reading.version(body) }
    }

    /// The user whose credentials are used (TheServer, "The caller").
    package func me() async -> Reply<Caller> {
        await transport.get(.me) { reading, body in reading.caller(body) }
    }

    /// One page of the rooms of a visitor, oldest first (TheReads, "Rooms of a visitor").
    ///
    /// The anchor is any room the caller can access; it need not be one of the visitor's. The server gives at most 100
    /// rooms, and none for a visitor it does not know.
    package func history(
        of visitor: VisitorID, anchor: RoomID, offset: Int, count: Int
    ) async -> Reply<RoomPage> {
        for id in [anchor.rawValue, visitor.rawValue] where !id.staysInPath {
            return Reply(meaning: .refused(.badID, "A proxy could take an address with such an id for another one"))
        }
        return await transport.get(.history(of: visitor, anchor: anchor, offset: offset, count: count)) {
            reading, body in reading.rooms(body, count: count)
        }
    }

    /// One page of all Omnichannel rooms, oldest first, at most 100 (TheReads, "All rooms").
    package func rooms(offset: Int, count: Int) async -> Reply<RoomPage> {
        await transport.get(.rooms(offset: offset, count: count)) { reading, body in reading.rooms(body, count: count) }
    }

    /// One visitor; an unknown or disabled one is refused as `new-visitor-not-found` (TheReads, "One visitor").
    package func visitor(_ id: VisitorID) async -> Reply<VisitorRecord> {
        await transport.get(.visitor(id)) { reading, body in reading.visitor(body, id: id) }
    }

    package func visitors(in order: VisitorOrder, offset: Int, count: Int) async -> Reply<VisitorPage> {
        await transport.get(.visitors(in: order, offset: offset, count: count)) { reading, body in
            reading.visitors(body, count: count)
        }
    }
}
