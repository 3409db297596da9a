import Model

/// A visitor as the list shows it (TheReads, "All visitors").
struct VisitorDocument: Decodable {
    var profile: VisitorProfile

    private struct Email: Decodable {
        var address: String
    }

    private struct Phone: Decodable {
        var phoneNumber: String
    }

    private struct LastChat: Decodable {
        var began: Timestamp?
        /// There is an instant that cannot be read.
        var isUnreadable: Bool

        private enum Key: String, CodingKey {
            case began = "ts"
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            began = fields.instant(.began)
            isUnreadable = try began == nil && fields.contains(.began) && !fields.decodeNil(forKey: .began)
        }
    }

    private enum Key: String, CodingKey {
        case id = "_id"
        case username, name, visitorEmails, phone, livechatData, lastChat
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        let lastChat = fields.lenient(LastChat.self, .lastChat)
        profile = VisitorProfile(
            id: VisitorID(try fields.decode(String.self, forKey: .id)),
            username: fields.lenient(String.self, .username),
            name: fields.lenient(String.self, .name),
            emails: (fields.lenient([Email?].self, .visitorEmails) ?? []).compactMap { $0?.address },
            phones: (fields.lenient([Phone?].self, .phone) ?? []).compactMap { $0?.phoneNumber },
            customFields: fields.lenient(CustomFields.self, .livechatData)?.texts ?? [:],
            lastChat: lastChat?.began, unreadable: lastChat?.isUnreadable == true ? .lastChat : []
        )
    }
}

/// `livechatData`: what an administrator made up, with values of any kind.
private struct CustomFields: Decodable {
    var texts: [String: String] = [:]

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) {
            nil
        }
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        for key in fields.allKeys {
            texts[key.stringValue] =
                fields.lenient(String.self, key) ?? fields.lenient(Bool.self, key).map { "\($0)" }
                ?? fields.lenient(Int.self, key).map { "\($0)" } ?? fields.lenient(Double.self, key).map { "\($0)" }
        }
    }
}
