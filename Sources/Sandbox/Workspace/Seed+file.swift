import FoundationEssentials

extension Seed {
    /// Reads and checks a seed file.
    ///
    /// Throws ``SandboxError/seedUnreadable(path:reason:)`` when there is no such file and
    /// ``SandboxError/badSeed(reason:)`` when something in it is wrong, naming what.
    package init(contentsOf path: String) throws {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw SandboxError.seedUnreadable(path: path, reason: "\(error)")
        }
        try self.init(json: data)
    }

    /// Reads and checks the bytes of a seed file.
    init(json data: Data) throws {
        self = try Self.decode(Seed.self, from: data)
        try validate()
    }

    /// Reads a seed or a part of one; throws ``SandboxError/badSeed(reason:)`` naming what is wrong.
    static func decode<Part: Decodable>(_ part: Part.Type, from data: Data) throws -> Part {
        do {
            return try JSONDecoder().decode(part, from: data)
        } catch let error as DecodingError {
            throw SandboxError.badSeed(reason: error.seedReason)
        }
    }

    /// Throws ``SandboxError/badSeed(reason:)`` for the first thing that cannot be.
    func validate() throws {
        var visitorIDs: Set<String> = []
        for (index, visitor) in visitors.enumerated() {
            let place = "visitors[\(index)]"
            try visitor.validate(at: place)
            guard visitorIDs.insert(visitor.id).inserted else {
                throw SandboxError.badSeed(reason: "\(place)._id \"\(visitor.id)\" is there twice")
            }
        }
        var roomIDs: Set<String> = []
        for (index, room) in rooms.enumerated() {
            let place = "rooms[\(index)]"
            guard !room.id.isEmpty else { throw SandboxError.badSeed(reason: "\(place)._id is empty") }
            guard roomIDs.insert(room.id).inserted else {
                throw SandboxError.badSeed(reason: "\(place)._id \"\(room.id)\" is there twice")
            }
            try room.validate(at: place)
        }
    }

    fileprivate static func checkDate(_ text: String?, at place: String) throws {
        guard let text else { return }
        do {
            _ = try Date(iso8601: text)
        } catch {
            throw SandboxError.badSeed(reason: "\(place) \"\(text)\" is not a date such as 2024-03-30T16:40:48.026Z")
        }
    }
}

extension Seed.Visitor {
    /// Throws ``SandboxError/badSeed(reason:)`` when the visitor alone cannot be.
    func validate(at place: String) throws {
        guard !id.isEmpty else { throw SandboxError.badSeed(reason: "\(place)._id is empty") }
        try Seed.checkDate(ts, at: "\(place).ts")
        try Seed.checkDate(lastChat, at: "\(place).lastChat")
    }
}

extension Seed.Room {
    /// Throws ``SandboxError/badSeed(reason:)`` when the room alone cannot be.
    func validate(at place: String) throws {
        if type == .channel, visitorID != nil {
            throw SandboxError.badSeed(reason: "\(place).visitorId: a channel (t = c) has no visitor")
        }
        let usernames = SandboxUser.all.map(\.username)
        if let servedBy, !usernames.contains(servedBy) {
            let known = usernames.joined(separator: ", ")
            throw SandboxError.badSeed(reason: "\(place).servedBy \"\(servedBy)\" is none of \(known)")
        }
        try Seed.checkDate(ts, at: "\(place).ts")
    }
}

extension DecodingError {
    /// Where in the file and what, such as `rooms[3].t: …`.
    fileprivate var seedReason: String {
        switch self {
        case .keyNotFound(let key, let context): "\(context.place(adding: key)) is missing"
        case .typeMismatch(_, let context): "\(context.place()): \(context.debugDescription)"
        case .valueNotFound(_, let context): "\(context.place()) is null"
        case .dataCorrupted(let context): "\(context.place()): \(context.debugDescription)"
        @unknown default: "\(self)"
        }
    }
}

extension DecodingError.Context {
    fileprivate func place(adding key: (any CodingKey)? = nil) -> String {
        let path = (codingPath + (key.map { [$0] } ?? [])).reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return path.isEmpty ? "the file" : path
    }
}
