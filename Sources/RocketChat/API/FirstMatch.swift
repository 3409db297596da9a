import FoundationEssentials
package import Model

/// A value by which the server looks up a returning visitor.
package enum ContactValue: Sendable, Equatable {
    case email(String)
    case phone(String)
}

/// The visitor that the server finds first for a value.
package struct FirstMatch: Sendable, Equatable {
    /// `nil` if no visitor has the value as it is written.
    package var visitor: VisitorID?

    package init(visitor: VisitorID?) {
        self.visitor = visitor
    }
}

/// Asks which visitor the server itself would take.
package protocol ContactFinder: Sendable {
    /// The first visitor with the value, exactly as it is written (TheReads, "First match").
    func firstMatch(_ value: ContactValue) async -> Reply<FirstMatch>
}

extension RocketChatReader: ContactFinder {
    package func firstMatch(_ value: ContactValue) async -> Reply<FirstMatch> {
        await transport.get(.firstMatch(value)) { reading, body in reading.firstMatch(body) }
    }
}

extension RequestTarget {
    static func firstMatch(_ value: ContactValue) -> RequestTarget {
        switch value {
        case .email(let text): RequestTarget(.contactSearch, query: [("email", text)])
        case .phone(let text): RequestTarget(.contactSearch, query: [("phone", text)])
        }
    }
}

extension ReplyInterpreter {
    func firstMatch(_ body: Data) -> ReplyOutcome<FirstMatch> {
        guard let body = ReplyBody.decode(FirstMatchBody.self, from: body) else {
            return unreadable("holds neither a contact nor null")
        }
        return .success(FirstMatch(visitor: body.contact?.id))
    }
}

/// `{"contact":{…}}` or `{"contact":null}`; the token that stands in it is not read.
private struct FirstMatchBody: Decodable {
    struct Contact: Decodable {
        var id: VisitorID

        private enum Key: String, CodingKey {
            case id = "_id"
        }

        init(from decoder: any Decoder) throws {
            id = VisitorID(try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .id))
        }
    }

    var contact: Contact?

    private enum Key: String, CodingKey {
        case contact, success
    }

    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: Key.self)
        // What says neither is no answer to this question.
        guard try fields.contains(.contact) || fields.decode(Bool.self, forKey: .success) else {
            throw DecodingError.dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: "no contact"))
        }
        contact = try fields.decodeIfPresent(Contact.self, forKey: .contact)
    }
}

extension FirstMatch: KeptText {
    var texts: [String] { visitor.map { [$0.rawValue] } ?? [] }
}
