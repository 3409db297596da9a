import FoundationEssentials
import Glibc
import Sandbox
import TestSupport

/// The program run by a user whom permissions bind, also where the tests run as the superuser.
enum Unprivileged {
    /// Whom the superuser becomes: `nobody` by convention.
    static let user: UInt32 = 65_534
    private static let tool = "/usr/bin/setpriv"

    static var isSuperuser: Bool { geteuid() == 0 }

    /// Whether there is such a user who can reach the program.
    static func canRun() async throws -> Bool {
        guard isSuperuser else { return true }
        guard FileManager.default.isExecutableFile(atPath: tool) else { return false }
        let folder = try TemporaryDirectory()
        return try await run(["--version"], in: folder).status == 0
    }

    /// Whether there are two such users, and somebody who can hand files from one to the other.
    static func areTwo() async throws -> Bool {
        guard isSuperuser else { return false }
        return try await canRun()
    }

    /// Makes a file or folder belong to whoever runs the program here.
    static func own(_ path: String, by user: UInt32 = user) {
        guard isSuperuser else { return }
        unsafe chown(path, user, user)
    }

    /// Leaves a file to the superuser, and hands it on by its group.
    static func own(_ path: String, group: UInt32) {
        unsafe chown(path, 0, group)
    }

    /// Runs the program to its end, and `body` while it is going.
    static func run(
        _ arguments: [String], in folder: TemporaryDirectory, environment: [String: String] = [:],
        while body: @Sendable (Program.Going) async throws -> Void = { _ in }
    ) async throws -> Program.Ended {
        guard isSuperuser else {
            return try await Program(in: folder.path, environment: environment).run(arguments, while: body)
        }
        let become = ["--reuid=\(user)", "--regid=\(user)", "--clear-groups", Program.path]
        return try await Program(tool, in: folder.path, environment: environment).run(become + arguments, while: body)
    }
}

extension Workspace {
    /// The credentials of the manager, as the environment of the program.
    var credentials: [String: String] {
        let manager = address.users.first { $0.username == "mgr" }
        return [
            "ROCKETCHAT_URL": address.url, "ROCKETCHAT_USER_ID": manager?.userID ?? "",
            "ROCKETCHAT_AUTH_TOKEN": manager?.authToken ?? "",
        ]
    }

    /// Runs the program as a user whom permissions bind, in a folder that is theirs.
    func unprivileged(
        _ arguments: String..., while body: @Sendable (Program.Going) async throws -> Void = { _ in }
    ) async throws -> Program.Ended {
        Unprivileged.own(folder.path)
        return try await Unprivileged.run(arguments, in: folder, environment: credentials, while: body)
    }
}
