package import HTTPClient
package import Logging
package import Model

/// A visitor's record with the token by which it can be written.
package struct Contact: Sendable, Equatable {
    package var record: ContactRecord
    /// `nil` where the server does not show it.
    package var token: VisitorToken?

    package init(record: ContactRecord, token: VisitorToken?) {
        self.record = record
        self.token = token
    }
}

/// One page of the definitions of custom fields.
package struct CustomFieldPage: Sendable, Equatable {
    package var fields: [CustomFieldDefinition]
    /// How many there are on all pages together.
    package var total: Int

    package init(fields: [CustomFieldDefinition], total: Int) {
        self.fields = fields
        self.total = total
    }
}

/// Reads the records of visitors in full.
///
/// A dry run is handed nothing more: there is no method that writes.
package protocol ContactReader: RoomFinder, ServerReader {
    /// A visitor's record with its token (TheReads, "One visitor"); an unknown or disabled one is refused as
    /// `new-visitor-not-found`.
    func contact(_ id: VisitorID) async -> Reply<Contact>

    /// The same record by another endpoint, which has a limit of its own (TheContacts, "What the server does"); refused likewise.
    func contactAgain(_ id: VisitorID) async -> Reply<Contact>

    /// One page of the definitions of custom fields, at most 100 (TheContacts, "Custom fields").
    func customFields(offset: Int, count: Int) async -> Reply<CustomFieldPage>
}

/// Writes the records of visitors.
package protocol ContactWriter: ContactReader {
    /// Sends one POST that replaces the record of the visitor with the token, and never repeats it (TheContacts,
    /// "What the server does").
    ///
    /// What `record` leaves out goes from the stored one, and all rooms of the visitor get its name.
    ///
    /// - Returns: whose record the server says it wrote: compare it.
    func write(_ record: ContactRecord, token: VisitorToken) async -> Reply<VisitorID>
}

extension RocketChatReader: ContactReader {
    package func contact(_ id: VisitorID) async -> Reply<Contact> {
        await transport.get(.visitor(id)) { reading, body in reading.contact(body, id: id, in: .visitor) }
    }

    package func contactAgain(_ id: VisitorID) async -> Reply<Contact> {
        await transport.get(.contact(id)) { reading, body in reading.contact(body, id: id, in: .contact) }
    }

    package func customFields(offset: Int, count: Int) async -> Reply<CustomFieldPage> {
        await transport.get(.customFields(offset: offset, count: count)) { reading, body in
            reading.customFields(body, count: count)
        }
    }
}

/// A client that can write the records of visitors, and move nothing.
package struct ContactClient: ContactWriter {
    /// The same connections, without the writing.
    package let reader: RocketChatReader

    /// Makes a client that lives for `body`; its connections are closed on both ways out.
    ///
    /// Throws ``ClientSetupError`` and what `body` throws.
    package static func with<Result>(
        address: ServerAddress, credentials: Credentials, options: ClientOptions = ClientOptions(), logger: Logger,
        _ body: (ContactClient) async throws -> Result
    ) async throws -> Result {
        try await RocketChatReader.with(
            address: address, credentials: credentials, options: options, logger: logger
        ) { reader in
            try await body(ContactClient(reader: reader))
        }
    }

    package func write(_ record: ContactRecord, token: VisitorToken) async -> Reply<VisitorID> {
        let reply = await reader.transport.send(.post, .contactWrite, ContactBody.bytes(record, token: token)) {
            reading, body in
            reading.written(body)
        }
        return reply.without(token)
    }

    package func contact(_ id: VisitorID) async -> Reply<Contact> { await reader.contact(id) }

    package func contactAgain(_ id: VisitorID) async -> Reply<Contact> { await reader.contactAgain(id) }

    package func customFields(offset: Int, count: Int) async -> Reply<CustomFieldPage> {
        await reader.customFields(offset: offset, count: count)
    }

    package func history(
        of visitor: VisitorID, anchor: RoomID, offset: Int, count: Int
    ) async -> Reply<RoomPage> {
        await reader.history(of: visitor, anchor: anchor, offset: offset, count: count)
    }

    package func rooms(offset: Int, count: Int) async -> Reply<RoomPage> {
        await reader.rooms(offset: offset, count: count)
    }

    package func serverInfo() async -> Reply<ServerVersion> { await reader.serverInfo() }

    package func me() async -> Reply<Caller> { await reader.me() }
}

extension Reply<VisitorID> {
    /// The same, with a visitor's token taken out of what the server says: it may repeat what it was sent.
    fileprivate func without(_ token: VisitorToken) -> Self {
        func clean(_ text: String) -> String {
            token.secret.isEmpty ? text : text.replacing(token.secret, with: "<redacted>")
        }
        var reply = self
        switch meaning {
        case .refused(let reason, let text): reply.meaning = .refused(reason, clean(text))
        case .unknown(let reason, let text): reply.meaning = .unknown(reason, clean(text))
        case .notSent(let reason, let text): reply.meaning = .notSent(reason, clean(text))
        case .stop(let stop): reply.meaning = .stop(Stop(stop.reason, clean(stop.detail)))
        case .success(let id): reply.meaning = .success(VisitorID(clean(id.rawValue)))
        case .notOwner, .rateLimited: break
        }
        return reply
    }
}
