/// A request that was let through to its route.
struct Call: Sendable {
    let match: RouteMatch
    let profile: Profile
    let query: JSON
    let body: JSON
    /// The caller; only `login` and `info` can do without.
    let user: SandboxUser?

    /// The caller of a route that needs one.
    var caller: SandboxUser {
        get throws(APIError) {
            guard let user else { throw .unauthenticated }
            return user
        }
    }

    /// A body key as the text it is coerced to.
    func bodyText(_ key: String) -> String {
        body[key]?.coercedText ?? ""
    }
}
