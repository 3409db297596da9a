import Crypto

/// Somebody who can call the sandbox.
package struct SandboxUser: Sendable, CustomStringConvertible {
    package let username: String
    /// The value of `X-User-Id`.
    package let userID: String
    /// The value of `X-Auth-Token`.
    package let authToken: String
    /// The password of `POST login`.
    package let password: String
    /// The names of the user's roles, such as `livechat-manager`.
    package var roles: [String]
    /// The departments the user serves.
    var departments: Set<String> = []

    /// The names of the five users of every sandbox (TheSandbox, "The first line").
    static let usernames = ["adm", "mgr", "agt", "mon", "usr"]

    /// The five users of a new sandbox, with ids and secrets that are made up for it.
    ///
    /// A sandbox can hold the export of a real server, and every user of the machine reaches its port: whoever knows
    /// this source must not know how to log in.
    static func makeAll() -> [SandboxUser] {
        zip(usernames, ["admin", "livechat-manager", "livechat-agent", "livechat-monitor", "user"]).map { name, role in
            SandboxUser(
                username: name, userID: .random(count: 17), authToken: .random(count: 43),
                password: .random(count: 43), roles: [role], departments: role == "livechat-agent" ? ["support"] : [])
        }
    }

    package var description: String { "\(username) (\(userID), token redacted)" }

    /// What the user may do.
    var permissions: Permission { .granted(to: roles) }

    /// The SHA-256 digest of the password, in hexadecimal digits.
    var passwordDigest: String {
        SHA256.hash(data: Array(password.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension String {
    /// The characters of the server's own ids.
    private static let alphabet = Array("23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz")

    /// A text that cannot be guessed: the system's generator is a cryptographic one.
    static func random(count: Int) -> String {
        String((0..<count).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }
}
