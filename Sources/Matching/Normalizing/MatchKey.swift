/// What two visitors can have in common that speaks for one person.
package enum MatchKey: Sendable, Hashable, CustomStringConvertible {
    case email
    case phone
    case username
    /// A custom field of `livechatData`, by its name.
    case custom(String)

    private static let customPrefix = "custom:"

    /// Reads `email`, `phone`, `username` or `custom:FIELD`.
    package init?(_ text: String) {
        switch text {
        case "email": self = .email
        case "phone": self = .phone
        case "username": self = .username
        default:
            guard text.hasPrefix(Self.customPrefix), text.utf8.count > Self.customPrefix.utf8.count else { return nil }
            self = .custom(String(text.dropFirst(Self.customPrefix.count)))
        }
    }

    package var description: String {
        switch self {
        case .email: "email"
        case .phone: "phone"
        case .username: "username"
        case .custom(let field): Self.customPrefix + field
        }
    }
}
