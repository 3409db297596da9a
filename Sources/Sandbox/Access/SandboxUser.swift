/// Somebody who can call the sandbox.
package struct SandboxUser: Sendable, CustomStringConvertible {
    package let username: String
    /// The value of `X-User-Id`.
    package let userID: String
    /// The value of `X-Auth-Token`.
    ///
    /// Means nothing outside the sandbox, but is kept out of logs like any token.
    package let authToken: String
    /// The names of the user's roles, such as `livechat-manager`.
    package var roles: [String]
    /// The departments the user serves.
    var departments: Set<String> = []
    /// The SHA-256 digest of the password, in hexadecimal digits; the password is the username.
    let passwordDigest: String

    /// The five users of every sandbox, always with the same ids and tokens (contract 5.6).
    package static let all: [SandboxUser] = [
        SandboxUser(
            username: "adm", userID: "aDmSandboxUser001",
            authToken: "aDm0Sandbox0Token0000000000000000000000000A",
            roles: ["admin"],
            passwordDigest: "86f65e28a754e1a71b2df9403615a6c436c32c42a75a10d02813961b86f1e428"
        ),
        SandboxUser(
            username: "mgr", userID: "mGrSandboxUser002",
            authToken: "mGr0Sandbox0Token0000000000000000000000000B",
            roles: ["livechat-manager"],
            passwordDigest: "80aa092c964102cbb421ead15e9df5576e0599f5498fca8c6c33af8a7bbd7fef"
        ),
        SandboxUser(
            username: "agt", userID: "aGtSandboxUser003",
            authToken: "aGt0Sandbox0Token0000000000000000000000000C",
            roles: ["livechat-agent"], departments: ["support"],
            passwordDigest: "de8ee572b831928aeb046e70772aaf0b6addf4bf7742c33a80150d4af5215689"
        ),
        SandboxUser(
            username: "mon", userID: "mOnSandboxUser004",
            authToken: "mOn0Sandbox0Token0000000000000000000000000D",
            roles: ["livechat-monitor"],
            passwordDigest: "e6d3efc6abfd85ceacedc20ecbb866e564fe16742930c48f8618bff70c5028e6"
        ),
        SandboxUser(
            username: "usr", userID: "uSrSandboxUser005",
            authToken: "uSr0Sandbox0Token0000000000000000000000000E",
            roles: ["user"],
            passwordDigest: "7ee4c3ec0b4ee3b9fd76755e03fc705c96866c89a610ccf10080a37899744a5b"
        ),
    ]

    package var description: String { "\(username) (\(userID), token redacted)" }

    /// What the user may do.
    var permissions: Permission { .granted(to: roles) }
}
