import FoundationEssentials
import HTTPTypes

/// The checks that stand before every route, in their order (TheMove, "Order of checks").
extension API {
    /// Step 1: who calls.
    func authenticate(_ arrival: IncomingRequest, for route: Route, entry: Int?) throws(APIError) -> SandboxUser? {
        let userID = arrival.headers.value(of: "X-User-Id")
        let token = arrival.headers.value(of: "X-Auth-Token")
        let user = state.access { contents -> SandboxUser? in
            guard let userID, let token else { return nil }
            let user = contents.users.authenticate(userID: userID, token: token)
            if let user, let entry { contents.note(userID: user.userID, in: entry) }
            return user
        }
        if user == nil, route.needsUser { throw .unauthenticated }
        return user
    }

    /// Step 2: the deprecation headers, or the refusal that a setting makes of them (TheMove, "Deprecation").
    func announceDeprecation(_ route: Route, throwing: Bool, in headers: inout HTTPFields) throws(APIError) {
        guard route == .roomVisitor else { return }
        let message = "The endpoint \"\(route.rawValue)\" is deprecated and will be removed on version 7.0.0"
        headers.announce("endpoint-deprecation", version: "7.0.0", message: message)
        if throwing { throw .plain(message) }
    }

    /// Step 3: the rate limit (TheServer, "Rate limits").
    func limit(
        _ route: Route, _ arrival: IncomingRequest, _ user: SandboxUser?, by instance: Int, in headers: inout HTTPFields
    ) throws(APIError) {
        guard route.isLimited, user?.permissions.contains(.bypassRateLimit) != true else { return }
        let now = time.elapsed()
        let (verdict, skew) = state.access { contents in
            (contents.instances.count(route, from: arrival.address, by: instance, now: now), contents.clockSkew)
        }
        guard let verdict else { return }
        let reset = time.now().advanced(by: skew + verdict.resetsIn)
        headers.set("X-RateLimit-Limit", to: String(verdict.limit))
        headers.set("X-RateLimit-Remaining", to: String(verdict.remaining))
        headers.set("X-RateLimit-Reset", to: String(Int(reset.timeIntervalSince1970 * 1000)))
        if !verdict.isAllowed { throw .tooManyRequests(waitSeconds: verdict.resetsIn.wholeSecondsUp) }
    }

    /// Beside step 2: `fields` and `query` are deprecated wherever they are accepted (TheReads, "Paging").
    func announceParameters(_ call: Call, in headers: inout HTTPFields) {
        guard call.match.route == .livechatRooms else { return }
        for name in ["fields", "query"] where call.query[name] != nil {
            let version = call.profile.removalOfQueryParameters
            headers.announce(
                "parameter-deprecation", version: version,
                message: "The parameter \"\(name)\" in the endpoint \"\(call.match.route.rawValue)\" is deprecated "
                    + "and will be removed on version \(version)"
            )
        }
    }

    /// Steps 4 and 5: the shape of the parameters, then the permission.
    func check(_ call: Call) throws(APIError) {
        let route = call.match.route
        try route.schema(in: call.profile)?.check(route.method == .get ? call.query : call.body)
        let needed = route.permission(in: call.profile)
        guard needed.isEmpty || call.user?.permissions.isSuperset(of: needed) == true else { throw .forbidden }
    }
}

extension HTTPFields {
    fileprivate mutating func announce(_ type: String, version: String, message: String) {
        set("x-deprecation-type", to: type)
        set("x-deprecation-message", to: message)
        set("x-deprecation-version", to: version)
    }
}
