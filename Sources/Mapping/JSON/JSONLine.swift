import Model

/// One line of JSON: an object of which three values matter.
struct JSONLine {
    private(set) var text = RawLine()
    /// Why the line is malformed.
    private(set) var flaw: String?
    /// The keys that were not read.
    private(set) var ignored: [String] = []

    static let notUTF8 = "not UTF-8"

    /// Reads a line; whatever is wrong with it is a flaw, never an error.
    init(_ bytes: ArraySlice<UInt8>, hasHighBytes: Bool, keys: inout JSONKeys) {
        if hasHighBytes, String(validating: bytes, as: UTF8.self) == nil {
            flaw = Self.notUTF8
            return
        }
        switch JSONValidator.shape(of: bytes.span) {
        case .tooDeep: flaw = "nested more than \(JSONValidator.deepest) levels deep"
        case .broken: flaw = bytes.contains(0) ? "not JSON: a zero byte" : "not JSON"
        case .other: flaw = "not a JSON object"
        case .object:
            do {
                try read(RawJSON(bytes), keys: &keys)
            } catch {
                flaw = error.description
            }
        }
    }

    private mutating func read(_ object: RawJSON, keys: inout JSONKeys) throws(RawJSON.Flaw) {
        var names: [String] = []
        var values: [RawJSON] = []
        try object.forEachMember { (key, value) throws(RawJSON.Flaw) in
            names.append(try RawJSON.text(between: key))
            values.append(value)
        }
        let meaning = keys.meaning(of: names)
        ignored = meaning.ignored
        flaw = meaning.flaw
        for role in ColumnRole.allCases {
            let places = meaning.places[role, default: []]
            try read(places.map { (names[$0], values[$0]) }, as: role)
        }
        guard flaw == nil, text.room.text.isEmpty else { return }
        for place in meaning.roomPlaces where flaw == nil {
            let suspicion = meaning.suspicions[place] ?? .none
            guard let name = try values[place].overlookedRoom(under: names[place], suspicion) else { continue }
            flaw =
                meaning.places[.room, default: []].isEmpty
                ? keys.rules.sentence(overlooked: name)
                : "the room is empty, but not \(name.quotedForPerson), which looks as if it were meant for it"
        }
    }

    private mutating func read(_ members: [(key: String, value: RawJSON)], as role: ColumnRole) throws(RawJSON.Flaw) {
        var values: [TrimmedField] = []
        for (key, value) in members {
            do {
                switch value.kind {
                case .null: values.append(.empty)
                case .string: values.append(TrimmedField(Array(try value.text().utf8)[...]))
                case .object:
                    guard let id = try value.objectID() else { fallthrough }
                    values.append(TrimmedField(Array(id.utf8)[...]))
                case .number, .truth, .array:
                    flaw = flaw ?? "the value of \(key.quotedForPerson) is not a string"
                }
            } catch {
                flaw = flaw ?? "the value of \(key.quotedForPerson) is no text"
            }
        }
        guard let value = values.first else { return }
        if values.contains(where: { !$0.text.hasSameBytes(as: value.text) }) {
            let names = members.map(\.key.quotedForPerson).joined(separator: " and ")
            flaw = flaw ?? "\(names) say different things"
        }
        switch role {
        case .old: text.old = value
        case .new: text.new = value
        case .room: text.room = value
        }
    }
}

/// What the keys of the objects in a file stand for, found out once for lines that have the same.
struct JSONKeys {
    /// What the keys of one line stand for.
    struct Meaning {
        var places: [ColumnRole: [Int]] = [:]
        /// The others, in the order of their letters.
        var ignored: [String] = []
        /// Where a room may stand that is not read: all the others, unless the options say that there is none.
        var roomPlaces: [Int] = []
        /// Which of those have a name that looks as if it were meant for the room.
        var suspicions: [Int: RoomSuspicion] = [:]
        /// Why a line with such keys is malformed.
        var flaw: String?
    }

