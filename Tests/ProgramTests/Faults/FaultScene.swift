import FoundationEssentials
import GRDB
import Model
import Sandbox
import TestSupport
import Testing

/// A workspace in which rooms are to be moved to `new`, beside rooms that nobody may touch.
struct FaultScene: Sendable {
    let workspace: Workspace
    /// The rooms that the mapping asks for, each with its old visitor.
    let rooms: [String: String]
    /// What is said with a broken promise: where it was broken.
    let name: String

    static func with<Result: Sendable>(
        rooms: [String: String], bystanders: Int, mapping: String, name: String,
        _ body: @Sendable (FaultScene) async throws -> Result
    ) async throws -> Result {
        let others = (0..<bystanders).map { Seed.Room(id: "elsewhere\($0)", visitorID: "other") }
        let seed = Seed(
            visitors: Set(rooms.values).union(["new", "other"]).sorted().map { Seed.Visitor(id: $0) },
            rooms: rooms.sorted { $0.key < $1.key }.map { Seed.Room(id: $0.key, visitorID: $0.value) } + others)
        return try await Workspace.with(seed: seed) { workspace in
            try workspace.folder.write(mapping, as: "mapping.csv")
            return try await body(FaultScene(workspace: workspace, rooms: rooms, name: name))
        }
    }

    static func with<Result: Sendable>(
        _ stage: FaultStage, name: String, _ body: @Sendable (FaultScene) async throws -> Result
    ) async throws -> Result {
        try await with(
            rooms: stage.rooms, bystanders: stage.bystanders, mapping: stage.mapping, name: name, body)
    }

    /// Expects of any run, whatever went wrong in it, that it tells the truth and did nothing that was not asked for.
    ///
    /// `isLate` allows a move to arrive when the run that sent it has given it up.
    func expectHonesty(of end: JobInProcess.End, isLate: Bool = false) throws {
        try expectHonestReport(of: end)
        try expectHonestOperations(isLate: isLate)
        expectOnlyWhatWasAsked()
        try expectIntegrity()
    }

    /// Expects that the job is ended, by a run without faults if `end` says that something is left, and that one more
    /// run has nothing left to do.
    func expectEnd(
        after end: JobInProcess.End, _ run: () async throws -> JobInProcess.End
    ) async throws {
        workspace.sandbox.misbehave([])
        if end.status != 0 {
            let last = try await run()
            #expect(last.status == 0, "\(name): \(last)")
            try expectHonesty(of: last)
        }
        let report = try workspace.report()
        #expect(report.operations["moved"] == rooms.count, "\(name): \(report.operations)")
        #expect(workspace.sandbox.moves.count == rooms.count, "\(name)")
        let puts = workspace.puts.count
        let further = try await run()
        #expect(further.status == 0, "\(name): \(further)")
        #expect(workspace.puts.count == puts, "\(name): nothing is left to send")
    }

    private func expectHonestReport(of end: JobInProcess.End) throws {
        let report = try workspace.report()
        #expect(report.balance.balanced, "\(name)")
        #expect(report.lines.values.reduce(0, +) == report.balance.lines_in, "\(name)")
        #expect(report.operations.values.reduce(0, +) == report.balance.operations, "\(name)")
        #expect(report.stopped_because == end.stop?.rawValue, "\(name): \(end)")
        let left = LineOutcome.allCases.filter { report.lines[$0.rawValue, default: 0] > 0 && !$0.isWell }
        switch end.status {
        case 0:
            #expect(left.isEmpty && end.stop == nil, "\(name): \(end), \(left)")
            #expect(rooms.keys.allSatisfy { workspace.sandbox.roomOwners[$0] == "new" }, "\(name)")
        case 1: #expect(end.stop == nil && left.contains(where: \.needsPerson), "\(name): \(end), \(left)")
        case 2: #expect(end.stop != nil || left.contains(where: \.isLeftForLater), "\(name): \(end), \(left)")
        default: #expect([69, 76].contains(end.status) && end.stop != nil, "\(name): \(end)")
        }
    }

    private func expectHonestOperations(isLate: Bool) throws {
        let moved = Set(workspace.sandbox.moves.map(\.rid))
        for row in try workspace.table("mapping.csv.report/operations.csv") {
            let room = row["room_id"] ?? ""
            switch row["state"] {
            case "moved": #expect(moved.contains(room), "\(name): \(row)")
            case "pending": #expect(!moved.contains(room), "\(name): \(row)")
            case "failed": #expect(isLate || !moved.contains(room), "\(name): \(row)")
            case "sent", "unknown": break
            default: Issue.record("\(name): no room was with anybody else: \(row)")
            }
        }
    }

    private func expectOnlyWhatWasAsked() {
        let moves = workspace.sandbox.moves
        #expect(Set(moves.map(\.rid)).count == moves.count, "\(name): a room was moved twice")
        #expect(moves.allSatisfy { rooms[$0.rid] == $0.from && $0.to == "new" }, "\(name)")
    }

    private func expectIntegrity() throws {
        let database = try DatabaseQueue(path: workspace.folder("mapping.csv.journal.db"))
        let verdict = try database.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
        let dangling = try database.read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check") }
        #expect(verdict == ["ok"] && dangling.isEmpty, "\(name)")
    }
}
