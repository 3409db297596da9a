extension Seed {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case visitors
        case rooms
        case customFields
    }

    package init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(except: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        visitors = try container.decodeIfPresent([Visitor].self, forKey: .visitors) ?? []
        rooms = try container.decodeIfPresent([Room].self, forKey: .rooms) ?? []
        customFields = try container.decodeIfPresent([CustomField].self, forKey: .customFields) ?? []
    }
}

extension Seed.CustomField {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case id = "_id"
        case label
        case scope
        case regexp
        case required
    }

    package init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(except: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(String.self, forKey: .id),
            label: try container.decodeIfPresent(String.self, forKey: .label),
            scope: try container.decodeIfPresent(String.self, forKey: .scope) ?? "visitor",
            regexp: try container.decodeIfPresent(String.self, forKey: .regexp),
            required: try container.decodeIfPresent(Bool.self, forKey: .required) ?? false
        )
    }
}

extension Seed.Visitor {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case id = "_id"
        case username
        case token
        case disabled
        case name
        case emails
        case phones
        case livechatData
        case contactManager
        case lastChat
        case ts
    }

    package init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(except: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(String.self, forKey: .id),
            username: try container.decodeIfPresent(String.self, forKey: .username),
            token: try container.decodeIfPresent(String.self, forKey: .token),
            disabled: try container.decodeIfPresent(Bool.self, forKey: .disabled) ?? false,
            name: try container.decodeIfPresent(String.self, forKey: .name),
            emails: try container.decodeIfPresent([String].self, forKey: .emails) ?? [],
            phones: try container.decodeIfPresent([String].self, forKey: .phones) ?? [],
            livechatData: try container.decodeIfPresent([String: String].self, forKey: .livechatData) ?? [:],
            contactManager: try container.decodeIfPresent(String.self, forKey: .contactManager),
            lastChat: try container.decodeIfPresent(String.self, forKey: .lastChat),
            ts: try container.decodeIfPresent(String.self, forKey: .ts)
        )
    }
}

extension Seed.Room {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case id = "_id"
        case type = "t"
        case open
        case visitorID = "visitorId"
        case servedBy
        case departmentID = "departmentId"
        case fname
        case ts
        case archived
        case onHold
        case tags
        case livechatData
    }

    package init(from decoder: any Decoder) throws {
        try decoder.refuseKeys(except: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(String.self, forKey: .id),
            type: try container.decodeIfPresent(RoomType.self, forKey: .type) ?? .livechat,
            open: try container.decodeIfPresent(Bool.self, forKey: .open) ?? false,
            visitorID: try container.decodeIfPresent(String.self, forKey: .visitorID),
            servedBy: try container.decodeIfPresent(String.self, forKey: .servedBy),
            departmentID: try container.decodeIfPresent(String.self, forKey: .departmentID),
            fname: try container.decodeIfPresent(String.self, forKey: .fname),
            ts: try container.decodeIfPresent(String.self, forKey: .ts),
            archived: try container.decodeIfPresent(Bool.self, forKey: .archived) ?? false,
            onHold: try container.decodeIfPresent(Bool.self, forKey: .onHold) ?? false,
            tags: try container.decodeIfPresent([String].self, forKey: .tags) ?? [],
            livechatData: try container.decodeIfPresent([String: String].self, forKey: .livechatData) ?? [:]
        )
    }
}

/// A key that can be anything, to see the keys that do not belong.
private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init?(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}

extension Decoder {
    /// A misspelt key would otherwise be a silent default.
    fileprivate func refuseKeys<Key: CodingKey & CaseIterable>(except known: Key.Type) throws {
        let names = known.allCases.map(\.stringValue)
        for key in try container(keyedBy: AnyKey.self).allKeys where !names.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: codingPath + [key],
                    debugDescription: "unknown key; known keys: \(names.joined(separator: ", "))"
                )
            )
        }
    }
}
