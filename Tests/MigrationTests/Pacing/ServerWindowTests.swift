import Model
import RocketChat
import TestSupport
import Testing

@testable import Migration

/// How much of a server window is spent at once (TheRun, "Pacing").
struct ServerWindowTests {
    private static func at(_ seconds: Double) -> ManualClock.Instant { ManualClock.Instant(.seconds(seconds)) }

    private var window = ServerWindow()
    private var clock = ServerClock()
    private var places = 0

    /// Lets as many leave as may at that second, up to a bound.
    private mutating func leave(at second: Double, atMost most: Int = 100) -> [Int] {
        var left: [Int] = []
        while left.count < most, window.permission(now: Self.at(second)) == .granted {
            places += 1
            window.leave(places, now: Self.at(second))
            left.append(places)
        }
        return left
    }

    /// The answer to a request in a window of ten calls that ends at a second.
    private mutating func answer(
        _ place: Int, remaining: Int, end: Double, at second: Double, sentAt: Double? = nil, refusedFor: Double? = nil,
        instance: String = ""
    ) {
        window.arrive(place)
        let answer = ServerWindow.Answer(
            headers: RateWindow(
                limit: 10, remaining: remaining, reset: Timestamp(milliseconds: Int64((end * 1000).rounded()))),
            left: .seconds(end - second), instance: instance, refusedFor: refusedFor.map { .seconds($0) },
            sentAt: Self.at(sentAt ?? second))
        _ = window.learn(answer, clock: &clock, now: Self.at(second))
    }

    @Test mutating func `one request opens a window, and every answer lets one more be in flight`() {
        var inFlight = leave(at: 0)
        #expect(inFlight.count == 1)
        var remaining = 10
        var most: [Int] = []
        while remaining > 0 {
            remaining -= 1
            answer(inFlight.removeFirst(), remaining: remaining, end: 60, at: 0.1)
            inFlight += leave(at: 0.1)
            most.append(inFlight.count)
        }
        #expect(most == [2, 3, 4, 5, 5, 4, 3, 2, 1, 0], "never more than remain")
        #expect(places == 10)
        #expect(window.permission(now: Self.at(60.99)) != .granted)
        #expect(window.permission(now: Self.at(61.01)) == .granted)
    }

    @Test mutating func `a window that somebody else uses is spent one by one`() {
        let first = leave(at: 0)
        answer(first[0], remaining: 6, end: 60, at: 0.1)
        #expect(window.isShared)
        for remaining in [5, 4, 3] {
            let left = leave(at: 0.2)
            #expect(left.count == 1)
            answer(left[0], remaining: remaining, end: 60, at: 0.3)
        }
    }

    @Test mutating func `whoever used the window before does not count for the one after the next`() {
        answer(leave(at: 0)[0], remaining: 0, end: 60, at: 0.1)
        answer(leave(at: 61)[0], remaining: 9, end: 121, at: 61)
        #expect(window.isShared)
        answer(leave(at: 122)[0], remaining: 9, end: 182, at: 122)
        #expect(!window.isShared)
    }

    @Test mutating func `a request that is not answered does not keep the others for longer than five seconds`() {
        #expect(leave(at: 0).count == 1)
        #expect(leave(at: 4.9).isEmpty)
        #expect(leave(at: 5).count == 1)
    }

    @Test mutating func `each of the server's processes has a window of its own`() {
        answer(leave(at: 0)[0], remaining: 0, end: 60, at: 0, instance: "a")
        answer(leave(at: 61)[0], remaining: 9, end: 121, at: 61, instance: "b")
        let left = leave(at: 61.1, atMost: 1)
        answer(left[0], remaining: 0, end: 80, at: 61.2, instance: "a")
        #expect(leave(at: 62).isEmpty, "the next request may meet either")
    }

    @Test mutating func `an answer that another one overtook says nothing of the new window`() {
        let old = leave(at: 0)
        answer(old[0], remaining: 9, end: 1, at: 0.1)
        let late = leave(at: 0.2, atMost: 1)
        // Its answer takes eight seconds.
        let new = leave(at: 7)
        answer(new[0], remaining: 9, end: 67, at: 7.1)
        answer(late[0], remaining: 8, end: 1, at: 8, sentAt: 0.2)
        #expect(!leave(at: 8).isEmpty)
    }

    @Test mutating func `the margin is halved when a window was open in time, and grows when it was not`() {
        #expect(clock.margin == .seconds(1))
        answer(leave(at: 0)[0], remaining: 0, end: 60, at: 0)
        answer(leave(at: 61)[0], remaining: 0, end: 121, at: 61)
        #expect(clock.margin == .milliseconds(500))
        // A proxy with a clock of its own: the window is there for two seconds more.
        answer(leave(at: 121.6)[0], remaining: 0, end: 121, at: 121.6, refusedFor: 2)
        #expect(clock.margin == .milliseconds(2500))
    }

    @Test func `the end of a window is known to the millisecond once its length is`() {
        var clock = ServerClock()
        func left(open: Double, _ clock: inout ServerClock) -> Duration? {
            clock.timeLeft(
                until: Timestamp(milliseconds: Int64(open * 1000) + 60_000),
                date: Timestamp(milliseconds: Int64(open) * 1000), isFirst: true, sentAt: Self.at(open),
                now: Self.at(open))
        }
        #expect(left(open: 0.75, &clock) == .milliseconds(60_750))
        #expect(left(open: 61.5, &clock) == .seconds(60))
    }

    @Test func `a clock that was set back is believed`() throws {
        var clock = ServerClock()
        func left(_ end: Double, date: Double, at second: Double) -> Duration? {
            clock.timeLeft(
                until: Timestamp(milliseconds: Int64(end * 1000)), date: Timestamp(milliseconds: Int64(date * 1000)),
                sentAt: Self.at(second), now: Self.at(second))
        }
        #expect(left(1060, date: 1000, at: 0) == .seconds(60))
        let later = try #require(left(910, date: 890, at: 10))
        #expect(later == .seconds(20))
    }
}
