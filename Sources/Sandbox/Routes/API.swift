import FoundationEssentials
import HTTPTypes

/// The REST API: takes a request through the checks in the server's order (TheMove, "Order of checks"), then to its
/// route.
struct API: Sendable {
    let state: SandboxState
    let time: SandboxTime
    /// The wait before 401 and 403; `nil` for a random one of 500 to 1000 ms.
    let denialDelay: Duration?
    let access: RoomAccess

    /// Answers a request whose record is at `entry` of the log.
    ///
    /// A request without an entry is not recorded. Throws only `CancellationError`.
    func answer(_ arrival: IncomingRequest, entry: Int?, deprecationThrows: Bool) async throws -> Answer {
        guard let body = arrival.body else { return .html(.badRequest, Pages.badRequest) }
        let (profile, instance) = state.access { ($0.profile, $0.instances.pick(for: arrival.connection)) }
        guard let match = RouteMatch(path: arrival.path, method: arrival.method, profile: profile) else {
            return Self.unknownPath(arrival.method)
        }
        guard arrival.method == match.route.method else { return Self.wrongMethod(match.route) }
        var headers = HTTPFields()
        var answer: Answer
        do {
            let user = try authenticate(arrival, for: match.route, entry: entry)
            try announceDeprecation(match.route, throwing: deprecationThrows, in: &headers)
            try limit(match.route, arrival, user, by: instance, in: &headers)
            let call = Call(match: match, profile: profile, query: arrival.query, body: body, user: user)
            announceParameters(call, in: &headers)
            try check(call)
            answer = .json(.ok, try await handle(call))
        } catch let refusal as APIError {
            answer = refusal.answer
            if answer.status == .unauthorized || answer.status == .forbidden { try await time.pause(denial) }
        }
        answer.headers.append(contentsOf: headers)
        answer.headers.set("X-Instance-ID", to: "sandboxInstance0\(instance + 1)")
        return answer
    }

    /// A path the API does not know: the web application, or nothing (TheServer, "HTTP").
    static func unknownPath(_ method: HTTPRequest.Method) -> Answer {
        guard method != .get, method != .head else { return .html(.ok, Pages.webApp) }
        return Answer(status: .methodNotAllowed, headers: [.allow: "OPTIONS, GET, HEAD"], body: [])
    }

    private static func wrongMethod(_ route: Route) -> Answer {
        var answer = Answer.json(
            .methodNotAllowed, ["status": "error", "message": "API endpoint does not exist"]
        )
        answer.headers[.allow] = route.method.rawValue
        return answer
    }

    private var denial: Duration {
        denialDelay ?? .milliseconds(Int.random(in: 500...1000))
    }

    private func handle(_ call: Call) async throws -> JSON {
        switch call.match.route {
        case .info: serverInfo(call)
        case .login: try login(call)
        case .me: try me(call)
        case .roomVisitor: try await moveRoom(call)
        case .roomsInfo: try roomInfo(call)
        case .visitorsInfo: try visitorInfo(call)
        case .chatHistory: try chatHistory(call)
        case .livechatRooms: try livechatRooms(call)
        case .visitorsSearch: try searchVisitors(call)
        case .contactSearch: try searchContact(call)
        case .contact: try contact(call)
        case .registerContact: try registerContact(call)
        case .customFields: try customFields(call)
        case .setCustomField: try setCustomField(call)
        case .setCustomFields: try setCustomFields(call)
        }
    }
}
