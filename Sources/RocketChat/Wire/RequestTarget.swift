import Model

/// Where one request goes: a route with its parameters filled in and encoded.
struct RequestTarget: Sendable, Equatable {
    let route: Endpoint
    /// Path and query below the base address, percent-encoded, without a leading slash.
    let text: String

    init(_ route: Endpoint, path segments: [String] = [], query: [(name: String, value: String)] = []) {
        self.route = route
        var text = route.path
        for segment in segments {
            text += "/" + Self.encoded(segment)
        }
        for (index, item) in query.enumerated() {
            text += (index == 0 ? "?" : "&") + item.name + "=" + Self.encoded(item.value)
        }
        self.text = text
    }

    /// Everything but the unreserved characters of RFC 3986 becomes `%XX`, so that no id can end a path segment or a
    /// query value.
    static func encoded(_ value: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(value.utf8.count)
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension RequestTarget {
    static let move = RequestTarget(.roomVisitor)
    static let me = RequestTarget(.me)
    static let serverInfo = RequestTarget(.info)
    static let contactWrite = RequestTarget(.contactWrite)

    static func contact(_ id: VisitorID) -> RequestTarget {
        RequestTarget(.contact, query: [("contactId", id.rawValue)])
    }

    static func customFields(offset: Int, count: Int) -> RequestTarget {
        RequestTarget(.customFields, query: page(offset: offset, count: count))
    }

    static func room(_ id: RoomID) -> RequestTarget {
        RequestTarget(.roomsInfo, query: [("roomId", id.rawValue)])
    }

    static func visitor(_ id: VisitorID) -> RequestTarget {
        RequestTarget(.visitorsInfo, query: [("visitorId", id.rawValue)])
    }

    static func history(of visitor: VisitorID, anchor: RoomID, offset: Int, count: Int) -> RequestTarget {
        RequestTarget(
            .chatHistory,
            path: ["room", anchor.rawValue, "visitor", visitor.rawValue],
            query: page(offset: offset, count: count) + [oldestFirst]
        )
    }

    static func rooms(offset: Int, count: Int) -> RequestTarget {
        RequestTarget(.livechatRooms, query: page(offset: offset, count: count) + [oldestFirst])
    }

    /// An empty term matches every enabled visitor.
    static func visitors(in order: VisitorOrder, offset: Int, count: Int) -> RequestTarget {
        RequestTarget(
            .visitorsSearch,
            query: [("term", "")] + page(offset: offset, count: count) + [("sort", order.sort)]
        )
    }

    /// The server's default is newest first, where every room created meanwhile shifts the pages (TheReads, "Paging").
    private static let oldestFirst = (name: "sort", value: #"{"ts":1}"#)

    private static func page(offset: Int, count: Int) -> [(name: String, value: String)] {
        [("offset", String(offset)), ("count", String(count))]
    }
}

/// The body of the PUT (TheMove, "Request"), written by hand because it is written once per move.
struct MoveBody: Sendable {
    let bytes: [UInt8]

    init(room: RoomID, oldVisitor: VisitorID, newVisitor: VisitorID) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160)
        bytes += #"{"rid":"#.utf8
        Self.append(room.rawValue, to: &bytes)
        bytes += #","oldVisitorId":"#.utf8
        Self.append(oldVisitor.rawValue, to: &bytes)
        bytes += #","newVisitorId":"#.utf8
        Self.append(newVisitor.rawValue, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
        self.bytes = bytes
    }

    /// A JSON string: RFC 8259 asks only for the quote, the backslash and the control characters to be escaped.
    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                bytes += #"\u00"#.utf8
                bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
