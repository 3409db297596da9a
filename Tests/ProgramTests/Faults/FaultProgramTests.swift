import Migration
import Model
import Sandbox
import TestSupport
import Testing

/// The same with the built program: its own back-offs, its exit status and what it says.
struct FaultProgramTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var fault: Fault.Name
        var stage: FaultStage
        /// How often it happens; `nil` for always.
        var count: Int?
        var milliseconds: Int?
        var arguments: [String] = []
        var status: Int32 = 0
        var stop: StopReason?
        var words: [String] = []

        var testDescription: String { "\(fault.rawValue) at \(stage.rawValue)" }
    }

    private static let cases = [
        Case(fault: .dropAfterWrite, stage: .move, count: 2),
        Case(fault: .emptyRefusalAfterWrite, stage: .move, count: 1, arguments: ["--concurrency", "1"]),
        Case(fault: .delayBeforeWrite, stage: .move, count: 1, milliseconds: 1300, arguments: ["--timeout", "1"]),
        Case(fault: .retryAfter, stage: .move, count: 1, milliseconds: 0),
        Case(fault: .retryAfterDate, stage: .roomList, count: 1, milliseconds: 0),
        Case(fault: .truncatedJSON, stage: .history, count: 2),
        Case(
            fault: .html200, stage: .look, status: 76, stop: .notRocketChat,
            words: ["/api/v1/rooms.info?roomId=", " answered with text/html instead of JSON: is the address right?"]),
        Case(
            fault: .deprecationThrows, stage: .move, status: 76, stop: .deprecationThrows,
            words: ["The server refuses deprecated endpoints"]),
        Case(
            fault: .unavailableBeforeWrite, stage: .version, arguments: ["--max-attempts", "2"], status: 69,
            stop: .serverUnreachable, words: ["A gateway or the server failed with status 503"]),
        Case(
            fault: .gzip, stage: .caller, arguments: ["--max-attempts", "1"], status: 69, stop: .serverUnreachable,
            words: ["The answer is compressed although that was not asked for"]),
        Case(
            fault: .badGatewayAfterWrite, stage: .move, arguments: ["--max-duration", "5m"], status: 0),
    ]

    @Test(arguments: cases)
    func `The program says what went wrong, and the same command ends the job`(_ example: Case) async throws {
        try await FaultScene.with(example.stage, name: example.testDescription) { scene in
            scene.workspace.sandbox.misbehave([
                try Fault(
                    example.fault, route: example.stage.route, after: example.stage.spared, count: example.count,
                    milliseconds: example.milliseconds)
            ])
            let program = scene.workspace.program()
            let arguments = [
                "run", "mapping.csv", "--rate", "unlimited", "--no-progress", "--open-rooms",
                example.stage.openRooms.rawValue,
            ]
            let ended = try await program.run(arguments + ["--concurrency", "32"] + example.arguments) { _ in }
            #expect(ended.status == example.status, "\(ended)")
            for word in example.words {
                #expect(ended.errors.contains(word), "\(word) is missing in: \(ended.errors)")
            }
            let end = JobInProcess.End(status: ended.status, stop: example.stop)
            try scene.expectHonesty(of: end)
            try await scene.expectEnd(after: end) {
                JobInProcess.End(status: try await program.run(arguments) { _ in }.status)
            }
        }
    }
}
