import TestSupport

extension ManualClock {
    /// Lets other tasks run until so many of them are asleep on this clock.
    func untilAsleep(_ count: Int) async {
        while sleepers < count {
            await Task.yield()
        }
    }

    /// Moves on from sleeper to sleeper until `isOver`.
    func drive(until isOver: @Sendable () -> Bool) async {
        while !isOver() {
            if !advanceToNext() {
                await Task.yield()
            }
        }
    }
}
