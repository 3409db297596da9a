/// Where a sandbox listens and who can call it.
package struct SandboxAddress: Sendable {
    /// The base URL, such as `http://127.0.0.1:41237`.
    package let url: String
    package let users: [SandboxUser]
    /// The value of `X-Sandbox-Key` for the routes under `/sandbox`; `nil` where there are none.
    package let controlKey: String?
}

package extension SandboxAddress {
    /// The line of JSON a sandbox program begins its output with (TheSandbox, "The first line").
    var startupLine: String {
        let users = users.map { user -> JSON in
            [
                "username": .string(user.username), "userId": .string(user.userID),
                "authToken": .string(user.authToken), "password": .string(user.password),
            ]
        }
        let line: JSON = .object([
            "url": .string(url), "users": .array(users), "controlKey": controlKey.map(JSON.string),
        ])
        return String(decoding: line.bytes, as: UTF8.self)
    }
}
