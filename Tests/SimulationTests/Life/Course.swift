import Model
import RocketChat
import ServiceLifecycleTestKit
import Synchronization

/// The course of a life: its commands one after the other, each with what it left behind.
struct Course: Sendable {
    struct Step: Sendable {
        /// Its place in the life.
        var index: Int
        var act: Life.Act
        var end: Commands.End?
        /// `nil` where the process was killed or did not begin.
        var ledger: Commands.Ledger?
        /// Jobs of tasks that it took.
        var jobs: Int
        /// Rooms and visitors before and after it.
        var before: [WorldState.PlacedRoom]
        var after: [WorldState.PlacedRoom]
        var visitorsAfter: Set<String>
        var beganAt: Duration
        var endedAt: Duration
        var wasKilled = false
        var hung = false
        /// PUTs that were under way when it was killed, and were not declared in what is left of the journal.
        var undeclared: [String] = []
    }

    var steps: [Step] = []
    var facts: WorldState

    func steps(before index: Int) -> [Step] { steps.filter { $0.index < index } }

    /// Lives a life to its end.
    static func of(_ life: Life, on executor: SeededExecutor, in folder: Folder) async throws -> Course {
        try folder.clear()
        try folder.write(life.mapping, as: "m.csv")
        let clock = SimulatedClock()
        let world = World(life, clock: clock)
        let stage = Stage(seed: life.seed, clock: clock, world: world)
        executor.enter(stage)
        defer { executor.enter(nil) }
        var course = Course(facts: world.facts)
        for (index, act) in life.acts.enumerated() {
            if act.isAtRest { world.comeToRest() }
            guard course.isOfUse(act, folder) else { continue }
            let step = try await course.step(act, index, Commands(life: life, folder: folder, stage: stage))
            course.steps.append(step)
            if step.hung { break }
            // Nobody types the next command in the same instant.
            clock.goOn(to: clock.offset + .milliseconds(200))
        }
        course.facts = world.facts
        return course
    }

    /// Whether a command has anything to do: a debug build takes a tenth of a second to find out that it has not.
    private func isOfUse(_ act: Life.Act, _ folder: Folder) -> Bool {
        switch act.command {
        case .edited: folder.exists(Commands.journal(of: .run))
        case .run where !act.isAtRest:
            steps.last { $0.act.command == .run }?.end?.status.map { $0 > 1 } ?? true
        default: true
        }
    }

    private enum Event: Sendable {
        case ended(Commands.End, Commands.Ledger?)
        case interrupted(Stage.Interruption)
        case over
    }

    private func step(_ act: Life.Act, _ index: Int, _ commands: Commands) async throws -> Step {
        let (stage, world, folder) = (commands.stage, commands.stage.world, commands.folder)
        let before = world.change { state in
            state.act = index
            return state
        }
        var step = Step(
            index: index, act: act, jobs: 0, before: before.rooms, after: [], visitorsAfter: [],
            beganAt: stage.clock.offset,
            endedAt: .zero)
        let (interruptions, source) = AsyncStream.makeStream(of: Stage.Interruption.self)
        let failure = Mutex<(any Error)?>(nil)
        let isGone = Mutex<Stage.Interruption?>(nil)
        var wanted: [Int: Stage.Interruption] = [:]
        if let job = act.stoppedAt { wanted[job] = .askedToStop }
        if let job = act.killedAt { wanted[job] = .killed }
        stage.begin(wanted) { interruption in
            if interruption == .killed {
                do { try folder.keep() } catch { failure.withLock { $0 = error } }
            }
            if interruption != .askedToStop {
                isGone.withLock { $0 = interruption }
                world.change { $0.act = nil }
            }
            source.yield(interruption)
        }
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Event.self) { group in
                group.addTask {
                    let (end, ledger) = try await commands.carryOut(act.command)
                    return .ended(end, ledger)
                }
                group.addTask { await Self.next(interruptions) }
                while let event = try await Self.nextEvent(&group, unless: isGone.withLock { $0 != nil }) {
                    switch event {
                    case .ended(let end, let ledger):
                        (step.end, step.ledger) = (end, ledger)
                        group.cancelAll()
                    case .interrupted(.askedToStop):
                        trigger.triggerGracefulShutdown()
                        group.addTask { await Self.next(interruptions) }
                    case .interrupted: group.cancelAll()
                    case .over: continue
                    }
                }
            }
        }
        if let error = failure.withLock({ $0 }) { throw error }
        // Also one that was killed when it had ended, and nobody had noticed that yet.
        step.wasKilled = isGone.withLock { $0 == .killed }
        step.hung = isGone.withLock { $0 == .hung }
        step.jobs = stage.steps
        stage.begin([:]) { _ in }
        if step.wasKilled {
            (step.end, step.ledger) = (nil, nil)
            step.undeclared = try Self.undeclared(world.facts, index, folder)
            try folder.restore()
        }
        let after = world.facts
        (step.after, step.visitorsAfter, step.endedAt) = (after.rooms, after.visitors, stage.clock.offset)
        return step
    }

    /// What a process that is gone would still have to say does not matter.
    private static func nextEvent(
        _ group: inout ThrowingTaskGroup<Event, any Error>, unless isGone: Bool
    ) async throws -> Event? {
        do {
            return try await group.next()
        } catch  where isGone {
            return .over
        }
    }

    private static func next(_ interruptions: AsyncStream<Stage.Interruption>) async -> Event {
        for await interruption in interruptions { return .interrupted(interruption) }
        return .over
    }

    /// Looks whether what is left of the journal knows of every PUT that was under way.
    private static func undeclared(_ facts: WorldState, _ act: Int, _ folder: Folder) throws -> [String] {
        let underWay = facts.requests.compactMap { request -> (String, String, String)? in
            guard request.act == act, request.answeredAt == nil,
                case .move(let room, let old, let new) = request.subject,
                room != Probe.room.rawValue
            else { return nil }
            return (room, old, new)
        }
        guard !underWay.isEmpty else { return [] }
        let declared = try folder.declaredMoves()
        return underWay.filter { move in !declared.contains { $0 == move } }.map { "\($0)" }
    }
}
