import FoundationEssentials
import Model

/// A room read from the bytes of an answer, in a tenth of the time that a decoder takes.
///
/// Reads nothing but what is beyond doubt: whole JSON by the grammar of RFC 8259, each field once, of its usual kind and
/// without escapes. For everything else it has no answer, and the decoder is to be asked.
struct RoomOutline {
    var place = 0
    /// Texts that are passed over held more than ASCII; whether they are UTF-8 is looked at in the end.
    var hasOther = false

    /// The room of `{"room":{…}}`, or `nil` for a doubt.
    static func room(in body: Data) -> Room? {
        var outline = RoomOutline()
        guard let room = outline.readAnswer(body.span) else { return nil }
        return outline.hasOther && String(validating: body, as: UTF8.self) == nil ? nil : room
    }

    private mutating func readAnswer(_ bytes: Span<UInt8>) -> Room? {
        var room: Room?
        skipSpace(bytes)
        guard pass(UInt8(ascii: "{"), bytes) else { return nil }
        var member = nextMember(bytes, isFirst: true)
        while case .named(let name) = member {
            if matches(name, "room", bytes) {
                guard room == nil, let read = readRoom(bytes) else { return nil }
                room = read
            } else {
                guard skipValue(bytes, depth: 1) else { return nil }
            }
            member = nextMember(bytes, isFirst: false)
        }
        skipSpace(bytes)
        return member == .end && place == bytes.count ? room : nil
    }

    private mutating func readRoom(_ bytes: Span<UInt8>) -> Room? {
        var fields = Fields()
        guard pass(UInt8(ascii: "{"), bytes) else { return nil }
        var member = nextMember(bytes, isFirst: true)
        while case .named(let name) = member {
            guard readField(name, into: &fields, bytes) else { return nil }
            member = nextMember(bytes, isFirst: false)
        }
        guard member == .end, let id = fields.id else { return nil }
        return Room(
            id: RoomID(id), visitor: fields.visitor.map { VisitorID($0) }, isOpen: fields.isOpen ?? false,
            type: ServerText.clean(fields.type ?? ""), updatedAt: fields.updatedAt, createdAt: fields.createdAt)
    }

    private struct Fields {
        var id: String?
        var visitor: String?
        var isOpen: Bool?
        var type: String?
        var updatedAt: Timestamp?
        var createdAt: Timestamp?
    }

    private mutating func readField(_ name: Range<Int>, into fields: inout Fields, _ bytes: Span<UInt8>) -> Bool {
        if matches(name, "_id", bytes) { return set(&fields.id, readText(bytes)) }
        if matches(name, "v", bytes) { return set(&fields.visitor, readVisitor(bytes)) }
        if matches(name, "open", bytes) { return set(&fields.isOpen, readBool(bytes)) }
        if matches(name, "t", bytes) { return set(&fields.type, readText(bytes)) }
        if matches(name, "_updatedAt", bytes) { return set(&fields.updatedAt, readInstant(bytes)) }
        if matches(name, "ts", bytes) { return set(&fields.createdAt, readInstant(bytes)) }
        return skipValue(bytes, depth: 2)
    }

    /// A field that comes twice is a doubt, and so is one of another kind.
    private func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
        guard field == nil, let value else { return false }
        field = value
        return true
    }

    private mutating func readVisitor(_ bytes: Span<UInt8>) -> String? {
        var id: String?
        guard pass(UInt8(ascii: "{"), bytes) else { return nil }
        var member = nextMember(bytes, isFirst: true)
        while case .named(let name) = member {
            guard matches(name, "_id", bytes) ? set(&id, readText(bytes)) : skipValue(bytes, depth: 3) else {
                return nil
            }
            member = nextMember(bytes, isFirst: false)
        }
        return member == .end ? id : nil
    }
}

// MARK: - Values that are read

extension RoomOutline {
    private mutating func readText(_ bytes: Span<UInt8>) -> String? {
        guard let range = readPlain(bytes) else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        for index in range { text.append(bytes[index]) }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func readBool(_ bytes: Span<UInt8>) -> Bool? {
        if pass("true", bytes) { return true }
        return pass("false", bytes) ? false : nil
    }

    /// `2024-05-02T14:47:45.855Z`, as servers write dates; others are left to those who know more forms.
    private mutating func readInstant(_ bytes: Span<UInt8>) -> Timestamp? {
        guard let range = readPlain(bytes), range.count == 24 else { return nil }
        let text = bytes.extracting(range)
        guard text[4] == UInt8(ascii: "-"), text[7] == UInt8(ascii: "-"), text[10] == UInt8(ascii: "T"),
            text[13] == UInt8(ascii: ":"), text[16] == UInt8(ascii: ":"), text[19] == UInt8(ascii: "."),
            text[23] == UInt8(ascii: "Z"),
            let year = number(text.extracting(0..<4)), year >= 1970,
            let month = number(text.extracting(5..<7)), (1...12).contains(month),
            // No month is shorter; the few other days are not worth a calendar.
            let day = number(text.extracting(8..<10)), (1...28).contains(day) || (29...30).contains(day) && month != 2,
            let hour = number(text.extracting(11..<13)), hour < 24,
            let minute = number(text.extracting(14..<16)), minute < 60,
            let second = number(text.extracting(17..<19)), second < 60,
            let millisecond = number(text.extracting(20..<23))
        else { return nil }
        let days = HTTPDate.daysSince1970(year: year, month: month, day: day)
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        return Timestamp(milliseconds: Int64(seconds * 1000 + millisecond))
    }

    private func number(_ digits: Span<UInt8>) -> Int? {
        var number = 0
        for index in digits.indices {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digits[index]) else { return nil }
            number = number * 10 + Int(digits[index] - UInt8(ascii: "0"))
        }
        return number
    }
}
