/// Something that goes wrong on request, with a share of the API requests it happens to.
///
/// "Write" means the handling of the request, for routes that only read as well.
package struct Fault: Sendable {
    /// What can go wrong.
    package enum Name: String, CaseIterable, Sendable {
        /// The request reaches the server late.
        case delayBeforeWrite = "delay-before-write"
        /// The answer reaches the client late.
        case delayAfterWrite = "delay-after-write"
        /// The connection is closed without an answer; nothing was written.
        case dropBeforeWrite = "drop-before-write"
        /// The connection is closed without an answer, although the request was handled.
        case dropAfterWrite = "drop-after-write"
        case badGatewayBeforeWrite = "502-before-write"
        case badGatewayAfterWrite = "502-after-write"
        case unavailableBeforeWrite = "503-before-write"
        case unavailableAfterWrite = "503-after-write"
        case gatewayTimeoutBeforeWrite = "504-before-write"
        case gatewayTimeoutAfterWrite = "504-after-write"
        /// A sign-in page with status 200 instead of an answer; nothing was written.
        case html200 = "html-200"
        /// The answer ends in the middle of its JSON.
        case truncatedJSON = "truncated-json"
        /// A proxy keeps the rate-limit headers to itself.
        case rateHeadersLost = "rate-headers-lost"
        /// The answer is gzip-encoded, asked for or not.
        case gzip
        /// A proxy answers 429 with `Retry-After` in seconds; nothing was written.
        case retryAfter = "retry-after"
        /// A proxy answers 429 with `Retry-After` as a date; nothing was written.
        case retryAfterDate = "retry-after-date"
        /// `{"success":false}` with status 400; nothing was written.
        case emptyRefusal = "empty-refusal"
        /// `{"success":false}` with status 400, although the request was handled.
        case emptyRefusalAfterWrite = "empty-refusal-after-write"
        /// A proxy delivers the request twice; the client sees the second answer.
        case deliverTwice = "deliver-twice"
        /// The client sees 504, and the request is handled some time later.
        case lateWrite = "late-write"
        /// The connection is closed after the answer, without announcing it.
        case closeIdle = "close-idle"
        /// The server refuses deprecated endpoints (TheMove, "Deprecation").
        case deprecationThrows = "deprecation-throws"

        /// The time that counts when none is given, in milliseconds.
        fileprivate var defaultMilliseconds: Int {
            switch self {
            case .lateWrite: 200
            default: 1000
            }
        }
    }

    /// Delays in milliseconds: what is longer than a day no clock and no calendar has to bear.
    static let delays = 0...86_400_000

    package let name: Name
    /// The part of the matching requests it happens to, from 0 to 1.
    package let share: Double
    /// Only requests on this route; `nil` for all.
    let route: Route?
    /// So many matching requests are spared before the first one it can happen to.
    package let after: Int
    /// At most so many times; `nil` for no limit.
    package let count: Int?
    /// The delay of the delays and of `late-write`, the wait of `retry-after`.
    package let milliseconds: Int

    /// A fault that happens to a share of the requests.
    ///
    /// - Parameters:
    ///   - name: What goes wrong.
    ///   - share: From 0 to 1.
    ///   - route: A route's pattern, with or without `/api/v1/`.
    ///   - after: So many matching requests are spared first.
    ///   - count: At most so many times.
    ///   - milliseconds: Default: 200 for `late-write`, else 1000.
    /// - Throws: ``SandboxError/badFault(reason:)`` when a value makes no sense.
    package init(
        _ name: Name, share: Double = 1, route: String? = nil, after: Int = 0, count: Int? = nil,
        milliseconds: Int? = nil
    ) throws(SandboxError) {
        guard (0...1).contains(share) else {
            throw .badFault(reason: "the share of \(name.rawValue) must be from 0 to 1, not \(share)")
        }
        guard after >= 0, (count ?? 0) >= 0 else {
            throw .badFault(reason: "after and count of \(name.rawValue) must not be negative")
        }
        guard Self.delays.contains(milliseconds ?? 0) else {
            throw .badFault(
                reason: "milliseconds of \(name.rawValue) must be from 0 to \(Self.delays.upperBound), which is a day")
        }
        self.name = name
        self.share = share
        self.route = try route.map { (pattern) throws(SandboxError) in try Self.route(pattern) }
        self.after = after
        self.count = count
        self.milliseconds = milliseconds ?? name.defaultMilliseconds
    }

    /// Reads `NAME=SHARE`, optionally followed by `,after=N`, `,count=N`, `,milliseconds=N` and `,route=PATTERN`.
    ///
    /// Throws ``SandboxError/badFault(reason:)``.
    package init(parsing text: String) throws {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
            .map { $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false) }
        guard let head = parts.first, head.count == 2, let share = Double(head[1]) else {
            throw SandboxError.badFault(reason: "\"\(text)\" is not NAME=SHARE, such as drop-after-write=0.05")
        }
        var settings: [String: String] = [:]
        for part in parts.dropFirst() {
            guard part.count == 2, ["after", "count", "milliseconds", "route"].contains(part[0]) else {
                throw SandboxError.badFault(
                    reason: "\"\(text)\": behind the share come after=, count=, milliseconds= or route=")
            }
            settings[String(part[0])] = String(part[1])
        }
        try self.init(
            try Self.name(String(head[0])), share: share, route: settings["route"],
            after: try Self.number("after", in: settings) ?? 0, count: try Self.number("count", in: settings),
            milliseconds: try Self.number("milliseconds", in: settings)
        )
    }

    /// The name a text stands for.
    static func name(_ text: String) throws(SandboxError) -> Name {
        guard let name = Name(rawValue: text) else {
            let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badFault(reason: "there is no fault \"\(text)\"; known faults: \(known)")
        }
        return name
    }

    private static func number(_ key: String, in settings: [String: String]) throws -> Int? {
        guard let text = settings[key] else { return nil }
        guard let number = Int(text) else {
            throw SandboxError.badFault(reason: "\(key) must be a whole number, not \"\(text)\"")
        }
        return number
    }

    private static func route(_ pattern: String) throws(SandboxError) -> Route {
        let candidates = [pattern, "/api/v1/" + pattern, "/" + pattern]
        guard let route = candidates.lazy.compactMap(Route.init(rawValue:)).first else {
            let known = Route.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badFault(reason: "there is no route \"\(pattern)\"; known routes: \(known)")
        }
        return route
    }
}