    let rules: ColumnRules
    private var names: [String] = []
    private var meaning = Meaning()

    init(_ rules: ColumnRules) {
        self.rules = rules
    }

    /// What each of the keys stands for.
    mutating func meaning(of names: [String]) -> Meaning {
        let isKnown = !names.isEmpty && names.elementsEqual(self.names) { $0.hasSameBytes(as: $1) }
        if !isKnown {
            self.names = names
            meaning = Meaning(names, rules)
        }
        return meaning
    }
}

extension JSONKeys.Meaning {
    fileprivate init(_ names: [String], _ rules: ColumnRules) {
        // The order of their letters, so that a message is the same whatever the order of the keys.
        let sorted = names.indices.sorted { names[$0].utf8.lexicographicallyPrecedes(names[$1].utf8) }
        places = rules.places(in: names).mapValues { found in sorted.filter(found.contains) }
        let used = Set(places.values.joined())
        let others = sorted.filter { !used.contains($0) }
        ignored = others.map { names[$0] }
        roomPlaces = rules.given?.room?.isEmpty ?? false ? [] : others
        suspicions = Dictionary(uniqueKeysWithValues: roomPlaces.map { ($0, RoomSuspicion(names[$0])) })
        if zip(sorted, sorted.dropFirst()).contains(where: { names[$0].hasSameBytes(as: names[$1]) }) {
            flaw = "the same key twice"
        } else if let name = rules.overlookedRoom(in: ignored, places) {
            flaw = rules.sentence(overlooked: name)
        }
    }
}

/// What the name of a value says about its being the room's.
enum RoomSuspicion {
    case none
    /// A conversation: a text is its id, and an object tells by its own keys.
    case conversation
    case room

    init(_ name: String) {
        self = RoomLikeName.namesRoom(name) ? .room : RoomLikeName.isConversation(name) ? .conversation : .none
    }
}

extension RawJSON {
    /// Nobody hides an id deeper than this.
    private static let deepest = 4

    /// On a line without a room, the key of this value or the path of keys in it, such as `chat._id`, that looks as if it
    /// were meant for the room and holds something.
    fileprivate func overlookedRoom(
        under key: String, _ suspicion: RoomSuspicion, depth: Int = 1
    ) throws(RawJSON.Flaw) -> String? {
        if suspicion == .room, try isFilled { return key }
        if suspicion == .conversation, try isText, try isFilled { return key }
        guard depth < Self.deepest else { return nil }
        var found: String?
        switch kind {
        case .object:
            try forEachMember { (inner, value) throws(RawJSON.Flaw) in
                guard found == nil else { return }
                let path = "\(key).\(String(decoding: inner, as: UTF8.self))"
                found = try value.overlookedRoom(under: path, RoomSuspicion(path), depth: depth + 1)
            }
        case .array:
            try forEachElement { (element) throws(RawJSON.Flaw) in
                guard found == nil else { return }
                found = try element.overlookedRoom(
                    under: key, suspicion == .conversation ? .conversation : .none, depth: depth + 1)
            }
        case .null, .string, .number, .truth: break
        }
        return found
    }

    private var isText: Bool {
        get throws(RawJSON.Flaw) { kind == .string ? true : kind == .object ? try objectID() != nil : false }
    }

    private var isFilled: Bool {
        get throws(RawJSON.Flaw) {
            var isFilled = false
            switch kind {
            case .null: break
            case .string:
                do {
                    isFilled = !TrimmedField(try text()).text.isEmpty
                } catch {
                    // Half a character is more than nothing.
                    isFilled = true
                }
            case .number, .truth: isFilled = true
            case .object:
                try forEachMember { (_, inner) throws(RawJSON.Flaw) in if try inner.isFilled { isFilled = true } }
            case .array:
                try forEachElement { (element) throws(RawJSON.Flaw) in if try element.isFilled { isFilled = true } }
            }
            return isFilled
        }
    }
}
