/// Names in an export that are not read and look as if they were meant to be.
enum LookalikeName {
    /// More names than a person would read in one message.
    static let namesKept = 20

    /// True if a name is a slip of one that is read, or holds a word for a value that is looked for.
    static func matches(_ name: String, custom: [String]) -> Bool {
        // A column name is short; this keeps a hostile header from costing time.
        guard name.utf8.count <= 64 else { return false }
        let words = name.lowercased().split { !$0.isLetter }.map(String.init)
        guard let last = words.last, !["type", "label", "verified"].contains(last), words != ["lastchat", "id"] else {
            return false
        }
        let letters = words.joined()
        if telling.contains(where: { letters.contains($0) }) || !phones.isDisjoint(with: words) {
            return true
        }
        if letters.contains("last"), lastContact.contains(where: { letters.contains($0) }) { return true }
        if letters.contains("room"), letters.contains("rooms") || counts.contains(where: { letters.contains($0) }) {
            return true
        }
        return (slips + custom).contains { nearestName(to: $0, among: [name]) != nil }
    }

    private static let telling = [
        "mail", "phone", "mobile", "telefon", "username", "disabled", "created", "livechatdata",
    ]
    /// Words for a telephone number that are part of others.
    private static let phones: Set<String> = ["tel", "cell", "handy", "gsm", "msisdn", "whatsapp"]
    private static let lastContact = ["chat", "message", "contact", "seen", "activ", "visit"]
    private static let counts = ["count", "number", "total"]
    /// Short names are near to everything.
    private static let slips = ["email", "phone", "username", "lastchat", "disabled", "createdat", "visitoremails"]
}
