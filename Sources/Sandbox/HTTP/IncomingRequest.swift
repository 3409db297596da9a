import FoundationEssentials
import HTTPTypes

/// A request as it arrived, whole.
struct IncomingRequest: Sendable {
    let at: Date
    let elapsed: Duration
    let method: HTTPRequest.Method
    /// Without the query.
    let path: String
    let query: JSON
    let headers: HTTPFields
    /// What the body parser made of the body: an empty object for none or one of another type, `nil` for malformed JSON.
    let body: JSON?
    /// What a control route takes: JSON, or no body at all.
    let isJSONOrEmpty: Bool
    /// The address the limiter counts for (TheServer, "Rate limits").
    let address: String
    /// Tells connections apart: the client's port.
    let connection: Int

    init(
        _ head: HTTPRequest, body: some Collection<UInt8>, peer: String, connection: Int, at: Date, elapsed: Duration
    ) {
        self.at = at
        self.elapsed = elapsed
        self.connection = connection
        method = head.method
        headers = head.headerFields
        let parts = (head.path ?? "/").split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        query = parts.count > 1 ? FormParser.parse(parts[1]) : [:]
        let type = (head.headerFields[.contentType] ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        self.body = Self.parse(body, type: type)
        isJSONOrEmpty = body.isEmpty || type == "application/json"
        address = Self.address(head.headerFields, peer: peer)
    }

    private static func parse(_ body: some Collection<UInt8>, type: String) -> JSON? {
        guard !body.isEmpty else { return [:] }
        switch type {
        case "application/json":
            do {
                let value = try JSONParser.parse(body)
                // The server's parser takes objects and arrays only.
                return value.isContainer ? value : nil
            } catch {
                return nil
            }
        case "application/x-www-form-urlencoded": return FormParser.parse(Substring(decoding: body, as: UTF8.self))
        default: return [:]
        }
    }

    /// One proxy is trusted, so the last entry of `X-Forwarded-For` counts.
    private static func address(_ headers: HTTPFields, peer: String) -> String {
        if let last = headers.value(of: "X-Forwarded-For")?.split(separator: ",").last {
            return String(last.filter { $0 != " " })
        }
        return headers.value(of: "X-Real-IP") ?? peer
    }

    /// What the request log keeps.
    func record(route: Route?) -> RequestRecord {
        RequestRecord(
            at: at,
            monotonicNanoseconds: Int64(elapsed / .nanoseconds(1)),
            method: method.rawValue,
            path: route == nil ? withoutTokens : path,
            route: route?.rawValue,
            query: parameters(of: route),
            rid: route == .roomsInfo ? query["roomId"]?.string : body?["rid"]?.string,
            oldVisitorID: body?["oldVisitorId"]?.string,
            newVisitorID: body?["newVisitorId"]?.string
        )
    }

    private func parameters(of route: Route?) -> [String: String] {
        guard let route, !query.members.isEmpty else { return [:] }
        return route.loggedParameters.reduce(into: [:]) { $0[$1] = query[$1]?.string }
    }

    /// The path without what stands behind `visitor`: on the server's other routes that is a visitor's token.
    private var withoutTokens: String {
        guard let range = path.firstRange(of: "/visitor/") else { return path }
        return path[..<range.upperBound] + "redacted"
    }
}

extension JSON {
    fileprivate var isContainer: Bool {
        switch self {
        case .array, .object: true
        case .null, .bool, .integer, .number, .string: false
        }
    }
}
