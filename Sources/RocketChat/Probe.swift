package import Model

/// Requests that are known to be good: a Rocket.Chat that is well refuses them in words of its own.
///
/// Their ids are of a form that no server gives out, so the PUT cannot move anything.
package enum Probe {
    package static let room = RoomID("visitor-merge-probe-room")
    package static let visitor = VisitorID("visitor-merge-probe-visitor")
}

extension RoomMover {
    /// Sends a move that cannot happen (TheRun, "Before the first move").
    ///
    /// It costs one call of the route's window, which the reply shows.
    package func probe() async -> Reply<ProbeResult> {
        let reply = await move(Probe.room, from: Probe.visitor, to: Probe.visitor)
        return Reply(
            meaning: ProbeResult.meaning(ofProbe: reply.meaning), status: reply.status, window: reply.window,
            serverDate: reply.serverDate, instance: reply.instance, duration: reply.duration, delay: reply.delay
        )
    }
}
