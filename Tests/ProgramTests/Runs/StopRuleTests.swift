import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// What ends a run before its work is done (TheRun, "What stops a run"): its status, the reason on the last line, and
/// nothing lost.
@Suite struct StopRuleTests {
    /// Something that happens to the server while a run is going, and how it is mended.
    struct Change: CustomTestStringConvertible, Sendable {
        var name: String
        var control: (path: String, json: String)
        var mended: (path: String, json: String)
        var status: Int32
        var reason: String
        var sentence: String

        var testDescription: String { name }
    }

    static let changes = [
        Change(
            name: "the token expires", control: ("users", #"{"username":"mgr","tokenWorks":false}"#),
            mended: ("users", #"{"username":"mgr","tokenWorks":true}"#), status: 77, reason: "credentials-rejected",
            sentence: "does not accept the user id and auth token"),
        Change(
            name: "the role is taken away", control: ("users", #"{"username":"mgr","roles":["user"]}"#),
            mended: ("users", #"{"username":"mgr","roles":["livechat-manager"]}"#), status: 77,
            reason: "permission-missing", sentence: "The calling user needs the permission"),
        Change(
            name: "the server is upgraded to 7.0", control: ("profile", #"{"profile":"7.0"}"#),
            mended: ("profile", #"{"profile":"6.9"}"#), status: 76, reason: "endpoint-missing",
            sentence: "Rocket.Chat 7.0 removed room.visitor"),
        Change(
            name: "a sign-in page comes up", control: ("faults", #"{"html-200":1}"#), mended: ("faults", "{}"),
            status: 76, reason: "not-rocket-chat", sentence: "instead of JSON"),
        Change(
            name: "most operations fail",
            control: ("faults", #"{"empty-refusal":{"share":1,"route":"livechat/room.visitor"}}"#),
            mended: ("faults", "{}"), status: 2, reason: "too-many-failures", sentence: "(--max-failures)"),
    ]

    private static let rooms = 120

    private static let run = [
        "run", "mapping.csv", "--rate", "unlimited", "--no-progress", "--open-rooms", "move", "--max-attempts", "1",
    ]

    @Test(arguments: changes)
    func `The run ends cleanly, and goes on once the server is as it was`(change: Change) async throws {
        let slow = try Fault(.delayAfterWrite, route: "livechat/room.visitor", milliseconds: 20)
        try await Workspace.with(rooms: Self.rooms, faults: [slow]) { workspace in
            let program = workspace.program()
            // Slow enough to be at work still when the change comes, on a slow machine too.
            let ended = try await program.run(Self.run + ["--rate", "20/s"]) { _ in
                _ = await eventually { workspace.sandbox.moves.count >= 10 }
                try await workspace.control("PUT", change.control.path, change.control.json)
            }
            #expect(ended.status == change.status, "\(ended)")
            let last = ended.errors.split(separator: "\n").last ?? ""
            #expect(
                last.hasPrefix("visitor-merge: stopped early: ") && last.contains(change.sentence), "\(ended.errors)")
            let report = try workspace.report()
            #expect(report.stopped_because == change.reason && report.balance.balanced)
            #expect((report.operations["moved"] ?? 0) < Self.rooms)

            try await workspace.control("PUT", "faults", "{}")
            try await workspace.control("PUT", change.mended.path, change.mended.json)
            let second = try await program.run(Self.run) { _ in }
            #expect(second.status == 0, "\(second)")
            let moved = workspace.sandbox.moves.map(\.rid)
            #expect(moved.count == Self.rooms && Set(moved).count == Self.rooms, "each room is moved exactly once")
            #expect(try workspace.report().operations["moved"] == Self.rooms)
        }
    }

    @Test(arguments: ["0", "5"])
    func `So many failures as are allowed do not end the run, one more does`(limit: String) async throws {
        let slow = try Fault(.delayAfterWrite, route: "livechat/room.visitor", milliseconds: 20)
        try await Workspace.with(rooms: 100, faults: [slow]) { workspace in
            let program = workspace.program()
            let arguments = Self.run + ["--max-failures", limit, "--concurrency", "1"]
            let ended = try await program.run(arguments) { _ in
                _ = await eventually { workspace.sandbox.moves.count >= 1 }
                try await workspace.control(
                    "PUT", "faults", #"{"empty-refusal":{"share":1,"route":"livechat/room.visitor"}}"#)
            }
            #expect(ended.status == 2, "\(ended)")
            let failed = try workspace.report().operations["failed"] ?? 0
            #expect(failed == (Int(limit) ?? 0) + 1)
        }
    }

    @Test func `Outside the window nobody is asked, and inside it the run works`() async throws {
        try await Workspace.with(rooms: 5) { workspace in
            // A window of which the present minute is no part, in a zone that has no summer time.
            let program = workspace.program(as: "mgr", ["TZ": "UTC"])
            let minute = Int(Date().timeIntervalSince1970) / 60 % 1440
            func clock(_ minutes: Int) -> String {
                let (hour, rest) = ((minutes + 2880) % 1440).quotientAndRemainder(dividingBy: 60)
                return "\(hour < 10 ? "0" : "")\(hour):\(rest < 10 ? "0" : "")\(rest)"
            }
            let closed = "\(clock(minute + 60))-\(clock(minute + 120))"
            let ended = try await program("run", "mapping.csv", "--no-progress", "--window", closed)
            #expect(ended.status == 2, "\(ended)")
            #expect(ended.errors.contains("stopped early: the window \(closed) (--window) is closed until "))
            #expect(workspace.sandbox.requestLog.isEmpty)
            #expect(try workspace.report().stopped_because == "window-closed")
            // Long enough for planning to look whether it is to go on.
            let lines = (0..<9000).map { "room\($0),old\($0),new\n" }
            try workspace.folder.write("room_id,old_visitor_id,new_visitor_id\n" + lines.joined(), as: "long.csv")
            let planning = try await program("run", "long.csv", "--no-progress", "--window", closed)
            #expect(planning.status == 2, "\(planning)")
            #expect(planning.errors.contains("the window \(closed) (--window) is closed until "), "\(planning)")
            let open = "\(clock(minute - 60))-\(clock(minute + 60))"
            let inside = try await workspace.program(as: "mgr", ["TZ": "UTC", "VISITOR_MERGE_WINDOW": open])(
                "run", "mapping.csv", "--no-progress")
            #expect(inside.status == 0 && workspace.sandbox.moves.count == 5, "\(inside)")

            // A verification keeps to it as well, and asks nobody outside.
            let asked = workspace.sandbox.requestLog.count
            let verify = ["verify", "mapping.csv.journal.db", "--no-progress"]
            let outside = try await program.run(verify + ["--window", closed]) { _ in }
            #expect(outside.status == 2, "\(outside)")
            #expect(outside.errors.contains("the window \(closed) (--window) is closed until "), "\(outside)")
            #expect(workspace.sandbox.requestLog.count == asked)
            let verified = try await program.run(verify + ["--window", open]) { _ in }
            #expect(verified.status == 0 && verified.lines.filter { $0.hasPrefix("= ") }.count == 5, "\(verified)")
        }
    }

    @Test func `A server that is away for a while is waited for`() async throws {
        let slow = try Fault(.delayAfterWrite, route: "livechat/room.visitor", milliseconds: 20)
        try await Workspace.with(rooms: 100, faults: [slow]) { workspace in
            let ended = try await workspace.program().run([
                "run", "mapping.csv", "--rate", "unlimited", "--no-progress", "--open-rooms", "move",
            ]) { _ in
                _ = await eventually { workspace.sandbox.moves.count >= 10 }
                try await workspace.control("PUT", "faults", #"{"502-before-write":1}"#)
                let before = workspace.sandbox.requestLog.count
                _ = await eventually { workspace.sandbox.requestLog.count >= before + 8 }
                try await workspace.control("PUT", "faults", "{}")
            }
            #expect(ended.status == 0, "\(ended)")
            let report = try workspace.report()
            #expect(report.operations["moved"] == 100 && workspace.sandbox.moves.count == 100)
        }
    }
}
