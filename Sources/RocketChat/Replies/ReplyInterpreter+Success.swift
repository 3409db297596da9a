import FoundationEssentials
import Model

/// Status 200 with JSON: is it the answer to what was asked?
extension ReplyInterpreter {
    /// A move succeeded only if the room that comes back is the one that was named and is with the new visitor
    /// (TheMove, "Success").
    func moved(_ body: Data, room id: RoomID, newVisitor: VisitorID) -> ReplyOutcome<Room> {
        let read = room(body, id: id)
        guard case .success(let room) = read, room.visitor != newVisitor else { return read }
        guard room.type.isEmpty || room.type == "l" else {
            return .refused(.unsupportedRoom, "The room is of type \(clean(room.type)), which the server never moves")
        }
        return unreadable("shows the room with another visitor than asked for")
    }

    func room(_ body: Data, id: RoomID) -> ReplyOutcome<Room> {
        guard let room = RoomOutline.room(in: body) ?? ReplyBody.decode(RoomBody.self, from: body)?.room.room else {
            return unreadable("holds no room")
        }
        guard room.id == id else { return unreadable("holds another room than asked for") }
        return .success(room)
    }

    /// A page has no more entries than it was asked for.
    func rooms(_ body: Data, count: Int = Endpoint.longestPage) -> ReplyOutcome<RoomPage> {
        guard let page = ReplyBody.decode(RoomPageBody.self, from: body)?.page, page.rooms.count <= count,
            isPlausible(page.offset, page.total)
        else { return unreadable("holds no page of rooms") }
        return .success(page)
    }

    func visitor(_ body: Data, id: VisitorID) -> ReplyOutcome<VisitorRecord> {
        guard let record = ReplyBody.decode(VisitorBody.self, from: body)?.record else {
            return unreadable("holds no visitor")
        }
        guard record.id == id else { return unreadable("holds another visitor than asked for") }
        return .success(record)
    }

    func contact(_ body: Data, id: VisitorID, in key: ContactReply.Key) -> ReplyOutcome<Contact> {
        guard let reply = ReplyBody.decode(ContactReply.self, from: body) else {
            return unreadable("holds no record of a visitor")
        }
        guard let contact = reply.document(key)?.contact else {
            guard key == .contact, reply.saysNone else { return unreadable("holds no record of a visitor") }
            return .refused(.newVisitorNotFound, "The visitor does not exist or is disabled")
        }
        guard contact.record.id == id else { return unreadable("holds another visitor than asked for") }
        return .success(contact)
    }

    func written(_ body: Data) -> ReplyOutcome<VisitorID> {
        guard let id = ReplyBody.decode(ContactWritten.self, from: body)?.contact else {
            return unreadable("does not say whose record was written")
        }
        return .success(VisitorID(id))
    }

    func customFields(_ body: Data, count: Int) -> ReplyOutcome<CustomFieldPage> {
        guard let page = ReplyBody.decode(CustomFieldPageBody.self, from: body)?.page, page.fields.count <= count,
            isPlausible(page.total)
        else { return unreadable("holds no page of custom fields") }
        return .success(page)
    }

    func visitors(_ body: Data, count: Int = Endpoint.longestPage) -> ReplyOutcome<VisitorPage> {
        guard let page = ReplyBody.decode(VisitorPageBody.self, from: body)?.page, page.visitors.count <= count,
            isPlausible(page.offset, page.total)
        else { return unreadable("holds no page of visitors") }
        return .success(page)
    }

    /// More than any server holds, and far from where arithmetic would overflow.
    private func isPlausible(_ numbers: Int...) -> Bool {
        numbers.allSatisfy { (0...1 << 40).contains($0) }
    }

    func caller(_ body: Data) -> ReplyOutcome<Caller> {
        guard let caller = ReplyBody.decode(CallerBody.self, from: body)?.caller else {
            return unreadable("holds no user")
        }
        return .success(caller)
    }

    func version(_ body: Data) -> ReplyOutcome<ServerVersion> {
        // What was cut off on its way says nothing about who sent it.
        guard ReplyBody.isWhole(body) else { return unreadable("is no whole JSON") }
        guard let text = ReplyBody.decode(InfoBody.self, from: body)?.version,
            let version = ServerVersion(parsing: clean(text))
        else {
            return .stop(Stop(.notRocketChat, "\(name) names no version of Rocket.Chat: \(isAddressRight)"))
        }
        return .success(version)
    }
}

extension ProbeResult {
    /// The probe is meant to be refused for its visitor: then everything before that check let it through.
    ///
    /// Servers before 5.2 refuse it without a word (TheMove, "Versions before 5.2").
    static func meaning(ofProbe meaning: ReplyOutcome<Room>) -> ReplyOutcome<ProbeResult> {
        switch meaning {
        case .refused(.newVisitorNotFound, _), .unknown(.emptyRefusal, _): .success(ProbeResult())
        case .success: .stop(Stop(.notRocketChat, "The server claims to have moved a room that cannot exist"))
        case .refused(let reason, let detail): .refused(reason, detail)
        case .notOwner: .notOwner
        case .rateLimited(let hint): .rateLimited(hint)
        case .unknown(let reason, let detail): .unknown(reason, detail)
        case .notSent(let reason, let detail): .notSent(reason, detail)
        case .stop(let stop): .stop(stop)
        }
    }
}
