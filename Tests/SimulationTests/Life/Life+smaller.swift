extension Life {
    /// Lives that have a little less in them, the greatest cuts first.
    var smaller: [Life] {
        var lives: [Life] = []
        func tryOut(_ change: (inout Life) -> Void) {
            var life = self
            change(&life)
            if life != self { lives.append(life) }
        }
        tryOut { $0.faults = [] }
        tryOut { $0.meddlings = [] }
        tryOut { $0.troubles = [] }
        tryOut { $0.limit = nil }
        tryOut { $0.rate = .unlimited }
        tryOut { $0.concurrency = 1 }
        for index in acts.indices where acts.count > 1 { tryOut { $0.acts.remove(at: index) } }
        for index in lines.indices where lines.count > 1 { tryOut { $0.lines.remove(at: index) } }
        for index in rooms.indices where rooms.count > 1 { tryOut { $0.rooms.remove(at: index) } }
        for index in faults.indices { tryOut { $0.faults.remove(at: index) } }
        for index in meddlings.indices { tryOut { $0.meddlings.remove(at: index) } }
        for index in acts.indices {
            tryOut { $0.acts[index].killedAt = nil }
            tryOut { $0.acts[index].stoppedAt = nil }
        }
        for index in rooms.indices {
            tryOut { $0.rooms[index].isOpen = false }
            tryOut { $0.rooms[index].isAccessible = true }
            tryOut { $0.rooms[index].type = "l" }
        }
        return lives
    }

    /// The life as Swift would make it, to be kept in a test.
    var source: String { String(describing: self).replacing("SimulationTests.", with: "") }
}
