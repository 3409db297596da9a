import Model
import RocketChat

/// The way of one request to the server and of its answer back, with what goes wrong on it.
struct Delivery<Value: Sendable>: Sendable {
    let request: WorldState.Request
    let handle: World.Handler<Value>
    let answer: @Sendable (World, Reply<Value>) -> Void

    /// The client gives a request up then.
    static var timeOut: Duration { .seconds(30) }

    func begin(in world: World) {
        let arrival = request.sentAt + request.way
        if request.fault?.takesLong == true {
            schedule(world, at: request.sentAt + Self.timeOut, .unknown(.timeout, "no answer"), nil)
        }
        switch request.fault?.kind {
        case .unreachable?: schedule(world, at: arrival, .notSent(.connectionFailed, "refused"), nil)
        case .lostOnTheWay?: schedule(world, at: arrival, .unknown(.connectionLost, "lost"), nil)
        case .gateway(let status)?: schedule(world, at: arrival, .unknown(.gatewayError, "gateway"), status)
        case .tooMany(let seconds)?:
            let wait = seconds.map { Duration.seconds($0) }
            schedule(world, at: arrival, .rateLimited(RateLimitHint(wait: wait)), 429)
        case .forbidden?: schedule(world, at: arrival, .stop(Stop(.proxyRefused, "a page of a proxy")), 403)
        case .emptyRefusal?: schedule(world, at: arrival, .unknown(.emptyRefusal, "no word"), 400)
        case .stalled(let seconds)?: arrive(world, at: arrival + .seconds(seconds))
        case .doubled?:
            arrive(world, at: arrival, answers: false)
            arrive(world, at: arrival + request.gap + .milliseconds(1))
        default: arrive(world, at: arrival)
        }
    }

    private func arrive(_ world: World, at instant: Duration, answers: Bool = true) {
        world.schedule(at: instant) { world in
            let reply = world.change { state -> Reply<Value> in
                let entrance = state.enter(request, at: instant)
                var reply = Reply<Value>(
                    meaning: .unknown(.serverError, ""), window: entrance.window,
                    serverDate: World.timestamp(instant).wholeSeconds)
                switch entrance.refusal {
                case .away?: (reply.meaning, reply.status) = (.unknown(.gatewayError, "maintenance"), 503)
                case .stopped(let stop, let status)?: (reply.meaning, reply.status) = (.stop(stop), status)
                case .tooMany(let wait)?:
                    (reply.meaning, reply.status) = (.rateLimited(RateLimitHint(wait: wait)), 429)
                case nil:
                    reply.meaning = handle(&state, .asked)
                    reply.status = reply.meaning.usualStatus
                }
                return reply
            }
            guard case .move = request.subject, case .success = reply.meaning else {
                if answers { leave(world, reply, at: instant + request.back) }
                return
            }
            write(world, after: instant, reply, answers)
        }
    }

    /// The server has compared the visitor of the room, and writes a moment later, whatever happens in between (TheMove,
    /// "Repeats and races").
    private func write(_ world: World, after instant: Duration, _ reply: Reply<Value>, _ answers: Bool) {
        let gap =
            if case .late(let seconds)? = request.fault?.kind { Duration.seconds(seconds) } else { request.gap }
        let writtenAt = instant + gap
        world.schedule(at: writtenAt) { world in
            let meaning = world.change { state -> ReplyOutcome<Value> in
                state.write(request, at: writtenAt, isLate: gap > request.gap)
                return handle(&state, .written)
            }
            var reply = reply
            reply.meaning = meaning
            reply.status = meaning.usualStatus
            if answers { leave(world, reply, at: writtenAt + request.back) }
        }
        if case .late(let seconds)? = request.fault?.kind, seconds < 30 {
            schedule(world, at: instant + request.back, .unknown(.gatewayError, "gateway time-out"), 504)
        }
    }

    private func leave(_ world: World, _ reply: Reply<Value>, at instant: Duration) {
        switch request.fault?.kind {
        case .answerLost?: schedule(world, at: instant, .unknown(.connectionLost, "lost"), nil)
        case .gatewayAfterwards(let status)?: schedule(world, at: instant, .unknown(.gatewayError, "gateway"), status)
        case .wrongAnswer?:
            guard reply.status == 200 else { break }
            schedule(world, at: instant, .unknown(.unreadableReply, "another room than asked for"), 200)
            return
        case .foreignPage?:
            schedule(world, at: instant, .stop(Stop(.notRocketChat, "a page of a proxy")), 200)
            return
        default: break
        }
        world.schedule(at: instant) { answer($0, reply) }
    }

    private func schedule(_ world: World, at instant: Duration, _ meaning: ReplyOutcome<Value>, _ status: Int?) {
        world.schedule(at: instant) { answer($0, Reply(meaning: meaning, status: status)) }
    }
}

extension ReplyOutcome {
    /// The HTTP status such an answer of the server has.
    fileprivate var usualStatus: Int? {
        switch self {
        case .success: 200
        case .refused, .notOwner: 400
        case .rateLimited: 429
        case .unknown(.unreadableReply, _): 200
        case .unknown: 400
        case .notSent: nil
        case .stop: 403
        }
    }
}

extension Timestamp {
    /// As in the header `Date`.
    fileprivate var wholeSeconds: Timestamp { Timestamp(milliseconds: milliseconds / 1000 * 1000) }
}
