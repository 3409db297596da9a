import FoundationEssentials
import Model

/// Decodes bodies: everything that knows JSON and the server's field names is here.
///
/// The names are those of TheServer, "Envelopes"; TheMove, "Success"; and TheReads.
///
/// Only the ids are required. Any other field that is missing or of an unexpected kind counts as absent, because the
/// server hands out documents as they were stored, by whatever version.
enum ReplyBody {
    /// The body as `type`, or `nil` if it is no such JSON.
    static func decode<Content: Decodable>(_ type: Content.Type, from body: Data) -> Content? {
        guard isModest(body) else { return nil }
        // Why it cannot be read makes no difference to anybody: the caller says that it cannot.
        return try? JSONDecoder().decode(type, from: body)
    }

    /// The most values in a body.
    ///
    /// A decoder makes a note of each, so that a list of digits takes tens of times its length.
    ///
    /// In a page of the longest documents there are a few hundred thousand.
    private static let mostValues = 1 << 19

    private static func isModest(_ body: Data) -> Bool {
        // Each value takes a byte at least.
        guard body.count > mostValues else { return true }
        let bytes = body.span
        var values = 0
        var isText = false
        var place = 0
        while place < bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "\""): isText.toggle()
            case UInt8(ascii: "\\") where isText: place += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "{"):
                if !isText { values += 1 }
            default: break
            }
            place += 1
        }
        return values <= mostValues
    }

    /// Whether the body is JSON from its beginning to its end, whatever it says.
    static func isWhole(_ body: Data) -> Bool {
        decode(Anything.self, from: body) != nil
    }

    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }
}

/// All failure envelopes in one (TheServer, "Envelopes"; TheMove, "Versions before 5.2").
struct FailureBody: Decodable {
    var success: Bool?
    var error: String?
    var errorType: String?
    var message: String?

    private enum Key: String, CodingKey {
        case success, error, errorType, message
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        success = fields.lenient(Bool.self, .success)
        error = fields.lenient(String.self, .error)
        errorType = fields.lenient(String.self, .errorType)
        message = fields.lenient(String.self, .message)
    }
}

/// `{"room":{…}}`.
struct RoomBody: Decodable {
    var room: RoomDocument
}

/// `{"history":[…]}` or `{"rooms":[…]}`, with the fields of a page (TheReads, "Paging").
struct RoomPageBody: Decodable {
    var page: RoomPage

    private enum Key: String, CodingKey {
        case history, rooms, offset, total
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        let list: Key = fields.contains(.history) ? .history : .rooms
        page = RoomPage(
            rooms: try fields.page(of: RoomDocument.self, list).map(\.room),
            offset: try fields.decode(Int.self, forKey: .offset),
            total: try fields.decode(Int.self, forKey: .total)
        )
    }
}

/// A room document, of which the token of the visitor is never read.
struct RoomDocument: Decodable {
    var room: Room

    private enum Key: String, CodingKey {
        case id = "_id"
        case visitor = "v"
        case isOpen = "open"
        case type = "t"
        case updatedAt = "_updatedAt"
        case createdAt = "ts"
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        room = Room(
            id: RoomID(try fields.decode(String.self, forKey: .id)),
            visitor: fields.lenient(Identified.self, .visitor).map { VisitorID($0.id) },
            isOpen: fields.lenient(Bool.self, .isOpen) ?? false,
            type: ServerText.clean(fields.lenient(String.self, .type) ?? ""),
            updatedAt: fields.instant(.updatedAt),
            createdAt: fields.instant(.createdAt)
        )
    }
}

/// Any document of which only the id is of interest.
struct Identified: Decodable {
    var id: String

    private enum CodingKeys: String, CodingKey {
        case id = "_id"
    }
}

/// Both shapes of `/api/info` (TheServer, "Versions"): `info.version` is always the full one.
struct InfoBody: Decodable {
    var version: String

    private struct Info: Decodable {
        var version: String
    }

    private enum Key: String, CodingKey {
        case info, version
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        if let info = fields.lenient(Info.self, .info) {
            version = info.version
        } else {
            version = try fields.decode(String.self, forKey: .version)
        }
    }
}

/// `/api/v1/me`: the user document at top level.
struct CallerBody: Decodable {
    var caller: Caller

    private enum Key: String, CodingKey {
        case id = "_id"
        case username, roles
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        caller = Caller(
            id: try fields.decode(String.self, forKey: .id),
            username: fields.lenient(String.self, .username).map { ServerText.clean($0) },
            roles: (fields.lenient([String].self, .roles) ?? []).map { ServerText.clean($0) }
        )
    }
}

extension KeyedDecodingContainer {
    /// The entries of a list that is no longer than a page may be.
    func page<Entry: Decodable>(of type: Entry.Type, _ key: Key) throws -> [Entry] {
        var list = try nestedUnkeyedContainer(forKey: key)
        guard let count = list.count, count <= Endpoint.longestPage else {
            throw DecodingError.dataCorruptedError(in: list, debugDescription: "more entries than a page has")
        }
        var entries: [Entry] = []
        while !list.isAtEnd { entries.append(try list.decode(type)) }
        return entries
    }

    /// The value if it is there and of that kind.
    func lenient<Value: Decodable>(_ type: Value.Type, _ key: Key) -> Value? {
        // A field of another kind counts as absent, see ``ReplyBody``.
        try? decodeIfPresent(type, forKey: key)
    }

    /// An ISO 8601 date with or without fractions of a second.
    func instant(_ key: Key) -> Timestamp? {
        guard let text = lenient(String.self, key) else { return nil }
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        // A date of another form counts as absent, see ``ReplyBody``.
        return (try? format.parse(text)).map { Timestamp($0) }
    }
}
