import Model

/// A visitor as an export's record tells it, field by field, whatever the format.
struct VisitorDraft {
    private(set) var id = ""
    private(set) var isDisabled = false
    private var rankOfID = Int.max
    private var username: String?
    private var name: String?
    private var emails: [String] = []
    private var phones: [String] = []
    private var customFields: [String: String] = [:]
    private var lastChat: Timestamp?
    private var createdAt: Timestamp?
    private var rooms: Int?

    var profile: VisitorProfile {
        VisitorProfile(
            id: VisitorID(id), username: username, name: name, emails: emails, phones: phones,
            customFields: customFields, lastChat: lastChat, createdAt: createdAt, rooms: rooms)
    }

    /// Takes what one field says; several values stand in one text with `;`, `|`, `,` or a line break between them.
    ///
    /// Where a single value is wanted and several names stand for it, the first one counts.
    mutating func take(_ text: String, as field: VisitorField) {
        guard !text.isEmpty else { return }
        let text = Self.withoutGuard(text)
        switch field {
        case .id(let rank):
            guard rank < rankOfID else { return }
            (id, rankOfID) = (text, rank)
        case .username: username = username ?? text
        case .name: name = name ?? text
        case .email: Self.append(text, to: &emails, where: Self.separatesAddresses)
        case .phone: Self.append(text, to: &phones, where: Self.separatesNumbers)
        case .lastChat: lastChat = lastChat ?? Self.instant(text)
        case .createdAt: createdAt = createdAt ?? Self.instant(text)
        case .rooms: rooms = rooms ?? Int(text).flatMap { $0 >= 0 ? $0 : nil }
        case .disabled: isDisabled = ["true", "1", "yes"].contains(text.lowercased())
        case .custom(let name): customFields[name] = customFields[name] ?? text
        case .customFields: return
        }
    }

    private static func append(_ text: String, to values: inout [String], where isSeparator: (UInt8) -> Bool) {
        if text.utf8.contains(where: isSeparator) {
            values += text.utf8.split(whereSeparator: isSeparator).compactMap { String($0) }
        } else {
            values.append(text)
        }
    }

    /// Spaces divide addresses, and belong to numbers.
    private static func separatesAddresses(_ byte: UInt8) -> Bool {
        byte == .space || separatesNumbers(byte)
    }

    private static func separatesNumbers(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: ","), .lineFeed, .carriageReturn, .tab: true
        default: false
        }
    }

    /// Without the apostrophe that keeps a spreadsheet from running a cell as a formula.
    private static func withoutGuard(_ text: String) -> String {
        guard text.utf8.first == UInt8(ascii: "'"), let next = text.utf8.dropFirst().first, "=+-@".utf8.contains(next)
        else { return text }
        return String(text.dropFirst())
    }

    /// ISO 8601, or milliseconds since 1970 as databases export them.
    private static func instant(_ text: String) -> Timestamp? {
        if let instant = Timestamp(iso8601: text) { return instant }
        // Ten digits and more: fewer would be a year, or a day of 1970.
        guard text.utf8.count >= 10, let milliseconds = Int64(text), milliseconds > 0 else { return nil }
        return Timestamp(milliseconds: milliseconds)
    }
}
