/// Whether the name of a column that is not read looks as if it were meant for the room.
///
/// Without a room a line means every room of the visitor, so that a room's column which is overlooked is the costliest slip
/// that a header can have. A slip is a letter of a usual name that is wrong; other names tell themselves by their words.
enum RoomLikeName {
    /// No column is called so by a person; this keeps a hostile header from costing time.
    private static let longest = 256

    static func matches(_ name: String) -> Bool {
        namesRoom(name) || isConversation(name)
    }

    /// True if the name is that of a conversation and says no more, such as `chat`.
    ///
    /// What stands there is its room's id, if it is an id at all.
    static func isConversation(_ name: String) -> Bool {
        guard name.utf8.count <= longest else { return false }
        let name = inLatinLetters(name)
        return isConversation(words(in: name)) || isConversation(words(in: withLettersForDigits(name)))
    }

    private static func isConversation(_ words: [String]) -> Bool {
        guard let last = words.last, chats.contains(last) else { return false }
        let others = words.dropLast().filter { !["the", "live", "omnichannel"].contains($0) && !chats.contains($0) }
        // Of several conversations of a visitor a column tells how many there are.
        return others.isEmpty || !last.hasSuffix("s") && others.allSatisfy(owners.contains)
    }

    /// What stands in front of a conversation to say whose it is.
    private static let owners: Set<String> = ["old", "new", "my", "this", "visitor", "guest", "customer", "contact"]

    /// True if the name is a slip of a usual name, or tells of a room or of a conversation's id.
    static func namesRoom(_ name: String) -> Bool {
        guard name.utf8.count <= longest else { return false }
        let name = inLatinLetters(name)
        let letters = joined(name)
        if isSlip(letters) || isSlip(joined(withLettersForDigits(name))) { return true }
        // The product's own name says nothing about a conversation.
        let others = letters.replacing("rocketchat", with: "")
        return ["roomid", "chatid", "conversationid"].contains(where: others.contains) || tells(words(in: name))
    }

    private static func joined(_ name: String) -> String {
        String(name.lowercased().unicodeScalars.filter(\.properties.isAlphabetic))
    }

    private static func isSlip(_ letters: String) -> Bool {
        isSlipOfRID(letters) || isSlipOfRoom(letters)
            || editDistance(Array("roomid"), Array(letters), atMost: 1)
    }

    /// Every word of three letters is near to another one: what begins with another letter is another id.
    private static func isSlipOfRID(_ letters: String) -> Bool {
        guard editDistance(Array("rid"), Array(letters), atMost: 1) else { return false }
        switch letters.count {
        case 4: return !["grid", "ride", "arid", "raid", "rind"].contains(letters)
        case 3:
            return letters == "ird"
                || letters.hasPrefix("r") && !["red", "rod", "rib", "rig", "rim", "rip"].contains(letters)
        default: return false
        }
    }

    private static func isSlipOfRoom(_ letters: String) -> Bool {
        letters.hasPrefix("r") || letters.hasSuffix("room")
            ? !["roof", "root", "roam", "rook", "broom", "groom"].contains(letters)
                && editDistance(Array("room"), Array(letters), atMost: 1) : false
    }

    private static let rooms: Set<String> = ["room", "rooms", "rm"]
    private static let chats: Set<String> = [
        "chat", "chats", "conversation", "conversations", "livechat", "livechats", "convo", "convos", "conv", "convs",
        "konversation", "conversa", "conversacion", "conversación", "gespräch", "raum", "sala", "salle",
    ]
    private static let ids: Set<String> = [
        "id", "ids", "identifier", "identifiers", "uuid", "guid", "uid", "key", "ref", "reference",
    ]
    /// What may be an id, and of several things says how many there are.
    private static let numbers: Set<String> = ["number", "no", "nr"]
    /// Whose room or conversation it is, or, right behind the room, what is told of it.
    private static let others: Set<String> = [
        "visitor", "visitors", "user", "users", "agent", "agents", "contact", "contacts", "customer", "customers",
        "guest", "guests", "person", "account", "department", "message", "messages", "queue", "tag", "channel",
        "session",
    ]
    /// What a column says about rooms without naming one.
    private static let descriptions: Set<String> = [
        "name", "names", "title", "topic", "type", "kind", "count", "counts", "total", "sum", "size", "status", "state",
        "open", "opened", "closed", "url", "link", "date", "time", "ts", "at", "created", "updated", "started", "ended",
        "last", "first", "owner", "label", "labels", "note", "notes", "comment", "comments", "source", "priority",
        "per",
        "how", "many", "tags", "moved",
    ]

