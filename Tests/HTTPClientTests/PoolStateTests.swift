import NIOCore
import Testing

@testable import HTTPClient

/// What the pool decides, event by event.
struct PoolStateTests {
    /// What happens at a time in seconds, and what has to be done about it, without the wishes to be woken.
    struct Step: Sendable {
        var event: PoolState.Event
        var time: Double
        var actions: [PoolState.Action]

        init(_ event: PoolState.Event, at time: Double = 0, _ actions: PoolState.Action...) {
            self.event = event
            self.time = time
            self.actions = actions
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var limit = 2
        var steps: [Step]

        init(_ description: String, limit: Int = 2, _ steps: Step...) {
            testDescription = description
            self.limit = limit
            self.steps = steps
        }
    }

    /// Connections may be idle for 4 s, and requests take until 30 s unless they say otherwise.
    @Test(arguments: [
        Row(
            "a connection is made for a request, and used again for the next",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1)),
            Step(.requested(2, by: s(31)), at: 2, .send(2, on: 1))),
        Row(
            "of several idle connections the one that was used last is used again",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.requested(2, by: s(30)), .connect(2)),
            Step(.connected(1), .send(1, on: 1)), Step(.connected(2), .send(2, on: 2)),
            Step(.answered(2, isReusable: true), at: 1, .succeed(2)),
            Step(.answered(1, isReusable: true), at: 2, .succeed(1)),
            Step(.requested(3, by: s(32)), at: 2, .send(3, on: 1))),
        Row(
            "a connection that is not reusable makes room for another when it is gone", limit: 1,
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.requested(2, by: s(30))), Step(.answered(1, isReusable: false), at: 1, .succeed(1), .close(1)),
            Step(.closed(1), at: 2, .connect(2)), Step(.connected(2), at: 2, .send(2, on: 2))),
        Row(
            "a connection that is free serves the first in line, although another is being made for it",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.requested(2, by: s(30)), .connect(2)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1), .send(2, on: 1)),
            Step(.connected(2), at: 2), Step(.requested(3, by: s(33)), at: 3, .send(3, on: 2))),
        Row(
            "the first connection that is there serves the first in line, and its own is for the other one",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.requested(2, by: s(30)), .connect(2)),
            Step(.connected(2), .send(1, on: 2)), Step(.notConnected(1, .closed), .fail(2, .closed))),
        Row(
            "a request that came later and has less time is the first in line", limit: 1,
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.requested(2, by: s(30))), Step(.requested(3, by: s(20))),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1), .send(3, on: 1)),
            Step(.answered(1, isReusable: true), at: 2, .succeed(3), .send(2, on: 1))),
        Row(
            "of requests with one deadline the first that came is the first in line", limit: 1,
            Step(.requested(1, by: s(30)), .connect(1)), Step(.requested(2, by: s(30))),
            Step(.requested(3, by: s(30))), Step(.connected(1), .send(1, on: 1)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1), .send(2, on: 1)),
            Step(.answered(1, isReusable: true), at: 2, .succeed(2), .send(3, on: 1))),
        Row(
            "a connection that cannot be made fails the request that it is for, and no other", limit: 1,
            Step(.requested(1, by: s(30)), .connect(1)), Step(.requested(2, by: s(30))),
            Step(.notConnected(1, .unreachable("refused")), at: 1, .fail(1, .unreachable("refused")), .connect(2)),
            Step(.notConnected(2, .connectTimeout), at: 11, .fail(2, .connectTimeout))),
        Row(
            "a connection that cannot be made fails nothing when its request has ended", limit: 1,
            Step(.requested(1, by: s(1)), .connect(1)), Step(.requested(2, by: s(30))),
            Step(.timePassed, at: 1, .fail(1, .connectTimeout)),
            Step(.notConnected(1, .connectTimeout), at: 1, .connect(2))),
        Row(
            "a request for which a connection is being made ends at its deadline with what that lacks",
            Step(.requested(1, by: s(1)), .connect(1)), Step(.requested(2, by: s(1)), .connect(2)),
            Step(.reached(1, ifLate: .proxyTimeout)), Step(.reached(2, ifLate: .proxyTimeout)),
            Step(.reached(2, ifLate: .handshakeTimeout)),
            Step(.timePassed, at: 1, .fail(1, .proxyTimeout), .fail(2, .handshakeTimeout)),
            Step(.connected(1), at: 2), Step(.requested(3, by: s(30)), at: 3, .send(3, on: 1))),
        Row(
            "a request for which there is no connection ends at its deadline", limit: 1,
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.requested(2, by: s(2))), Step(.timePassed, at: 2, .fail(2, .noneFree)),
            Step(.answered(1, isReusable: true), at: 3, .succeed(1))),
        Row(
            "what is too late is not sent, even if nobody was woken", limit: 1,
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.requested(2, by: s(2))), Step(.requested(3, by: s(30))),
            Step(.answered(1, isReusable: true), at: 2, .fail(2, .noneFree), .succeed(1), .send(3, on: 1))),
        Row(
            "a request that was sent ends at its deadline, and its connection with it",
            Step(.requested(1, by: s(3)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.timePassed, at: 3, .fail(1, .answerTimeout), .close(1)),
            Step(.answered(1, isReusable: true), at: 3), Step(.closed(1), at: 4)),
        Row(
            "a cancelled request leaves the line, and its connection to others",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.cancelled(1), .fail(1, .cancelled)),
            Step(.cancelled(1)), Step(.connected(1)), Step(.requested(2, by: s(30)), .send(2, on: 1))),
        Row(
            "a cancelled request that was sent ends its connection, which still counts until it is gone", limit: 1,
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.cancelled(1), at: 1, .fail(1, .cancelled), .close(1)), Step(.requested(2, by: s(30)), at: 1),
            Step(.closed(1), at: 2, .connect(2))),
        Row(
            "a request that broke off is not sent again",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.brokeOff(1, .notHTTP), at: 1, .fail(1, .notHTTP), .close(1)), Step(.closed(1), at: 1)),
        Row(
            "a request that was given to a useless connection and not begun moves on, before those behind it", limit: 1,
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1)),
            Step(.requested(2, by: s(30)), at: 1, .send(2, on: 1)), Step(.requested(3, by: s(30)), at: 1),
            Step(.useless(1), at: 1, .close(1)), Step(.closed(1), at: 2, .connect(2)),
            Step(.connected(2), at: 2, .send(2, on: 2))),
        Row(
            "so does one whose connection is gone without a word",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1)),
            Step(.requested(2, by: s(30)), at: 1, .send(2, on: 1)), Step(.closed(1), at: 1, .close(1), .connect(2))),
        Row(
            "what moved on does not fail with a connection that was made for it before",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.requested(2, by: s(30)), .connect(2)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1), .send(2, on: 1)),
            Step(.useless(1), at: 1, .close(1)), Step(.notConnected(2, .connectTimeout), at: 2, .connect(3)),
            Step(.connected(3), at: 3, .send(2, on: 3))),
        Row(
            "but none whose time is over", limit: 1,
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1)),
            Step(.requested(2, by: s(2)), at: 1, .send(2, on: 1)),
            Step(.useless(1), at: 2, .close(1), .fail(2, .noneFree))),
        Row(
            "an idle connection that the peer closes is not used",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1)), Step(.useless(1), at: 2, .close(1)),
            Step(.closed(1), at: 2), Step(.requested(2, by: s(30)), at: 2, .connect(2))),
        Row(
            "an idle connection is closed when its time is over",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1)), Step(.timePassed, at: 5, .close(1))),
        Row(
            "an idle connection whose time is over is not used, even if nobody was woken",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1)),
            Step(.requested(2, by: s(35)), at: 5, .close(1), .connect(2))),
        Row(
            "closing ends idle connections, too",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.answered(1, isReusable: true), at: 1, .succeed(1)), Step(.closeAll, at: 2, .close(1)),
            Step(.closed(1), at: 2)),
        Row(
            "closing ends everything, and what comes later",
            Step(.requested(1, by: s(30)), .connect(1)), Step(.connected(1), .send(1, on: 1)),
            Step(.requested(2, by: s(30)), .connect(2)), Step(.requested(3, by: s(30))),
            Step(.closeAll, .fail(2, .closed), .fail(3, .closed), .fail(1, .closed), .close(1)),
            Step(.requested(4, by: s(30)), .fail(4, .closed)), Step(.connected(2), .close(2)), Step(.closed(2)),
            Step(.closed(1)), Step(.closeAll)),
    ])
    func `The pool decides that`(_ row: Row) {
        var state = PoolState(limit: row.limit, longestIdleness: .seconds(4))
        for (number, step) in row.steps.enumerated() {
            let actions = state.handle(step.event, at: s(step.time)).filter { action in
                if case .wake = action { false } else { true }
            }
            #expect(actions == step.actions, "step \(number): \(step.event)")
        }
    }

    @Test func `A connection that may never be idle serves what waits, and is closed then`() {
        var state = PoolState(limit: 1, longestIdleness: .zero)
        #expect(state.handle(.requested(1, by: s(30)), at: s(0)) == [.wake(at: s(30)), .connect(1)])
        #expect(state.handle(.requested(2, by: s(30)), at: s(0)) == [])
        #expect(state.handle(.connected(1), at: s(1)) == [.send(1, on: 1)])
        #expect(state.handle(.answered(1, isReusable: true), at: s(2)) == [.succeed(1), .send(2, on: 1)])
        #expect(state.handle(.answered(1, isReusable: true), at: s(3)) == [.succeed(2), .wake(at: s(3))])
        #expect(state.handle(.requested(3, by: s(40)), at: s(3)) == [.close(1)])
    }

    @Test func `It asks to be woken for the earliest thing alone, and for the next one then`() {
        var state = PoolState(limit: 2, longestIdleness: .seconds(4))
        #expect(state.handle(.requested(1, by: s(30)), at: s(0)) == [.wake(at: s(30)), .connect(1)])
        #expect(state.handle(.requested(2, by: s(40)), at: s(0)) == [.connect(2)])
        #expect(state.handle(.requested(3, by: s(20)), at: s(0)) == [.wake(at: s(20))])
        #expect(state.handle(.connected(1), at: s(1)) == [.send(3, on: 1)])
        #expect(state.handle(.answered(1, isReusable: true), at: s(2)) == [.succeed(3), .send(1, on: 1)])
        #expect(state.handle(.timePassed, at: s(19)) == [])
        #expect(state.handle(.timePassed, at: s(20)) == [.wake(at: s(30))])
        #expect(state.handle(.timePassed, at: s(30)) == [.fail(1, .answerTimeout), .close(1), .wake(at: s(40))])
        #expect(state.handle(.connected(2), at: s(31)) == [.send(2, on: 2)])
        #expect(state.handle(.answered(2, isReusable: true), at: s(32)) == [.succeed(2), .wake(at: s(36))])
        #expect(state.handle(.timePassed, at: s(36)) == [.close(2)])
        #expect(state.handle(.timePassed, at: s(40)) == [])
    }
}

/// A time in seconds.
func s(_ seconds: Double) -> NIODeadline {
    .uptimeNanoseconds(UInt64(seconds * 1e9))
}
