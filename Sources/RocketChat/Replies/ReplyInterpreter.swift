import FoundationEssentials
import Model

/// Decides what an answer means: status, headers and body in, ``ReplyOutcome`` out, nothing else.
///
/// The table is in TheServer, "What an answer means".
///
/// The order of trust is the status, then the content type, then the shape of the body: a 200 with a page of HTML is no
/// success, and a 403 with one is the word of a proxy and not of Rocket.Chat.
struct ReplyInterpreter: Sendable {
    let route: Endpoint
    /// Taken out of every text, should a server repeat what it was sent.
    let token: AuthToken
    /// Whom the request was for, as far as a sentence has to name it.
    var address: ServerAddress?
    /// What was asked for, if it is known in full.
    var target: RequestTarget?
    /// Who called.
    var userID: String?

    /// The meaning of a complete answer; `success` judges the body of a 200.
    ///
    /// A body that was cut at its limit is passed in as far as it was read: cut JSON cannot be read as JSON.
    func meaning<Value>(_ head: ReplyHead, _ body: Data, success: (Data) -> ReplyOutcome<Value>) -> ReplyOutcome<Value>
    {
        switch head.status {
        case 200: answered(head, body, success: success)
        case 300..<400: .stop(Stop(.proxyRefused, redirectDetail(head)))
        case 400: refused(head, body)
        case 401: unauthenticated(head)
        case 403: forbidden(head, body)
        case 404, 405: .stop(missing(head))
        case 408, 425: .unknown(.gatewayError, "The answer was status \(head.status)")
        case 413: .stop(Stop(.proxyRefused, "\(name) was refused as too large (status 413); a proxy limits it"))
        case 429: .rateLimited(RateLimitHint(head: head, message: failure(body)?.text))
        case 402..<500: otherClientError(head, body)
        case 500, 501: .unknown(.serverError, "The server failed with status \(head.status)")
        case 502..<600: .unknown(.gatewayError, "A gateway or the server failed with status \(head.status)")
        default: .unknown(.unreadableReply, "Status \(head.status) is none that Rocket.Chat sends")
        }
    }

    private func answered<Value>(
        _ head: ReplyHead, _ body: Data, success: (Data) -> ReplyOutcome<Value>
    ) -> ReplyOutcome<Value> {
        guard head.isJSON else {
            return .stop(
                Stop(.notRocketChat, "\(name) answered with \(kind(head)) instead of JSON: \(isAddressRight)")
            )
        }
        guard head.encoding.isEmpty || head.encoding.lowercased() == "identity" else {
            return .unknown(.unreadableReply, "The answer is compressed although that was not asked for")
        }
        return success(body)
    }

    private func unauthenticated<Value>(_ head: ReplyHead) -> ReplyOutcome<Value> {
        guard head.isJSON else { return .stop(Stop(.proxyRefused, wallDetail(head))) }
        return .stop(
            Stop(.credentialsRejected, "The server does not accept the user id and auth token (status 401)\(idHint)")
        )
    }

    /// What a server makes up as the id of a user has 17 of these; what looks different may be one all the same.
    private static let idCharacters = Set("23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz")

    private var idHint: String {
        guard let userID, userID.count != 17 || !userID.allSatisfy(Self.idCharacters.contains) else { return "" }
        // A token that was taken for the id is not repeated.
        guard userID.count <= Self.longestName else {
            return ": what is given as the user id has \(userID.count) characters, and an id has 17. Is it the token?"
        }
        return
            ": “\(clean(userID))” does not look like the id of a user, which has 17 letters and digits; a user name is none. "
            + "The account page shows the id with each new personal access token"
    }

    /// Most names are shorter, and tokens longer.
    private static let longestName = 30

    private func forbidden<Value>(_ head: ReplyHead, _ body: Data) -> ReplyOutcome<Value> {
        // A firewall may answer in JSON too, but not in the form of Rocket.Chat.
        guard head.isJSON, failure(body)?.success == false else { return .stop(Stop(.proxyRefused, wallDetail(head))) }
        return .stop(
            Stop(
                .permissionMissing, "The calling user needs the permission \(route.permission) for \(name) (status 403)"
            ))
    }

    private func otherClientError<Value>(_ head: ReplyHead, _ body: Data) -> ReplyOutcome<Value> {
        guard head.isJSON, let text = failure(body)?.text, !text.isEmpty else {
            return .stop(Stop(.proxyRefused, wallDetail(head)))
        }
        return .refused(.refusedByServer, clean(text))
    }
}

extension ReplyInterpreter {
    /// Whether something that would be kept of an answer holds the token; texts of refusals are cleaned of it.
    func repeatsToken<Value: KeptText>(_ head: ReplyHead, _ meaning: ReplyOutcome<Value>) -> Bool {
        if let instance = head.instance, token.isRepeated(in: instance) { return true }
        guard case .success(let value) = meaning else { return false }
        return value.texts.contains { token.isRepeated(in: $0) }
    }

    /// Nothing of such an answer is kept, or the token would stand in journals and reports.
    var repeatedToken: Stop {
        Stop(
            .notRocketChat,
            "The answer to \(name) repeats the auth token where a name or an id belongs, so it is not used: "
                + "have whoever runs that server look at it, and give the token up")
    }

    /// A JSON answer that is not what was asked for.
    func unreadable<Value>(_ what: String) -> ReplyOutcome<Value> {
        .unknown(.unreadableReply, "The answer to \(name) \(what)")
    }

    func failure(_ body: Data) -> FailureBody? {
        ReplyBody.decode(FailureBody.self, from: body)
    }

    func clean(_ text: String) -> String {
        ServerText.clean(text, without: token.secret)
    }

    /// The whole address that was asked.
    var name: String { (address.map { "\($0)" } ?? "") + path }

    /// Path and query of it, below the server's address.
    private var path: String { "/" + (target?.text ?? route.path) }

    /// For an answer that no Rocket.Chat gives.
    var isAddressRight: String {
        let hint = address?.path.isEmpty == false ? " The path of a page is no part of it" : ""
        return "is the address right?" + hint
    }

    private func kind(_ head: ReplyHead) -> String {
        head.mediaType.isEmpty ? "something without a content type" : clean(head.mediaType)
    }

    private func wallDetail(_ head: ReplyHead) -> String {
        "\(name) was refused with status \(head.status) and \(kind(head)): probably a proxy or a sign-in page"
    }

    /// Every Rocket.Chat has the route that tells its version, also one that has no other of ours.
    private func missing(_ head: ReplyHead) -> Stop {
        let server = address.map { "\($0)" } ?? "The server"
        let what = "\(server) has no \(path) (status \(head.status)): "
        guard route == .info else {
            return Stop(.endpointMissing, what + "Rocket.Chat 7.0 removed room.visitor, or the address is wrong")
        }
        return Stop(.notRocketChat, what + "this is no Rocket.Chat, or its path prefix is missing")
    }

    /// Names only where the redirect leads to, because its path and query may hold secrets.
    private func redirectDetail(_ head: ReplyHead) -> String {
        let target = head.location.flatMap { URLComponents(string: $0) }.flatMap { parts in
            parts.host.map { (parts.scheme.map { $0 + "://" } ?? "//") + $0 }
        }
        return "\(name) redirects with status \(head.status) to \(clean(target ?? "another page")); "
            + "redirects are not followed, so give the final address"
    }
}
