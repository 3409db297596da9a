import FoundationEssentials

/// `GET livechat/rooms` (TheReads, "All rooms").
extension API {
    /// All Omnichannel rooms, or those that pass the filters.
    func livechatRooms(_ call: Call) throws(APIError) -> JSON {
        let caller = try call.caller
        let filter = try RoomFilter(call.query, call.profile)
        // Agents may list what they serve themselves.
        let isOwnList = caller.permissions.contains(.viewLivechatRoom) && filter.agents == [caller.userID]
        guard isOwnList || caller.permissions.contains(.viewLivechatRooms) else { throw .unauthorizedList }
        let page = try Page(query: call.query)
        let test: ((Room) -> Bool)? = filter.isEmpty ? nil : { filter.lets($0) }
        return state.access { $0.workspace.rooms(page, where: test).json("rooms") }
    }
}

/// The filters of `livechat/rooms`; there is none for a visitor.
struct RoomFilter: Sendable {
    /// Ids of serving users; up to 6.x also their names.
    let agents: [String]?
    private let matchesUsernames: Bool
    private let departmentID: String?
    private let isOpen: Bool?
    /// Rooms that wait for an agent, which an open one is not (since 6.11).
    private let isQueued: Bool?
    private let listsQueuedRooms: Bool
    private let isOnHold: Bool?
    private let created: ClosedRange<String>?
    private let closed: ClosedRange<String>?
    private let tags: [String]?
    private let customFields: [JSON.Member]?
    private let roomName: String?

    /// Nothing is filtered out.
    let isEmpty: Bool

    init(_ query: JSON, _ profile: Profile) throws(APIError) {
        matchesUsernames = profile != .v7_0
        listsQueuedRooms = profile.listsQueuedRooms
        isQueued = query["queued"]?.string.map { $0 == "true" }
        agents = query.texts("agents")
        departmentID = query["departmentId"]?.string
        isOpen = query["open"]?.string.map { $0 == "true" }
        isOnHold = query["onhold"]?.string.map { $0 == "true" }
        created = try Self.period(query["createdAt"]?.string)
        closed = try Self.period(query["closedAt"]?.string)
        tags = query.texts("tags")
        customFields = try Self.customFields(query["customFields"]?.string)
        roomName = query["roomName"]?.string?.lowercased()
        let paging = ["count", "offset", "sort", "fields", "query"]
        isEmpty = query.members.allSatisfy { paging.contains($0.key) }
    }

    /// Whether a room passes every filter that is set.
    func lets(_ room: Room) -> Bool {
        if let agents, !agents.contains(where: { serves($0, room) }) { return false }
        if let departmentID, room.departmentID != departmentID { return false }
        guard letsState(of: room) else { return false }
        if let isOnHold, room.isOnHold != isOnHold { return false }
        if let created, !created.contains(room.ts) { return false }
        // An open room has no closing time to compare.
        if let closed, room.isOpen || !closed.contains(room.closedAt ?? "") { return false }
        if let tags, !tags.contains(where: room.tags.contains) { return false }
        if let customFields, !customFields.allSatisfy({ room.livechatData[$0.key] == $0.value.coercedText }) {
            return false
        }
        if let roomName, !room.fname.lowercased().contains(roomName) { return false }
        return true
    }

    private func letsState(of room: Room) -> Bool {
        let isWaiting = room.isOpen && room.servedBy == nil
        if isQueued == true, isWaiting { return true }
        if let isOpen {
            return room.isOpen == isOpen && !room.isOnHold && !(listsQueuedRooms && isOpen && isWaiting)
        }
        return isQueued != true
    }

    private func serves(_ agent: String, _ room: Room) -> Bool {
        room.servedBy?.userID == agent || matchesUsernames && room.servedBy?.username == agent
    }

    /// `{"start":…,"end":…}`, either of which may be missing.
    private static func period(_ text: String?) throws(APIError) -> ClosedRange<String>? {
        guard let text else { return nil }
        let value: JSON
        do {
            value = try JSONParser.parse(text.utf8)
        } catch {
            throw .plain(error.description)
        }
        let start = try value["start"]?.string.map(date) ?? ""
        // Sorts behind every date.
        let end = try value["end"]?.string.map(date) ?? "~"
        return start...max(start, end)
    }

    private static func date(_ text: String) throws(APIError) -> String {
        do {
            return try Date(iso8601: text.contains("T") ? text : text + "T00:00:00Z").iso8601
        } catch {
            throw .plain("Invalid time value")
        }
    }

    private static func customFields(_ text: String?) throws(APIError) -> [JSON.Member]? {
        guard let text else { return nil }
        do {
            return try JSONParser.parse(text.utf8).members
        } catch {
            throw .plain(#"The "customFields" query parameter must be a valid JSON."#)
        }
    }
}

extension JSON {
    fileprivate func texts(_ key: String) -> [String]? {
        guard case .array(let elements) = self[key] else { return nil }
        return elements.compactMap(\.coercedText)
    }
}
