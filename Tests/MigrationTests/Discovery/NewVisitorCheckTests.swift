import Journal
import Model
import RocketChat
import Synchronization
import TestSupport
import Testing

@testable import Migration

@Suite struct NewVisitorCheckTests {
    /// Visitors by what the server says of them.
    private final class Visitors: Sendable {
        private let answers: [String: ReplyOutcome<VisitorRecord>]
        private let asked = Mutex<[String]>([])

        init(_ answers: [String: ReplyOutcome<VisitorRecord>]) {
            self.answers = answers
        }

        /// Those that were asked for, besides the probe.
        var questions: [String] { asked.withLock { $0.filter { $0 != Probe.visitor.rawValue } } }

        func answer(_ id: VisitorID) -> Reply<VisitorRecord> {
            asked.withLock { $0.append(id.rawValue) }
            let unknown = ReplyOutcome<VisitorRecord>.refused(.newVisitorNotFound, "visitor-not-found")
            return Reply(meaning: answers[id.rawValue] ?? unknown, status: 200)
        }
    }

    private static func known(_ id: String) -> ReplyOutcome<VisitorRecord> {
        .success(VisitorRecord(id: VisitorID(id)))
    }

    private func check(
        _ visitors: Visitors, _ bench: DiscoveryBench, _ body: (NewVisitorCheck) async throws -> Bool
    ) async throws {
        let isDone = try await bench.withDesk { desk in
            try await body(NewVisitorCheck(desk: desk) { visitors.answer($0) })
        }
        #expect(isDone)
    }

    @Test func `Only the word of the server makes a new visitor a missing one`() async throws {
        let bench = try DiscoveryBench(["R1,A,known", "R2,A,missing", "R3,A,forbidden"])
        let visitors = Visitors([
            "known": Self.known("known"), "forbidden": .refused(.refusedByServer, "error-unit-not-allowed"),
        ])
        try await check(visitors, bench) { try await $0.checkNewVisitors() }
        #expect(
            try bench.lines() == ["pending not-sent-yet", "refused new-visitor-not-found", "pending not-sent-yet"])
    }

    @Test(arguments: [StopReason.proxyRefused, .notRocketChat, .credentialsRejected, .permissionMissing])
    func `The lines of a new visitor who cannot be asked for are set aside, and those behind them`(
        _ reason: StopReason
    ) async throws {
        let bench = try DiscoveryBench(["R1,A,walled", "R1,walled,known", "R2,A,known", "R3,A,broken", "R4,A,walled"])
        let visitors = Visitors([
            "known": Self.known("known"), "walled": .stop(Stop(reason, "no")),
            "broken": .unknown(.serverError, "status 500"),
        ])
        try await check(visitors, bench) { try await $0.checkNewVisitors() }
        #expect(
            try bench.lines() == [
                "refused refused-on-the-way", "refused earlier-line-not-done", "pending not-sent-yet",
                "failed server-error", "refused refused-on-the-way",
            ])
    }

    @Test func `Old visitors without rooms are asked for once`() async throws {
        let bench = try DiscoveryBench([",idle,new", ",missing,new", ",busy,new"])
        _ = try await bench.discover(ShiftingRooms([("room", "busy")]))
        #expect(
            try bench.lines() == [
                "pending old-visitor-not-asked-yet", "pending old-visitor-not-asked-yet", "pending not-sent-yet",
            ])
        let visitors = Visitors(["idle": Self.known("idle")])
        for _ in 0..<2 {
            try await check(visitors, bench) { try await $0.checkOldVisitors() }
        }
        #expect(visitors.questions == ["idle", "missing"])
        #expect(try bench.lines() == ["no-rooms ", "refused old-visitor-not-found", "pending not-sent-yet"])
    }

    @Test func `A visitor who cannot be asked for is set aside with its line`() async throws {
        let bench = try DiscoveryBench([",walled,new", ",broken,new", ",idle,new"])
        _ = try await bench.discover(ShiftingRooms([("room", "busy")]))
        let visitors = Visitors([
            "walled": .stop(Stop(.proxyRefused, "403")), "broken": .unknown(.serverError, "status 500"),
            "idle": Self.known("idle"),
        ])
        try await check(visitors, bench) { try await $0.checkOldVisitors() }
        #expect(try bench.lines() == ["refused refused-on-the-way", "failed server-error", "no-rooms "])
    }
}
