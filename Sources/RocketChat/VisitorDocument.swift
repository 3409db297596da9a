import Model

/// A visitor as the list shows it (contract 8.8).
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

        private enum Key: String, CodingKey {
            case began = "ts"
        }

        init(from decoder: any Decoder) throws {
            began = try decoder.container(keyedBy: Key.self).instant(.began)
        }
    }

    private enum Key: String, CodingKey {
        case id = "_id"
        case username, name, visitorEmails, phone, livechatData, lastChat
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        profile = VisitorProfile(
            id: VisitorID(try fields.decode(String.self, forKey: .id)),
            username: fields.lenient(String.self, .username),
            name: fields.lenient(String.self, .name),
            emails: (fields.lenient([Email?].self, .visitorEmails) ?? []).compactMap { $0?.address },
            phones: (fields.lenient([Phone?].self, .phone) ?? []).compactMap { $0?.phoneNumber },
            customFields: fields.lenient(CustomFields.self, .livechatData)?.texts ?? [:],
            lastChat: fields.lenient(LastChat.self, .lastChat)?.began
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
