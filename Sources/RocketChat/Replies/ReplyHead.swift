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

    /// Reads the headers in one pass; of two with one name the first counts.
    init(status: Int, fields: some Sequence<(name: String, value: String)>) {
        self.status = status
        var contentType: String?
        var encoding: String?
        var date: String?
        var instance: String?
        var limit: String?
        var remaining: String?
        var reset: String?
        for (name, value) in fields {
            switch HeaderField(name: name) {
            case .contentType: contentType = contentType ?? value
            case .contentEncoding: encoding = encoding ?? value
            case .retryAfter: retryAfter = retryAfter ?? value
            case .location: location = location ?? value
            case .date: date = date ?? value
            case .instance: instance = instance ?? value
            case .limit: limit = limit ?? value
            case .remaining: remaining = remaining ?? value
            case .reset: reset = reset ?? value
            case nil: continue
            }
        }
        mediaType = Self.mediaType(contentType ?? "")
        self.encoding = encoding ?? ""
        self.date = date.flatMap { HTTPDate($0)?.timestamp }
        self.instance = instance.map { ServerText.clean($0) }
        window = Self.window(limit: limit, remaining: remaining, reset: reset)
    }

    private static func mediaType(_ header: String) -> String {
        if header == "application/json" { return header }
        guard let essence = header.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).first else {
            return ""
        }
        return essence.lowercased().filter { !$0.isWhitespace }
    }

    /// A window needs its first two numbers; the reset is milliseconds since 1970 (TheServer, "Rate limits").
    private static func window(limit: String?, remaining: String?, reset: String?) -> RateWindow? {
        guard let limit = limit.flatMap({ Int($0) }), let remaining = remaining.flatMap({ Int($0) }), limit > 0 else {
            return nil
        }
        let end = reset.flatMap { Int64($0) }.flatMap { $0 > 0 ? Timestamp(milliseconds: $0) : nil }
        return RateWindow(limit: limit, remaining: max(0, remaining), reset: end)
    }
}

/// A header of an answer that is read, by its name in lower case.
private enum HeaderField: String, CaseIterable {
    case contentType = "content-type"
    case contentEncoding = "content-encoding"
    case retryAfter = "retry-after"
    case location
    case date
    case instance = "x-instance-id"
    case limit = "x-ratelimit-limit"
    case remaining = "x-ratelimit-remaining"
    case reset = "x-ratelimit-reset"

    /// The field of a name in any case.
    ///
    /// Names are ASCII, so bytes are compared; most names of an answer are told apart by their length alone.
    init?(name: String) {
        let length = name.utf8.count
        guard let field = Self.all.first(where: { $0.length == length && $0.field.isNamed(name) })?.field else {
            return nil
        }
        self = field
    }

    private static let all = allCases.map { (field: $0, length: $0.rawValue.utf8.count) }

    private func isNamed(_ name: String) -> Bool {
        rawValue.utf8.elementsEqual(name.utf8) { known, byte in
            known == byte || known == byte | 0x20 && (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
        }
    }
}
