import Model

/// `{"visitor":{…}}` (TheReads, "One visitor").
struct VisitorBody: Decodable {
    var record: VisitorRecord

    private struct Document: Decodable {
        var record: VisitorRecord

        private enum Key: String, CodingKey {
            case id = "_id"
            case username, token
        }

        init(from decoder: any Decoder) throws {
            let fields = try decoder.container(keyedBy: Key.self)
            record = VisitorRecord(
                id: VisitorID(try fields.decode(String.self, forKey: .id)),
                username: fields.lenient(String.self, .username),
                token: fields.lenient(String.self, .token).map { VisitorToken($0) }
            )
        }
    }

    private enum Key: String, CodingKey {
        case visitor
    }

    init(from decoder: any Decoder) throws {
        record = try decoder.container(keyedBy: Key.self).decode(Document.self, forKey: .visitor).record
    }
}

/// `{"visitors":[…]}` (TheReads, "All visitors").
struct VisitorPageBody: Decodable {
    var page: VisitorPage

    private enum Key: String, CodingKey {
        case visitors, offset, total
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        page = VisitorPage(
            visitors: try fields.page(of: VisitorDocument.self, .visitors).map(\.profile),
            offset: try fields.decode(Int.self, forKey: .offset),
            total: try fields.decode(Int.self, forKey: .total)
        )
    }
}
