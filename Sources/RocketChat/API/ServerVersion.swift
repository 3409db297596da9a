/// The version of a server, compared by major and minor number alone (TheReads, "Version and health").
package struct ServerVersion: Sendable, Comparable, CustomStringConvertible {
    package var major: Int
    package var minor: Int
    /// The version as the server wrote it, such as `6.9.0-rc.2`.
    package var text: String

    /// Reads `6.9`, `6.9.3`, `6.9.0-rc.2` and `7.0.0-develop`; `nil` for what does not begin with two numbers.
    package init?(parsing text: String) {
        let numbers =
            text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            .first?.split(separator: ".", omittingEmptySubsequences: false) ?? []
        guard numbers.count >= 2,
            let major = Int(numbers[0]), (0..<10_000).contains(major),
            let minor = Int(numbers[1]), (0..<10_000).contains(minor)
        else { return nil }
        self.major = major
        self.minor = minor
        self.text = text
    }

    package var description: String { text }

    /// The server is too new: 7.0.0 removed `room.visitor` (TheServer, "Versions").
    package var isPastEndpoint: Bool { major >= 7 }

    /// The server has `room.visitor`: 3.6 up to, but not including, 7.0.
    package var hasEndpoint: Bool { (3, 6) <= (major, minor) && !isPastEndpoint }

    package static func == (left: ServerVersion, right: ServerVersion) -> Bool {
        (left.major, left.minor) == (right.major, right.minor)
    }

    package static func < (left: ServerVersion, right: ServerVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }
}

/// The user whose credentials are used, by `/api/v1/me` (TheServer, "The caller").
package struct Caller: Sendable, Equatable {
    package var id: String
    package var username: String?
    /// Role ids; what a role may do cannot be read from here.
    package var roles: [String]

    package init(id: String, username: String? = nil, roles: [String] = []) {
        self.id = id
        self.username = username
        self.roles = roles
    }
}

/// What the harmless probe of the preflight proves when it succeeds: the endpoint is there and lets the caller in.
///
/// Up to 6.4 the server tests `change-livechat-room-visitor` only after the visitors, so there the probe cannot tell
/// whether that permission is missing (TheMove, "Order of checks").
package struct ProbeResult: Sendable, Equatable {
    package init() {}
}
