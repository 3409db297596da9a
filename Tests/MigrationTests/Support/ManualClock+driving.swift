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

    /// Lets workers work, and the clock go on whenever all of them sleep.
    ///
    /// `stumble` is asked at each step how far the clock jumps, instead of going on to the next sleeper.
    func work<Value: Sendable>(
        _ workers: Int, _ stumble: @Sendable (Int) -> Duration = { _ in .zero },
        _ body: @escaping @Sendable (Int) async throws -> [Value]
    ) async throws -> [Value] {
        let present = Crowd()
        return try await withThrowingTaskGroup(of: [Value].self) { group in
            for worker in 0..<workers {
                present.enter()
                group.addTask {
                    defer { present.leave() }
                    return try await body(worker)
                }
            }
            var step = 0
            while present.present > 0 {
                // Who waits for the server is not asleep, unless the server itself is.
                guard sleepers == present.present else {
                    await Task.yield()
                    continue
                }
                let jump = stumble(step)
                step += 1
                if jump > .zero {
                    advance(by: jump)
                } else {
                    advanceToNext()
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}
