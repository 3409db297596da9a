/// Whether the name of a column that is not read looks as if it were meant for the room.
///
/// Without a room a line means every room of the visitor, so that a room's column which is overlooked is the costliest slip
/// that a header can have. A slip is a letter of a usual name that is wrong; other names tell themselves by their words.
enum RoomLikeName {
    static func matches(_ name: String) -> Bool {
        // No column is called so by a person; this keeps a hostile header from costing time.
        guard name.utf8.count <= 256 else { return false }
        let letters = String(name.lowercased().unicodeScalars.filter(\.properties.isAlphabetic))
        return isSlip(letters) || tells(words(in: name))
    }

    private static func isSlip(_ letters: String) -> Bool {
        if ["roomid", "rid", "room", "rids", "rrid", "riid", "ridd", "rdi", "ird"].contains(letters) { return true }
        if editDistance(Array("roomid"), Array(letters), atMost: 1) { return true }
        return letters.hasPrefix("r") && !["roof", "root", "roam"].contains(letters)
            && editDistance(Array("room"), Array(letters), atMost: 1)
    }

    private static let rooms: Set<String> = ["room", "rooms", "rm"]
    private static let chats: Set<String> = ["chat", "chats", "conversation", "conversations", "livechat", "livechats"]
    private static let ids: Set<String> = [
        "id", "ids", "identifier", "identifiers", "uuid", "guid", "uid", "key", "ref", "reference", "number", "no",
        "nr",
    ]
    /// Whose id it is, where a conversation is named only to say where that comes from.
    private static let others: Set<String> = [
        "visitor", "visitors", "user", "users", "agent", "agents", "contact", "contacts", "customer", "customers",
        "guest",
        "guests", "person", "account", "department", "message", "messages", "queue", "tag", "channel", "session",
    ]
    /// What a column says about rooms without naming one.
    private static let descriptions: Set<String> = [
        "name", "names", "title", "topic", "type", "kind", "count", "counts", "number", "total", "sum", "size", "of",
        "status",
        "state", "open", "opened", "closed", "url", "link", "date", "time", "ts", "at", "created", "updated", "started",
        "ended", "last", "first", "owner", "label", "labels", "note", "notes", "comment", "comments", "source",
        "priority",
        "per", "how", "many", "tags", "moved",
    ]

    private static func tells(_ words: [String]) -> Bool {
        let words = Set(words)
        if !words.isDisjoint(with: ["rid", "rids"]) { return true }
        let hasID = !words.isDisjoint(with: ids)
        if !words.isDisjoint(with: rooms) {
            // Of several rooms at once a column tells how many there are, unless it has their ids.
            let isPlural = words.contains("rooms") && !words.contains("room")
            let rest = words.subtracting(rooms).subtracting(chats).subtracting(["rocket"])
            return words.isSuperset(of: ["id"]) || words.isSuperset(of: ["ids"])
                || rest.isDisjoint(with: descriptions.union(others)) && (!isPlural || hasID || rest.isEmpty)
        }
        guard !words.isDisjoint(with: chats), hasID else { return false }
        return words.isDisjoint(with: others)
    }

    /// The words of a name, in small letters: parted by what is no letter, by a capital behind a small letter, and where
    /// known words stand together.
    private static func words(in name: String) -> [String] {
        var words: [String] = []
        var word = ""
        var wasSmall = false
        for scalar in name.unicodeScalars {
            let isLetter = scalar.properties.isAlphabetic
            if !isLetter || wasSmall && scalar.properties.isUppercase {
                words.append(word)
                word = ""
            }
            if isLetter { word.unicodeScalars.append(scalar) }
            wasSmall = scalar.properties.isLowercase
        }
        words.append(word)
        words = words.map { $0.lowercased() }.filter { !$0.isEmpty }.flatMap(parted)
        // The product's own name says nothing about a conversation.
        return words.indices.filter { words[$0] != "chat" || $0 == 0 || words[$0 - 1] != "rocket" }.map { words[$0] }
    }

    private static let known: [String] = Array(
        rooms.union(chats).union(ids).union(others).union(descriptions).union([
            "rid", "rids", "rocket", "the", "old", "new",
        ])
    ).sorted { $0.count > $1.count }

    /// A word that is written together of known ones, as those; any other as it is.
    private static func parted(_ word: String) -> [String] {
        guard word.utf8.count <= 40, !known.contains(word) else { return [word] }
        var rest = word[...]
        var parts: [String] = []
        while !rest.isEmpty {
            guard let next = known.first(where: { rest.hasPrefix($0) }) else { return [word] }
            parts.append(next)
            rest = rest.dropFirst(next.count)
        }
        return parts
    }
}
