package import Model

/// A group of visitors as the page for reviewing shows it.
package struct ReviewCard: Sendable {
    package struct Person: Sendable {
        package var id: VisitorID
        package var name: String?
        package var lastChat: Timestamp?
        /// `nil` if it is not known.
        package var createdAt: Timestamp?
        package var rooms: Int?

        package init(id: VisitorID, name: String?, lastChat: Timestamp?, createdAt: Timestamp?, rooms: Int?) {
            self.id = id
            self.name = name
            self.lastChat = lastChat
            self.createdAt = createdAt
            self.rooms = rooms
        }
    }

    /// A value that visitors of the group have in common, or that one of them has alone.
    package struct Value: Sendable {
        package var kind: String
        package var text: String
        /// How many visitors have it at all.
        package var visitors: Int
        /// The places of those of the group that have it.
        package var owners: [Int]

        package init(kind: String, text: String, visitors: Int, owners: [Int]) {
            self.kind = kind
            self.text = text
            self.visitors = visitors
            self.owners = owners
        }
    }

    /// What was decided about the group before.
    package enum Decision: Int, Sendable {
        case none = 0
        case merge = 1
        case apart = 2
    }

    /// Where the server sends the next message.
    package struct Arrival: Sendable {
        /// The kinds of values for which it was asked.
        package var kinds: String
        /// The record that it finds first; `nil` if it finds none.
        package var visitor: VisitorID?
        /// Its place in the group; `nil` if it is none of the group.
        package var place: Int?

        package init(kinds: String, visitor: VisitorID?, place: Int?) {
            self.kinds = kinds
            self.visitor = visitor
            self.place = place
        }
    }

    package var people: [Person]
    /// The place of the one that is kept.
    package var survivor: Int
    package var shared: [Value]
    /// Values of one visitor alone.
    package var own: [Value]
    /// What speaks against one person.
    package var warnings: [String]
    package var decision: Decision
    /// `nil` if the server was not asked.
    package var arrival: Arrival?

    package init(
        people: [Person], survivor: Int, shared: [Value], own: [Value], warnings: [String], decision: Decision,
        arrival: Arrival? = nil
    ) {
        self.people = people
        self.survivor = survivor
        self.shared = shared
        self.own = own
        self.warnings = warnings
        self.decision = decision
        self.arrival = arrival
    }
}

extension ReviewCard {
    /// Appends the card as JSON that may stand in a script element.
    func append(to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "{\"k\":\(survivor),\"d\":\(decision.rawValue),\"m\":[".utf8)
        bytes.append(list: people) { person, bytes in
            bytes.append(UInt8(ascii: "["))
            bytes.append(json: person.id.rawValue)
            bytes.append(UInt8(ascii: ","))
            bytes.append(text: person.name)
            for value in [person.lastChat?.milliseconds, person.createdAt?.milliseconds, person.rooms.map(Int64.init)] {
                bytes.append(contentsOf: (value.map { ",\($0)" } ?? ",null").utf8)
            }
            bytes.append(UInt8(ascii: "]"))
        }
        bytes.append(contentsOf: "],\"v\":[".utf8)
        bytes.append(list: shared) { value, bytes in
            bytes.append(UInt8(ascii: "["))
            bytes.append(text: value.kind)
            bytes.append(UInt8(ascii: ","))
            bytes.append(text: value.text)
            let owners = value.owners.map(String.init).joined(separator: ",")
            bytes.append(contentsOf: ",\(value.visitors),[\(owners)]]".utf8)
        }
        bytes.append(contentsOf: "],\"f\":[".utf8)
        bytes.append(list: own) { value, bytes in
            bytes.append(contentsOf: "[\(value.owners.first ?? 0),".utf8)
            bytes.append(text: value.kind)
            bytes.append(UInt8(ascii: ","))
            bytes.append(text: value.text)
            bytes.append(UInt8(ascii: "]"))
        }
        bytes.append(contentsOf: "],\"w\":[".utf8)
        bytes.append(list: warnings) { $1.append(text: $0) }
        bytes.append(contentsOf: "],\"a\":\(arrival?.place ?? -1),\"by\":".utf8)
        bytes.append(text: arrival?.kinds)
        bytes.append(contentsOf: ",\"o\":".utf8)
        bytes.append(text: arrival?.visitor?.rawValue)
        bytes.append(UInt8(ascii: "}"))
    }
}

extension [UInt8] {
    /// Appends elements with commas between them.
    mutating func append<Value>(list values: [Value], _ element: (Value, inout [UInt8]) -> Void) {
        for (index, value) in values.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            element(value, &self)
        }
    }

    /// Appends a text as a person can read it, or `null`; people paste whole letters into a name.
    fileprivate mutating func append(text: String?) {
        guard let text else {
            append(contentsOf: "null".utf8)
            return
        }
        append(json: text.clipped(to: 300).shown)
    }
}