    private static func tells(_ words: [String]) -> Bool {
        let all = Set(words)
        if !all.isDisjoint(with: ["rid", "rids"]) { return true }
        let hasID = !all.isDisjoint(with: ids)
        if let place = words.firstIndex(where: rooms.contains) {
            if hasID { return true }
            if words.dropFirst(place + 1).first.map(others.contains) ?? false { return false }
            let rest = all.subtracting(rooms).subtracting(chats).subtracting(["rocket"])
            // Of several rooms at once a column tells how many there are, unless it has their ids.
            let isPlural = words[place] == "rooms" && !all.contains("room")
            return rest.isDisjoint(with: descriptions) && (!isPlural || rest.isEmpty)
        }
        guard let chat = words.first(where: chats.contains) else { return false }
        return hasID || !chat.hasSuffix("s") && !all.isDisjoint(with: numbers)
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
        return words.indices.filter { words[$0] != "chat" || $0 == 0 || words[$0 - 1] != "rocket" }.map { words[$0] }
    }

    private static let known: [String] = Array(
        rooms.union(chats).union(ids).union(numbers).union(others).union(descriptions).union([
            "rid", "rids", "rocket", "the", "of", "old", "new",
        ])
    ).sorted { $0.count > $1.count }

    /// A word that is written together of known ones, or of a room and anything, as those; any other as it is.
    private static func parted(_ word: String) -> [String] {
        guard word.utf8.count <= 40, !known.contains(word) else { return [word] }
        var rest = word[...]
        var parts: [String] = []
        while !rest.isEmpty {
            guard let next = known.first(where: { rest.hasPrefix($0) }) else {
                if parts.last == "room" { return parts + [String(rest)] }
                return isSlipOfRoom(word) ? ["room"] : chat(meantBy: word) ?? [word]
            }
            parts.append(next)
            rest = rest.dropFirst(next.count)
        }
        return parts
    }

    /// A word that is a slip of one for a conversation, perhaps with an id written to it, as the words that are meant.
    private static func chat(meantBy word: String) -> [String]? {
        if let chat = slipOfChat(word) { return [chat] }
        guard let id = ids.first(where: { word.hasSuffix($0) && word.count > $0.count + 2 }) else { return nil }
        return slipOfChat(String(word.dropLast(id.count))).map { [$0, id] }
    }

    private static func slipOfChat(_ word: String) -> String? {
        if chats.contains(word) { return word }
        let letters = Array(word)
        // Many words of four letters are near to it: what is longer or begins with others is one of those.
        if word.hasPrefix("ch") || ["caht", "hcat"].contains(word), !chatsNeighbours.contains(word),
            editDistance(Array("chat"), letters, atMost: 1)
        {
            return "chat"
        }
        if word.hasPrefix("l"),
            ["livechat", "livechats"].contains(where: { editDistance(Array($0), letters, atMost: 1) })
        {
            return "livechat"
        }
        guard !conversationsNeighbours.contains(word) else { return nil }
        for chat in ["conversation", "conversations"] where editDistance(Array(chat), letters, atMost: 2) {
            return chat
        }
        return nil
    }

    private static let chatsNeighbours: Set<String> = [
        "cha", "chad", "chai", "chant", "chap", "char", "chart", "chars", "chaw", "cheat", "chit", "chut", "chatty",
    ]
    private static let conversationsNeighbours: Set<String> = [
        "conversion", "conversions", "conversational", "conservation", "conservations",
    ]

    /// The name with the letters of other alphabets that look like those of `room id`, `chat` and `conversation` as those.
    private static func inLatinLetters(_ name: String) -> String {
        guard !name.utf8.allSatisfy({ $0 < 0x80 }) else { return name }
        return String(
            String.UnicodeScalarView(
                name.unicodeScalars.map { scalar in
                    // A letter as wide as a Chinese one.
                    if ("Ａ"..."ｚ").contains(scalar) { return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar }
                    return lookalikes[scalar] ?? scalar
                }))
    }

    private static let lookalikes: [Unicode.Scalar: Unicode.Scalar] = [
        "о": "o", "О": "O", "ο": "o", "Ο": "O", "і": "i", "І": "I", "ι": "i", "Ι": "I", "ı": "i", "м": "m", "М": "M",
        "Μ": "M", "ԁ": "d", "с": "c", "С": "C", "һ": "h", "Н": "H", "Η": "H", "а": "a", "А": "A", "α": "a", "Α": "A",
        "т": "t", "Т": "T", "Τ": "T", "е": "e", "Е": "E", "Ε": "E", "ѕ": "s", "ν": "v", "г": "r",
    ]

    private static func withLettersForDigits(_ name: String) -> String {
        String(name.map { $0 == "0" ? "o" : $0 == "1" ? "i" : $0 })
    }
}
