import FoundationEssentials
import HTTPTypes

/// Customers who write again, and what becomes of records behind the clients' back.
extension Control {
    /// `POST /sandbox/messages` with a `phone`, an `email` or a `token`: a customer writes again.
    ///
    /// The server takes the first record it finds, and makes one if there is none (TheContacts, "What the server does").
    func writeAgain(_ body: JSON) throws(ControlError) -> JSON {
        let now = time.now()
        let name = body["name"]?.string
        let found: (Workspace) -> Visitor?
        var seed = Seed.Visitor(id: API.newID(), name: name)
        switch (body["phone"]?.string, body["email"]?.string, body["token"]?.string) {
        case (let phone?, nil, nil):
            found = { $0.firstVisitor { $0.phones.contains(phone) } }
            seed.phones = [phone]
        case (nil, let email?, nil):
            let address = email.lowercased()
            found = { $0.firstVisitor { $0.emails.contains(address) } }
            seed.emails = [address]
        case (nil, nil, let token?):
            found = { $0.visitor(withToken: token) }
            seed.token = token
        default:
            throw ControlError(message: "exactly one of phone, email and token says who writes")
        }
        let (visitor, room, isNew) = state.access { contents in
            let known = found(contents.workspace)
            let visitor = known ?? contents.workspace.addVisitor(seed, at: now)
            let room = Seed.Room(id: API.newID(), open: true, visitorID: visitor.id, ts: now.iso8601)
            contents.workspace.add(room)
            return (visitor.id, room.id, known == nil)
        }
        return ["visitorId": .string(visitor), "rid": .string(room), "isNew": .bool(isNew), "success": true]
    }

    /// `GET /sandbox/visitors/ID`: the record without its token, and when it was last written.
    func showVisitor(_ id: String) throws(ControlError) -> JSON {
        guard let visitor = state.access({ $0.workspace.visitors[id] }) else {
            throw ControlError(status: .notFound, message: "there is no visitor \(id)")
        }
        return .object(visitor.info.members.filter { $0.key != "token" })
    }

    /// `GET /sandbox/contacts`: every write to a visitor's record by `POST omnichannel/contact`.
    func showContactWrites() -> JSON {
        .array(state.access { $0.contactWrites }.map(\.json))
    }

    /// `PUT /sandbox/custom-fields` `{"customFields":[…]}`: other definitions, in the shape of the seed file.
    func defineCustomFields(_ body: JSON) throws -> JSON {
        let fields = try Seed.decode(Seed.self, from: Data(body.bytes)).customFields
        for (index, field) in fields.enumerated() { try field.validate(at: "customFields[\(index)]") }
        state.access { $0.workspace.define(fields) }
        return ["success": true]
    }
}

/// One write to a visitor's record.
struct ContactWrite: Sendable {
    let at: Date
    let visitorID: String
    let userID: String?

    fileprivate var json: JSON {
        ["at": .string(at.iso8601), "visitorId": .string(visitorID), "userId": .text(userID)]
    }
}
