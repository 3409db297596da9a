import HTTPTypes

/// A path that leads to a route, with its variable parts.
struct RouteMatch: Sendable {
    let route: Route
    /// The value of `:roomId`.
    var roomID = ""
    /// The value of `:visitorId`.
    var visitorID = ""

    private static let fixed = Dictionary(grouping: Route.allCases.filter { !$0.rawValue.contains(":") }, by: \.path)

    /// The route of a path in the given release, by its method where there are several; `nil` for an unknown path.
    init?(path: String, method: HTTPRequest.Method, profile: Profile) {
        if let routes = Self.fixed[path[...]], let route = routes.first(where: { $0.method == method }) ?? routes.first
        {
            guard route != .roomVisitor || profile != .v7_0 else { return nil }
            self.init(route: route)
        } else {
            let pattern = Route.chatHistory.rawValue.split(separator: "/", omittingEmptySubsequences: false)
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == pattern.count else { return nil }
            self.init(route: .chatHistory)
            for (part, name) in zip(parts, pattern) {
                switch name {
                case ":roomId": roomID = FormParser.decodePath(part)
                case ":visitorId": visitorID = FormParser.decodePath(part)
                default: guard part == name else { return nil }
                }
            }
        }
    }

    private init(route: Route) {
        self.route = route
    }
}
