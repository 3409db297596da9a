package import HTTPClient
package import Logging
package import Model

/// A client that can move rooms.
package struct RocketChatClient: RoomMover {
    /// The same connections, without the moving.
    package let reader: RocketChatReader

    /// Makes a client that lives for `body`; its connections are closed on both ways out.
    ///
    /// Throws ``ClientSetupError`` and what `body` throws.
    package static func with<Result>(
        address: ServerAddress, credentials: Credentials, options: ClientOptions = ClientOptions(), logger: Logger,
        _ body: (RocketChatClient) async throws -> Result
    ) async throws -> Result {
        try await RocketChatReader.with(
            address: address, credentials: credentials, options: options, logger: logger
        ) { reader in
            try await body(RocketChatClient(reader: reader))
        }
    }

    package func room(_ id: RoomID) async -> Reply<Room> {
        await reader.room(id)
    }

    package func move(
        _ room: RoomID, from oldVisitor: VisitorID, to newVisitor: VisitorID
    ) async -> Reply<Room> {
        let body = MoveBody(room: room, oldVisitor: oldVisitor, newVisitor: newVisitor)
        return await reader.transport.send(.put, .move, body.bytes) { reading, body in
            reading.moved(body, room: room, newVisitor: newVisitor)
        }
    }
}

/// Requests that are known to be good: a Rocket.Chat that is well refuses them in words of its own.
///
/// Their ids are of a form that no server gives out, so the PUT cannot move anything.
package enum Probe {
    package static let room = RoomID("visitor-merge-probe-room")
    package static let visitor = VisitorID("visitor-merge-probe-visitor")
}

extension RoomMover {
    /// Sends a move that cannot happen (TheRun, "Before the first move").
    ///
    /// It costs one call of the route's window, which the reply shows.
    package func probe() async -> Reply<ProbeResult> {
        let reply = await move(Probe.room, from: Probe.visitor, to: Probe.visitor)
        return Reply(
            meaning: ProbeResult.meaning(ofProbe: reply.meaning), status: reply.status, window: reply.window,
            serverDate: reply.serverDate, instance: reply.instance, duration: reply.duration, delay: reply.delay
        )
    }
}
