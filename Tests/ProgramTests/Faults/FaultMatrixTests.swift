import Migration
import Sandbox
import TestSupport
import Testing

/// Every fault at every stage at which it can strike.
@Suite(.timeLimit(.minutes(2))) struct FaultMatrixTests {
    @Test(arguments: Fault.Name.allCases, [1, 32])
    func `A stage that goes wrong every time ends honestly, and the same command goes on when that is over`(
        _ fault: Fault.Name, _ concurrency: Int
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for stage in FaultStage.allCases where stage.isConcurrent || concurrency == 1 {
                group.addTask { try await Self.strike(fault, stage, concurrency) }
            }
            try await group.waitForAll()
        }
    }

    private static func strike(_ fault: Fault.Name, _ stage: FaultStage, _ concurrency: Int) async throws {
        try await FaultScene.with(stage, name: "\(fault.rawValue) at \(stage.rawValue)") { scene in
            let sandbox = scene.workspace.sandbox
            var job = JobInProcess(workspace: scene.workspace, concurrency: concurrency, openRooms: stage.openRooms)
            job.maxAttempts = 2
            if fault.isDelay { job.timeout = .milliseconds(80) }
            sandbox.misbehave(
                try stage.provocation + [
                    Fault(fault, route: stage.route, after: stage.spared, milliseconds: fault.milliseconds)
                ])
            // A server that is away is waited for, far longer than a test should take.
            let waits = fault.status(at: stage) == nil
            let end = try await job.run(
                until: { waits && sandbox.requests(at: stage) > stage.spared }, grace: .milliseconds(150))
            try scene.expectHonesty(of: end, isLate: fault.isDelay || fault == .lateWrite)
            if let status = fault.status(at: stage) {
                #expect(end.status == status, "\(scene.name): \(end)")
            }
            job.timeout = .seconds(20)
            if fault.isDelay {
                // What was given up is still on its way to the rooms.
                #expect(await eventually { sandbox.requestLog.allSatisfy { $0.status != nil } })
            }
            try await scene.expectEnd(after: end) { try await job.run() }
        }
    }

    /// Two faults at every stage of one job, each behind those of the stages before it on the same route.
    private static let everywhere: [FaultStage: [(stage: FaultStage, after: Int)]] = [
        .history: [
            (.version, 0), (.caller, 0), (.probe, 0), (.roomList, 0), (.history, 0), (.look, 0), (.move, 3),
        ],
        .sweep: [(.roomList, 0), (.sweep, 3)],
    ]

    @Test(arguments: Fault.Name.allCases.filter(\.passes), everywhere.keys)
    func `Two requests that go wrong at every stage are ridden out`(
        _ fault: Fault.Name, _ discovery: FaultStage
    ) async throws {
        for concurrency in [1, 32] {
            let name = "\(fault.rawValue) everywhere, \(concurrency) in flight"
            try await FaultScene.with(discovery, name: name) { scene in
                scene.workspace.sandbox.misbehave(
                    try (Self.everywhere[discovery] ?? []).map { stage, after in
                        try Fault(fault, route: stage.route, after: after, count: 2, milliseconds: fault.milliseconds)
                    })
                let job = JobInProcess(workspace: scene.workspace, concurrency: concurrency, openRooms: .defer)
                let end = try await job.run()
                #expect(end.status == 0, "\(scene.name): \(end)")
                try scene.expectHonesty(of: end)
                try await scene.expectEnd(after: end) { try await job.run() }
            }
        }
    }
}

extension SandboxServer {
    /// Requests on the route of a stage so far.
    fileprivate func requests(at stage: FaultStage) -> Int {
        requestLog.count { $0.route?.hasSuffix(stage.route) == true }
    }
}

extension Fault.Name {
    fileprivate var isDelay: Bool { self == .delayBeforeWrite || self == .delayAfterWrite }

    /// A job gets over it by itself, and sooner than a proxy's limit, which holds a route for more than a second.
    fileprivate var passes: Bool {
        switch self {
        case .html200, .deprecationThrows, .retryAfter, .retryAfterDate: false
        default: true
        }
    }

    /// A delay that is longer than the time-out, and a late write that is there before anybody looks.
    fileprivate var milliseconds: Int {
        switch self {
        case .delayBeforeWrite, .delayAfterWrite: 120
        case .lateWrite: 1
        default: 0
        }
    }

    /// What a run ends with, where that does not depend on how long it may wait.
    fileprivate func status(at stage: FaultStage) -> Int32? {
        switch (self, stage) {
        case (.html200, _): 76
        case (.deprecationThrows, .probe), (.deprecationThrows, .move): 76
        case (.deprecationThrows, _), (.deliverTwice, _): 0
        default: nil
        }
    }
}
