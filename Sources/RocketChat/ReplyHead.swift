import Model

/// Status and the headers that matter, without HTTP types, so that judging an answer is a pure function.
struct ReplyHead: Sendable, Equatable {
    var status: Int
    /// `Content-Type` without parameters, in lower case; empty if absent.
    var mediaType = ""
    /// `Content-Encoding`; empty if absent.
    var encoding = ""
    /// `Retry-After` as sent: Rocket.Chat itself sends none, proxies do.
    var retryAfter: String?
    /// `Location` as sent.
    var location: String?
    var date: Timestamp?
    var window: RateWindow?
    var instance: String?

    var isJSON: Bool { mediaType == "application/json" }

    init(status: Int, mediaType: String = "") {
        self.status = status
        self.mediaType = mediaType
    }

    /// Reads the headers by asking `value` for each one by name.
    init(status: Int, value: (String) -> String?) {
        self.status = status
        mediaType = Self.mediaType(value("Content-Type") ?? "")
        encoding = value("Content-Encoding") ?? ""
        retryAfter = value("Retry-After")
        location = value("Location")
        date = value("Date").flatMap { HTTPDate($0)?.timestamp }
        instance = value("X-Instance-Id").map { ServerText.clean($0) }
        window = Self.window(
            limit: value("X-RateLimit-Limit"),
            remaining: value("X-RateLimit-Remaining"),
            reset: value("X-RateLimit-Reset")
        )
    }

    private static func mediaType(_ header: String) -> String {
        guard let essence = header.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first else {
            return ""
        }
        return essence.lowercased().filter { !$0.isWhitespace }
    }

    /// A window needs its first two numbers; the reset is milliseconds since 1970 (contract 6).
    private static func window(limit: String?, remaining: String?, reset: String?) -> RateWindow? {
        guard let limit = limit.flatMap({ Int($0) }), let remaining = remaining.flatMap({ Int($0) }), limit > 0 else {
            return nil
        }
        let end = reset.flatMap { Int64($0) }.flatMap { $0 > 0 ? Timestamp(milliseconds: $0) : nil }
        return RateWindow(limit: limit, remaining: max(0, remaining), reset: end)
    }
}
