import Testing

/// Small lives of jobs, each from one seed, in a world that goes wrong.
///
/// `SEED=17 LIVES=1 scripts/test --filter SimulationTests` lives one of them, `LIVES=1000000 scripts/simulate` a million.
@Suite(.timeLimit(.minutes(60))) struct SimulationTests {
    @Test func `Every life keeps every promise`() async throws {
        try await Simulation.run(Simulation.seeds)
    }

    @Test(arguments: KeptLife.all)
    func `A life that failed once keeps every promise`(_ kept: KeptLife) async throws {
        let complaints = try await Simulation.live { live in try await live(kept.life) }
        #expect(complaints.isEmpty, "\(kept.name)")
    }

    @Test func `One seed lives the same life every time`() async throws {
        for seed in Simulation.seeds.prefix(10) {
            let traces = try await SeededExecutor.with { executor in
                let folder = try Folder()
                var traces: [[String]] = []
                for _ in 0..<2 {
                    let course = try await Course.of(Life(seed), on: executor, in: folder)
                    traces.append(course.facts.trace + course.steps.map { "\($0.jobs) \(String(describing: $0.end))" })
                }
                return traces
            }
            #expect(traces.first == traces.last, "seed \(seed)")
        }
    }
}
