/// Who the caller is and what the server is (TheServer, "Versions", "Login" and "The caller").
extension API {
    /// `POST login`.
    func login(_ call: Call) throws(APIError) -> JSON {
        let name =
            call.body["user"]?.string ?? call.body["username"]?.string ?? call.body["email"]?.string
            ?? call.body["user"]?["username"]?.string ?? call.body["user"]?["email"]?.string ?? ""
        let user = state.access { contents in
            contents.users.user(named: name) ?? contents.users.user(named: String(name.prefix { $0 != "@" }))
        }
        guard let user, name == user.username || name == user.email, user.accepts(call.body["password"]) else {
            throw .loginFailed
        }
        state.access { $0.users.setToken(of: user, works: true) }
        let data: JSON = ["userId": .string(user.userID), "authToken": .string(user.authToken), "me": user.profile]
        return ["status": "success", "data": data]
    }

    /// `GET me`: the user document with `success` as its last key.
    func me(_ call: Call) throws(APIError) -> JSON {
        let more = call.profile == .v6_13 ? [JSON.Member(key: "isOAuthUser", value: false)] : []
        return .object(try call.caller.profile.members + more + [JSON.Member(key: "success", value: true)])
    }

    /// `GET /api/info`, in the shape of the release and with as much as the caller may know.
    func serverInfo(_ call: Call) -> JSON {
        let full = call.profile.fullVersion
        let isOld = call.profile == .v6_4
        let isPrivileged = call.user?.permissions.contains(isOld ? .getServerInfo : .viewStatistics) == true
        let info: JSON = [
            "version": .string(full),
            "build": [
                "date": "2024-05-02T12:00:00.000Z", "nodeVersion": "v14.21.3", "arch": "x64", "platform": "linux",
            ],
            "marketplaceApiVersion": "1.42.0",
            "commit": ["hash": "0000000000000000000000000000000000000000", "branch": "HEAD"],
        ]
        if isOld, isPrivileged { return ["info": info, "success": true] }
        let short = full.split(separator: ".").prefix(2).joined(separator: ".")
        return .object([
            "version": .string(isPrivileged ? full : short),
            "info": isPrivileged ? info : nil,
            "minimumClientVersions": isOld ? nil : ["desktop": "3.9.6", "mobile": "4.39.0"],
            "success": true,
        ])
    }
}

extension SandboxUser {
    fileprivate var email: String { username + "@example.org" }

    /// A password in plain text, or the digest of one.
    fileprivate func accepts(_ password: JSON?) -> Bool {
        password?.string == self.password || password?["digest"]?.string == passwordDigest
    }

    /// The user document.
    fileprivate var profile: JSON {
        [
            "_id": .string(userID),
            "services": ["password": ["exists": true]],
            "username": .string(username),
            "emails": [["address": .string(email), "verified": true]],
            "status": "online",
            "active": true,
            "roles": .array(roles.map(JSON.string)),
            "name": .string(username),
            "settings": ["preferences": [:]],
            "avatarUrl": .string("/avatar/\(username)"),
            "email": .string(email),
        ]
    }
}
