import Testing

@testable import Sandbox

@Suite struct RoomAccessTests {
    @Test(arguments: [
        ("adm", ["open", "openByMgr", "closed", "closedByAgt", "queued", "queuedSales", "queuedSupport", "channel"]),
        ("mgr", ["open", "openByMgr", "closed", "closedByAgt", "queued", "queuedSales", "queuedSupport", "channel"]),
        ("mon", ["open", "openByMgr", "closed", "closedByAgt", "queued", "queuedSales", "queuedSupport", "channel"]),
        ("agt", ["open", "closedByAgt", "channel"]),
        ("usr", ["channel"]),
    ])
    func `Each role gets into its rooms`(_ username: String, _ rooms: [String]) throws {
        #expect(try reachable(as: username, queuePreview: false) == rooms)
    }

    @Test func `With queue preview agents see what waits for everybody or for their department`() throws {
        let rooms = ["open", "closedByAgt", "queued", "queuedSupport", "channel"]
        #expect(try reachable(as: "agt", queuePreview: true) == rooms)
        #expect(try reachable(as: "usr", queuePreview: true) == ["channel"])
    }

    private func reachable(as username: String, queuePreview: Bool) throws -> [String] {
        let users = SandboxUser.makeAll()
        let user = try #require(users.first { $0.username == username })
        let access = RoomAccess(allowsQueuePreview: queuePreview)
        let workspace = Workspace(.tests, users: users)
        let ids = ["open", "openByMgr", "closed", "closedByAgt", "queued", "queuedSales", "queuedSupport", "channel"]
        return ids.filter { id in workspace.rooms[id].map { access.allows(user, into: $0) } ?? false }
    }
}
