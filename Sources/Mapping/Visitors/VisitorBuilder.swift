import Model

/// A visitor as an export's record tells it, field by field, whatever the format.
struct VisitorBuilder {
    private(set) var id = ""
    /// Fields that hold something.
    private(set) var seen: VisitorFields = []
    private var rankOfID = Int.max
    private var username: String?
    private var name: String?
    private var emails: [String] = []
    private var phones: [String] = []
    private var customFields: [String: String] = [:]
    private var lastChat: Timestamp?
    private var createdAt: Timestamp?
    private var rooms: Int?
    private var disabled: Bool?
    /// Lists of which a part is not understood.
    private var failed: VisitorFields = []

    var isDisabled: Bool { disabled == true }

    var profile: VisitorProfile {
        VisitorProfile(
            id: VisitorID(id), username: username, name: name, emails: emails, phones: phones,
            customFields: customFields, lastChat: lastChat, createdAt: createdAt, rooms: rooms, unreadable: unreadable)
    }

    /// Fields that hold something and nothing that is understood, and lists of which a part is not.
    var unreadable: VisitorFields {
        var understood: VisitorFields = []
        if lastChat != nil { understood.insert(.lastChat) }
        if createdAt != nil { understood.insert(.createdAt) }
        if rooms != nil { understood.insert(.rooms) }
        if disabled != nil { understood.insert(.disabled) }
        return failed.union(seen.intersection([.lastChat, .createdAt, .rooms, .disabled])).subtracting(understood)
    }

    /// Takes what one field says; several values stand in one text with `;`, `|`, `,` or a line break between them.
    ///
    /// Where a single value is wanted and several names stand for it, the first one counts.
    mutating func take(_ text: String, as field: VisitorField) {
        guard !text.isEmpty else { return }
        let text = field.isName ? text.withoutGuard : text.unwrapped
        guard !text.isEmpty else { return }
        if let field = field.decidable {
            // A word for nothing is an empty cell.
            guard !text.meansNothing else { return }
            seen.insert(field)
        }
        switch field {
        case .id(let rank):
            guard rank < rankOfID, !text.isNoID else { return }
            (id, rankOfID) = (text, rank)
        case .username: username = username ?? text
        case .name: name = name ?? text
        case .email: emails += AddressList.addresses(in: text)
        case .phone: Self.append(text, to: &phones)
        case .lastChat: lastChat = lastChat ?? Timestamp(exported: text)
        case .createdAt: createdAt = createdAt ?? Timestamp(exported: text)
        case .rooms: rooms = rooms ?? text.exportedCount
        case .disabled: disabled = disabled ?? text.exportedTruth
        case .custom(let name): customFields[name] = customFields[name] ?? text
        case .customFields: return
        }
    }

    /// Notes that a field holds something that is not understood.
    mutating func fail(_ field: VisitorField) {
        guard let field = field.decidable else { return }
        seen.insert(field)
        failed.insert(field)
    }

    private static func append(_ text: String, to values: inout [String]) {
        if text.utf8.contains(where: AddressList.isSeparator) {
            values += text.utf8.split(whereSeparator: AddressList.isSeparator).compactMap { String($0) }
        } else {
            values.append(text)
        }
    }
}

extension VisitorField {
    /// A text for people, which is taken as it is.
    var isName: Bool { self == .name || self == .username }

    /// The field as it is counted when it holds something that cannot be read; `nil` for one that holds any text.
    var decidable: VisitorFields? {
        switch self {
        case .lastChat: .lastChat
        case .createdAt: .createdAt
        case .rooms: .rooms
        case .disabled: .disabled
        case .email: .emails
        case .phone: .phones
        case .custom, .customFields: .customFields
        case .id, .username, .name: nil
        }
    }
}
