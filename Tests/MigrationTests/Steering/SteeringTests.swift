import Journal
import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

/// What a person asks of a run while it is going, from the journal to the limiter.
struct SteeringTests {
    @Test(arguments: ["pause", "resume", "auto", "unlimited", "5/s", "10/min"])
    func `a command is written as it is read`(text: String) throws {
        #expect(try #require(SteeringCommand(text)).description == text)
        #expect(SteeringCommand(text.uppercased())?.description == text)
    }

    @Test(arguments: ["", "stop", "5", "0/s", "paused"])
    func `anything else is no command`(text: String) {
        #expect(SteeringCommand(text) == nil)
    }

    @Test func `during a pause nothing leaves, and afterwards nothing is caught up`() async throws {
        let clock = ManualClock()
        let limiter = RateLimiter(.fixed(Rate(count: 1, per: .seconds(1))), clock: clock)
        #expect(await limiter.turn(on: .roomVisitor))
        limiter.steer(.pause)
        let times = try await clock.work(3) { step in
            // Ten seconds in pause.
            if step == 20 { limiter.steer(.resume) }
            return step < 20 ? .milliseconds(500) : step == 20 ? .milliseconds(1) : .zero
        } _: { _ in
            _ = await limiter.turn(on: .roomVisitor)
            return [clock.now.offset]
        }.sorted()
        #expect(times[0] >= .seconds(10) && times[0] <= .seconds(11))
        #expect(times[1] - times[0] >= .seconds(1) && times[2] - times[1] >= .seconds(1))
    }

    @Test func `a new rate holds for whoever waits already`() async {
        let clock = ManualClock()
        let limiter = RateLimiter(.fixed(Rate(count: 1, per: .seconds(3600))), clock: clock)
        #expect(await limiter.turn(on: .roomVisitor))
        let left = Recorder<Bool>()
        await withTaskGroup { group in
            group.addTask {
                _ = await limiter.turn(on: .roomVisitor)
                left.add(true)
            }
            await clock.untilAsleep(1)
            limiter.steer(.rate(.fixed(Rate(count: 2, per: .seconds(1)))))
            await clock.drive { !left.values.isEmpty }
        }
        #expect(clock.now.offset <= .seconds(1))
        #expect(limiter.setting.description == "2/s")
        #expect(limiter.rate(on: .roomVisitor)?.description == "2/s")
    }

    @Test func `back at auto the rate is what the server taught`() {
        let clock = ManualClock()
        let limiter = RateLimiter(.unlimited, clock: clock)
        let window = RateWindow(limit: 10, remaining: 5, reset: Timestamp(milliseconds: 60_000))
        limiter.record(
            Reply<Room>(
                meaning: .notOwner, status: 400, window: window, serverDate: Timestamp(milliseconds: 0)),
            on: .roomVisitor)
        #expect(limiter.rate(on: .roomVisitor) == nil)
        limiter.steer(.rate(.auto))
        #expect(limiter.rate(on: .roomVisitor) == Rate(count: 10, per: .seconds(60)))
    }

    @Test func `what is asked through the journal is done, in order, and recorded`() async throws {
        let bench = try Bench(rooms: 1)
        let journal = try Journal(at: bench.path, for: .write)
        let run = try await journal.begin(Bench.someRun)
        let other = try Journal(at: bench.path, for: .write)
        for (index, command) in ["5/s", "dance", "pause"].enumerated() {
            _ = try other.steer(command, by: "ann on desk", at: Timestamp(milliseconds: Int64(index)))
        }
        let clock = ManualClock()
        let limiter = RateLimiter(.unlimited, clock: clock)
        let follower = SteeringFollower(
            journal: journal, run: run, limiter: limiter, clock: clock, now: { Timestamp(milliseconds: 9) },
            logger: Bench.logger)
        let following = Task { await follower.follow() }
        await clock.drive { limiter.isPaused }
        _ = try await eventually { try other.steering().allSatisfy { $0.takenAt != nil || $0.refusal != nil } }
        following.cancel()
        await following.value
        #expect(limiter.setting.description == "5/s")
        #expect(try other.steering().map(\.command) == ["5/s", "dance", "pause"])
        let taken = Timestamp(milliseconds: 9)
        #expect(try other.steering().map(\.takenAt) == [taken, nil, taken], "what cannot be read is not followed")
        #expect(try other.steering().map { $0.refusal != nil } == [false, true, false])
        #expect(try await journal.openSteering(of: run).isEmpty)
        try journal.end(run, at: Timestamp(milliseconds: 10), stop: nil, waited: .zero)
        #expect(try other.steer("resume", by: "ann on desk", at: Timestamp(milliseconds: 11)) == nil)
    }
}
