/// Where a sandbox listens and who can call it.
package struct SandboxAddress: Sendable {
    /// The base URL, such as `http://127.0.0.1:41237`.
    package let url: String
    package let users: [SandboxUser]
}

package extension SandboxAddress {
    /// The line of JSON a sandbox program begins its output with (spec 9).
    var startupLine: String {
        let users = users.map { user -> JSON in
            ["username": .string(user.username), "userId": .string(user.userID), "authToken": .string(user.authToken)]
        }
        let line: JSON = ["url": .string(url), "users": .array(users)]
        return String(decoding: line.bytes, as: UTF8.self)
    }
}
