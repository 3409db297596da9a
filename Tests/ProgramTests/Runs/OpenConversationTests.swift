import Sandbox
import TestSupport
import Testing

/// Conversations that are open, or open and close while a run finds rooms, under the policy `defer` (TheRun, "Open
/// conversations").
@Suite struct OpenConversationTests {
    /// How a run of visitor lines finds rooms.
    enum Way: CaseIterable {
        case list
        case histories

        /// Rooms of others: many make the list longer than the histories.
        var others: Int { self == .list ? 150 : 900 }

        var route: String { self == .list ? "livechat/rooms" : "chatHistory" }
    }

    private static let visitors = 5

    /// A closed room of each old visitor, with `rooms` on top; those of others begin earlier.
    private static func seed(_ way: Way, _ rooms: [Seed.Room]) -> Seed {
        Seed(
            visitors: (["new", "other"] + (0..<visitors).map { "old\($0)" }).map { Seed.Visitor(id: $0) },
            rooms: (0..<way.others).map { Seed.Room(id: "other\($0)", visitorID: "other") }
                + (0..<visitors).map { Seed.Room(id: "closed\($0)", visitorID: "old\($0)") } + rooms)
    }

    private static let mapping = "old,new\n" + (0..<visitors).map { "old\($0),new\n" }.joined()

    /// Runs slowly, and does something as soon as rooms are being found.
    private static func run(
        _ workspace: Workspace, _ way: Way, meanwhile: @Sendable () async throws -> Void
    ) async throws -> Program.Ended {
        try await workspace.program(as: "mgr").run([
            "run", "mapping.csv", "--rate", "4/s", "--concurrency", "1", "--no-progress",
        ]) { process in
            _ = await eventually {
                process.isOver || workspace.sandbox.requestLog.contains { $0.path.contains(way.route) }
            }
            try await meanwhile()
        }
    }

    private static func moved(_ workspace: Workspace) -> Set<String> {
        Set(workspace.sandbox.requestLog.filter { $0.method == "PUT" }.compactMap(\.rid))
    }

    /// Whoever serves it, whether it waits or is on hold: it is open.
    private static let open = [
        Seed.Room(id: "served", open: true, visitorID: "old0", servedBy: "agt"),
        Seed.Room(id: "queued", open: true, visitorID: "old1"),
        Seed.Room(id: "held", open: true, visitorID: "old2", servedBy: "agt", onHold: true),
        Seed.Room(id: "elsewhere", open: true, visitorID: "old3", servedBy: "mgr", departmentID: "support"),
    ]

    @Test(arguments: Way.allCases)
    func `One that stays open is never moved, whoever serves it`(_ way: Way) async throws {
        try await Workspace.with(seed: Self.seed(way, Self.open)) { workspace in
            try workspace.folder.write(Self.mapping, as: "mapping.csv")
            let ended = try await Self.run(workspace, way) {
                // Forwarded to another agent and another department.
                try await workspace.control(
                    "POST", "rooms",
                    #"{"_id":"served","open":true,"visitorId":"old0","servedBy":"mgr","departmentId":"sales"}"#)
            }
            #expect(ended.status == 2, "\(ended)")
            #expect(try workspace.report().operations["deferred"] == 4)
            #expect(try workspace.report().operations["moved"] == Self.visitors)
            #expect(Self.moved(workspace).isDisjoint(with: Self.open.map(\.id)))
        }
    }

    @Test(arguments: Way.allCases)
    func `One that closes after it was seen open is moved`(_ way: Way) async throws {
        let room = Seed.Room(id: "closing", open: true, visitorID: "old4", servedBy: "agt")
        try await Workspace.with(seed: Self.seed(way, [room])) { workspace in
            try workspace.folder.write(Self.mapping, as: "mapping.csv")
            let ended = try await Self.run(workspace, way) {
                try await workspace.control("PUT", "rooms", #"{"rid":"closing","open":false}"#)
            }
            #expect(ended.status == 0, "\(ended)")
            #expect(workspace.sandbox.roomOwners["closing"] == "new")
        }
    }

    @Test(arguments: Way.allCases)
    func `One that a visitor begins meanwhile is not moved`(_ way: Way) async throws {
        try await Workspace.with(seed: Self.seed(way, [])) { workspace in
            try workspace.folder.write(Self.mapping, as: "mapping.csv")
            let ended = try await Self.run(workspace, way) {
                for visitor in 0..<Self.visitors {
                    try await workspace.control(
                        "POST", "rooms",
                        #"{"_id":"begun\#(visitor)","open":true,"visitorId":"old\#(visitor)","servedBy":"agt"}"#)
                }
            }
            // Whether it was found depends on when; then it is deferred.
            let begun = (0..<Self.visitors).map { "begun\($0)" }
            #expect(ended.status == 0 || ended.status == 2, "\(ended)")
            #expect(Self.moved(workspace).isDisjoint(with: begun))
            #expect(begun.allSatisfy { workspace.sandbox.roomOwners[$0] != "new" })
            #expect(try workspace.report().operations["moved"] == Self.visitors)
        }
    }

    @Test func `A room line looks right before its move`() async throws {
        try await Workspace.with(seed: Self.seed(.list, Self.open)) { workspace in
            let lines = Self.open.map { "\($0.id),\($0.visitorID ?? ""),new\n" }.joined()
            try workspace.folder.write("room,old,new\n\(lines)closed0,old0,new\n", as: "mapping.csv")
            let ended = try await workspace.program(as: "mgr")("run", "mapping.csv", "--rate", "unlimited")
            #expect(ended.status == 2, "\(ended)")
            #expect(Self.moved(workspace).isDisjoint(with: Self.open.map(\.id)))
            #expect(workspace.sandbox.roomOwners["closed0"] == "new")

            // A later run looks again, and moves what has closed.
            try await workspace.control("PUT", "rooms", #"{"rid":"queued","open":false}"#)
            let later = try await workspace.program(as: "mgr")("run", "mapping.csv", "--rate", "unlimited")
            #expect(later.status == 2 && workspace.sandbox.roomOwners["queued"] == "new", "\(later)")
            #expect(try workspace.report().operations["deferred"] == 3)
        }
    }
}
