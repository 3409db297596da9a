import FoundationEssentials
import Glibc

extension Seed {
    /// Reads and checks a seed file.
    ///
    /// Throws ``SandboxError/seedMissing(path:)`` or ``SandboxError/seedUnreadable(path:reason:)`` when there is nothing
    /// to read, and ``SandboxError/badSeed(path:reason:)`` when something in it is wrong, naming what.
    package init(contentsOf path: String) throws {
        let data: Data
        do {
            data = try Data(contentsOf: URL(filePath: path))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            throw SandboxError.seedMissing(path: path)
        } catch {
            throw SandboxError.seedUnreadable(path: path, reason: Self.words(for: error))
        }
        do {
            try self.init(json: data)
        } catch let error as SandboxError {
            throw error.about(path)
        }
    }

    /// What the system said, without the wrapping that Foundation gives it.
    private static func words(for error: any Error) -> String {
        guard let cause = (error as? CocoaError)?.underlying as? POSIXError else {
            return "the system does not say why"
        }
        return unsafe String(cString: strerror(cause.code.rawValue)).lowercased()
    }

    /// Reads and checks the bytes of a seed file.
    init(json data: Data) throws {
        self = try Self.decode(Seed.self, from: data)
        try validate()
    }

    /// Reads a seed or a part of one; throws ``SandboxError/badSeed(path:reason:)`` naming what is wrong.
    static func decode<Part: Decodable>(_ part: Part.Type, from data: Data) throws -> Part {
        do {
            return try JSONDecoder().decode(part, from: data)
        } catch let error as DecodingError {
            throw error.flaw
        }
    }

    /// Throws ``SandboxError/badSeed(path:reason:)`` for the first thing that cannot be.
    func validate() throws {
        for (index, field) in customFields.enumerated() {
            try field.validate(at: "customFields[\(index)]")
        }
        var visitorIDs: Set<ExactText> = []
        for (index, visitor) in visitors.enumerated() {
            let place = "visitors[\(index)]"
            try visitor.validate(at: place)
            guard visitorIDs.insert(ExactText(visitor.id)).inserted else {
                throw SandboxError.badSeed(reason: "\(place)._id \"\(visitor.id)\" is there twice")
            }
        }
        var roomIDs: Set<ExactText> = []
        for (index, room) in rooms.enumerated() {
            let place = "rooms[\(index)]"
            guard !room.id.isEmpty else { throw SandboxError.badSeed(reason: "\(place)._id is empty") }
            guard roomIDs.insert(ExactText(room.id)).inserted else {
                throw SandboxError.badSeed(reason: "\(place)._id \"\(room.id)\" is there twice")
            }
            try room.validate(at: place)
        }
    }

    fileprivate static func check(username: String?, at place: String) throws {
        guard let username, !SandboxUser.usernames.contains(username) else { return }
        let known = SandboxUser.usernames.joined(separator: ", ")
        throw SandboxError.badSeed(reason: "\(place) \"\(username)\" is none of \(known)")
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
    /// Throws ``SandboxError/badSeed(path:reason:)`` when the visitor alone cannot be.
    func validate(at place: String) throws {
        guard !id.isEmpty else { throw SandboxError.badSeed(reason: "\(place)._id is empty") }
        try Seed.checkDate(ts, at: "\(place).ts")
        try Seed.checkDate(lastChat, at: "\(place).lastChat")
        try Seed.check(username: contactManager, at: "\(place).contactManager")
    }
}

extension Seed.CustomField {
    /// Throws ``SandboxError/badSeed(path:reason:)`` when the field cannot be.
    func validate(at place: String) throws {
        guard !id.isEmpty else { throw SandboxError.badSeed(reason: "\(place)._id is empty") }
        guard ["visitor", "room"].contains(scope) else {
            throw SandboxError.badSeed(reason: "\(place).scope \"\(scope)\" is neither visitor nor room")
        }
        guard let regexp else { return }
        do {
            _ = try Regex(regexp)
        } catch {
            throw SandboxError.badSeed(reason: "\(place).regexp \"\(regexp)\" is not a regular expression")
        }
    }
}

extension Seed.Room {
    /// Throws ``SandboxError/badSeed(path:reason:)`` when the room alone cannot be.
    func validate(at place: String) throws {
        if type == .channel, visitorID != nil {
            throw SandboxError.badSeed(reason: "\(place).visitorId: a channel (t = c) has no visitor")
        }
        try Seed.check(username: servedBy, at: "\(place).servedBy")
        try Seed.checkDate(ts, at: "\(place).ts")
    }
}

extension DecodingError {
    /// Where in the seed and what, such as `rooms[3].t: …`.
    fileprivate var flaw: SandboxError {
        switch self {
        case .dataCorrupted(let context) where context.codingPath.isEmpty: .seedNotJSON()
        case .typeMismatch(_, let context) where context.codingPath.isEmpty:
            .badSeed(reason: "it has to be one JSON object, such as {\"visitors\": [], \"rooms\": []}")
        case .keyNotFound(let key, let context): .badSeed(reason: "\(context.place(adding: key)) is missing")
        case .valueNotFound(_, let context): .badSeed(reason: "\(context.place()) is null")
        case .typeMismatch(_, let context), .dataCorrupted(let context):
            .badSeed(reason: "\(context.place()): \(context.words)")
        @unknown default: .badSeed(reason: "it is not understood")
        }
    }
}

extension DecodingError.Context {
    /// What the decoder says, as the end of a sentence of ours.
    fileprivate var words: Substring {
        debugDescription.hasSuffix(".") ? debugDescription.dropLast() : debugDescription[...]
    }

    fileprivate func place(adding key: (any CodingKey)? = nil) -> String {
        let path = (codingPath + (key.map { [$0] } ?? [])).reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return path.isEmpty ? "the whole" : path
    }
}
