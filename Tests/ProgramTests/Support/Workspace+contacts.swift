import FoundationEssentials
import TestSupport
import Testing

/// A visitor's record as the sandbox has it.
struct StoredVisitor: Decodable, Equatable {
    var name: String?
    var emails: [String]
    var phones: [String]
    var fields: [String: String]
    var manager: String?

    private struct Email: Decodable { var address: String }
    private struct Phone: Decodable { var phoneNumber: String }
    private struct Manager: Decodable { var username: String }

    private enum Key: String, CodingKey {
        case name, visitorEmails, phone, livechatData, contactManager
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        name = try container.decodeIfPresent(String.self, forKey: .name)
        emails = try (container.decodeIfPresent([Email].self, forKey: .visitorEmails) ?? []).map(\.address)
        phones = try (container.decodeIfPresent([Phone].self, forKey: .phone) ?? []).map(\.phoneNumber)
        fields = try container.decodeIfPresent([String: String].self, forKey: .livechatData) ?? [:]
        manager = try container.decodeIfPresent(Manager.self, forKey: .contactManager)?.username
    }
}

// What became of records, and customers who write again.
extension Workspace {
    func visitor(_ id: String) async throws -> StoredVisitor {
        try await visitors([id])[0]
    }

    func visitors(_ ids: [String]) async throws -> [StoredVisitor] {
        try await answers(ids.map { ("GET", "visitors/\($0)", "") }).map {
            try JSONDecoder().decode(StoredVisitor.self, from: Data($0.utf8))
        }
    }

    /// How often a record was written by `POST omnichannel/contact`.
    func contactWrites() async throws -> Int {
        struct Write: Decodable {}
        return try JSONDecoder().decode([Write].self, from: Data(await answer("GET", "contacts", "").utf8)).count
    }

    func roomName(_ id: String) async throws -> String {
        try await roomNames([id])[0]
    }

    func roomNames(_ ids: [String]) async throws -> [String] {
        struct Answer: Decodable {
            struct Room: Decodable { var fname: String }
            var room: Room
        }
        return try await answers(ids.map { ("GET", "rooms/\($0)", "") }).map {
            try JSONDecoder().decode(Answer.self, from: Data($0.utf8)).room.fname
        }
    }

    /// Lets a customer write, whose new conversation is removed again.
    ///
    /// - Returns: the visitor at whom it arrived.
    func writesAgain(phone: String? = nil, email: String? = nil, token: String? = nil) async throws -> String {
        let who = [("phone", phone), ("email", email), ("token", token)].compactMap { key, value in
            value.map { (key, $0) }
        }
        return try await writeAgain(who)[0]
    }

    /// Lets customers write, each by an address of a kind, whose new conversations are removed again.
    ///
    /// - Returns: the visitors at whom they arrived.
    func writeAgain(_ customers: [(kind: String, address: String)]) async throws -> [String] {
        struct Answer: Decodable {
            var visitorId: String
            var rid: String
        }
        let answers = try await answers(
            customers.map { ("POST", "messages", #"{"\#($0.kind)":"\#($0.address)"}"#) }
        ).map { try JSONDecoder().decode(Answer.self, from: Data($0.utf8)) }
        _ = try await self.answers(answers.map { ("DELETE", "rooms/\($0.rid)", "") })
        return answers.map(\.visitorId)
    }
}
