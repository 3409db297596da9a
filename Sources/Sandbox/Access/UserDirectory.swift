/// The users, and whose token still works.
struct UserDirectory: Sendable {
    private var users: [String: SandboxUser]
    private var revoked: Set<String> = []

    init(_ users: [SandboxUser]) {
        self.users = Dictionary(users.map { ($0.userID, $0) }) { _, later in later }
    }

    /// The user whose id and token these are (TheServer, "Credentials").
    func authenticate(userID: String, token: String) -> SandboxUser? {
        guard let user = users[userID], user.authToken == token, !revoked.contains(userID) else { return nil }
        return user
    }

    /// The user as he is now, if he still exists.
    func user(id: String) -> SandboxUser? {
        users[id]
    }

    /// The user with that name.
    func user(named username: String) -> SandboxUser? {
        users.values.first { $0.username == username }
    }

    /// Makes a user's token work or not.
    mutating func setToken(of user: SandboxUser, works: Bool) {
        if works { revoked.remove(user.userID) } else { revoked.insert(user.userID) }
    }

    /// Gives a user other roles.
    mutating func setRoles(of user: SandboxUser, to roles: [String]) {
        users[user.userID]?.roles = roles
    }

    /// Removes a user for good.
    mutating func delete(_ user: SandboxUser) {
        users[user.userID] = nil
    }
}
