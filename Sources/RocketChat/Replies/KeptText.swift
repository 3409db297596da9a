import Model

/// What an answer says and this tool keeps: in journals, mappings, reports and on screens.
protocol KeptText {
    /// All of it that could be a text of the server's choice.
    var texts: [String] { get }
}

extension Room: KeptText {
    var texts: [String] { [id.rawValue, type] + (visitor.map { [$0.rawValue] } ?? []) }
}

extension RoomPage: KeptText {
    var texts: [String] { rooms.flatMap(\.texts) }
}

extension VisitorRecord: KeptText {
    // Its token is only ever compared.
    var texts: [String] { [id.rawValue, username ?? ""] }
}

extension VisitorPage: KeptText {
    var texts: [String] {
        visitors.flatMap { visitor in
            [visitor.id.rawValue, visitor.username ?? "", visitor.name ?? ""] + visitor.emails + visitor.phones
                + visitor.customFields.keys + visitor.customFields.values
        }
    }
}

extension Caller: KeptText {
    var texts: [String] { [id, username ?? ""] + roles }
}

extension ServerVersion: KeptText {
    var texts: [String] { [text] }
}

extension AuthToken {
    /// Tokens of servers have 43 characters; what is much shorter is a wrong one, and stands in answers by chance.
    private static let shortestRepeated = 12

    /// Whether a text of a server holds the token, or as much of it as is left where ``ServerText`` cuts.
    ///
    /// Compares scalar by scalar, because a combining mark after the token would make it another string.
    func isRepeated(in text: String) -> Bool {
        let token = secret.unicodeScalars
        guard secret.utf8.count >= Self.shortestRepeated, text.utf8.count >= min(secret.utf8.count, ServerText.limit)
        else { return false }
        let scalars = text.unicodeScalars
        if scalars.firstRange(of: token) != nil { return true }
        guard scalars.last == "…", token.count > 1 else { return false }
        let rest = scalars.dropLast()
        return (1..<token.count).contains { length in
            // So short a beginning tells nothing, and stands at the end of many a text.
            length > 4 && rest.suffix(length).elementsEqual(token.prefix(length))
        }
    }
}
