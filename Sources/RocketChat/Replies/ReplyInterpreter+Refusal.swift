import FoundationEssentials
import Model

/// Status 400: the server says no in words.
///
/// The words are those of TheMove, "Order of checks", "Deprecation" and "Versions before 5.2", and of TheReads.
extension ReplyInterpreter {
    func refused<Value>(_ head: ReplyHead, _ body: Data) -> ReplyOutcome<Value> {
        guard head.isJSON else {
            return .stop(
                Stop(.notRocketChat, "\(name) was refused with a page instead of JSON (status 400): is it a proxy's?")
            )
        }
        guard let failure = failure(body) else { return unreadable("was refused in words that cannot be read") }
        guard let text = failure.text, !text.isEmpty else {
            return .unknown(.emptyRefusal, "The server refused without a reason")
        }
        for code in failure.codes {
            if let meaning: ReplyOutcome<Value> = meaning(code: code, text: text, head: head) {
                return meaning
            }
        }
        if text.contains("is deprecated and will be removed on version") {
            return .stop(Stop(.deprecationThrows, "The server refuses deprecated endpoints: \(clean(text))"))
        }
        return .refused(.refusedByServer, clean(text))
    }

    private func meaning<Value>(code: String, text: String, head: ReplyHead) -> ReplyOutcome<Value>? {
        switch code {
        case "invalid-room-visitor":
            .notOwner
        case "visitor-not-found", "invalid-visitor":
            .refused(.newVisitorNotFound, "The visitor does not exist or is disabled")
        case "invalid-room", "error-room-not-found":
            .refused(.roomNotFound, "The room does not exist or is no Omnichannel room")
        case "error-not-allowed", "not-allowed":
            .refused(.roomNotAllowed, "The caller has no access to the room; view-livechat-rooms would give it")
        case "invalid-params", "error-invalid-params", "error-invalid-sort", "error-roomid-param-not-provided":
            .refused(.invalidRequest, clean(text))
        case "error-not-authorized", "error-unauthorized", "unauthorized":
            .stop(Stop(.permissionMissing, "The calling user needs the permission \(route.permission) for \(name)"))
        case "error-user-not-found":
            .stop(Stop(.credentialsRejected, "The calling user no longer exists"))
        case "error-too-many-requests":
            .rateLimited(RateLimitHint(head: head, message: text))
        default:
            nil
        }
    }
}

extension FailureBody {
    /// The words of the refusal.
    var text: String? { error ?? message ?? errorType }

    /// Where the code of the refusal may stand, in this order: the whole text, a trailing `[code]`, the type (TheServer,
    /// "Envelopes").
    var codes: [String] {
        [error, error.flatMap(Self.trailingCode), message.flatMap(Self.trailingCode), errorType].compactMap { $0 }
    }

    private static func trailingCode(_ text: String) -> String? {
        guard text.last == "]", let open = text.lastIndex(of: "[") else { return nil }
        return String(text[text.index(after: open)...].dropLast())
    }
}
