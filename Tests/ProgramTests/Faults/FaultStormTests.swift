import Migration
import Sandbox
import Testing

/// Everything goes wrong at once.
@Suite(.timeLimit(.minutes(2))) struct FaultStormTests {
    private static let rooms = 1000
    /// The rooms of one visitor line: two pages of its history.
    private static let ofVisitorLine = 120

    /// Every fault there is, on every route: about one request in three meets one.
    private static var storm: [Fault] {
        get throws {
            try Fault.Name.allCases.map { name in
                switch name {
                // Each of these ends a run.
                case .html200, .deprecationThrows: try Fault(name, share: 0.0005)
                // Each of these holds a route for a second or two.
                case .retryAfter, .retryAfterDate: try Fault(name, share: 0.02, count: 1, milliseconds: 0)
                case .delayBeforeWrite, .delayAfterWrite: try Fault(name, share: 0.05, milliseconds: 5)
                case .lateWrite: try Fault(name, share: 0.02, milliseconds: 1)
                default: try Fault(name, share: 0.02)
                }
            }
        }
    }

    @Test func `A thousand rooms come through a storm of all faults, each moved once`() async throws {
        let rooms = Dictionary(
            uniqueKeysWithValues: (0..<Self.rooms).map { room in
                ("room\(room)", room < Self.ofVisitorLine ? "many" : "old\(room % 40)")
            })
        let lines = (Self.ofVisitorLine..<Self.rooms).map { "room\($0),old\($0 % 40),new\n" }
        let mapping = "room,old,new\n,many,new\n" + lines.joined()
        try await FaultScene.with(rooms: rooms, bystanders: 50, mapping: mapping, name: "storm") { scene in
            scene.workspace.sandbox.misbehave(try Self.storm)
            let job = JobInProcess(workspace: scene.workspace, concurrency: 32, openRooms: .move)
            // As long as it takes in the storm, and then in peace.
            for part in 1...3 {
                let end = try await job.run { scene.workspace.sandbox.moves.count > Self.rooms * part / 4 }
                try scene.expectHonesty(of: end, isLate: true)
            }
            let end = try await job.run()
            try await scene.expectEnd(after: end) { try await job.run() }
        }
    }
}
