import ArgumentParser
import Logging
import Mapping
import Migration
import RocketChat

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check server, version, credentials, permissions, endpoint and rate limit.",
        discussion: """
            Example:
              visitor-merge doctor --url https://chat.example.org --user-id ID \\
                --auth-token-file token --mapping mapping.csv

            Nothing is moved: the only PUT names a room and a visitor that cannot exist. On 7.0 and newer not even that \
            is sent, and what can be read is checked all the same.

            With --mapping it also says what audit, run and verify of that file will cost: the calls on each endpoint, \
            and how long they take at the limits in force. The file is only read.

            With --show-config it prints every setting, its value and where that came from, and asks nobody: options come \
            before the environment, then the file of --config, then the default.

            Exit status: 0 moves can succeed, perhaps with warnings · 69 server unreachable · 76 server has no such \
            endpoint or does not speak the protocol · 77 credentials or permission · 78 configuration
            """)

    @Option(help: "A mapping: say what its audit, run and verification will cost.")
    var mapping: String?

    @OptionGroup var reading: MappingReadingOptionGroup

    @Option(
        help: "How many rooms are to be moved, for the estimate; default: those of --mapping, or 1000.",
        transform: Settings.number(in: Self.moves))
    var moves: Int?

    @Flag(help: "Print every setting, its value and where it came from, and ask nobody.")
    var showConfig = false

    @OptionGroup(title: "Server") var server: ServerOptionGroup
    @OptionGroup(title: "Pace") var pace: PaceOptionGroup
    @OptionGroup var config: ConfigOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup

    private static let moves = 1...1_000_000_000

    mutating func run() async throws {
        let settings = try config.settings()
        try output.complete(from: settings)
        guard !showConfig else {
            let effective = EffectiveSettings(settings, arguments: Array(CommandLine.arguments.dropFirst()))
            try Output.result(output.json ? effective.json() : effective.text)
            _ = try self.pace.resolved(settings)
            return
        }
        let pace = try pace.resolved(settings)
        let logger = try output.logger(settings)
        let address = try server.address(settings)
        let credentials = try server.credentials(settings)
        let options = try server.clientOptions(settings, concurrency: pace.runner.concurrency, timeout: pace.timeout)
        let plan = try await plan(settings, address, logger)
        // A mapping without anything to move is said to be one; the estimate needs a room.
        let known = plan.map { max($0.moves, 1) } ?? 1000
        let moves = try settings.number(moves, "moves", in: Self.moves, default: known)
        let limiter = RateLimiter(pace.rate, clock: ContinuousClock(), logger: logger)
        let examination = try await withGracefulSignals(logger: logger, until: pace.end) {
            try await RocketChatClient.with(
                address: address, credentials: credentials, options: options, logger: logger
            ) { client in
                let clock = ContinuousClock()
                let doctor = Doctor(
                    client: client, address: address, limiter: limiter, settings: pace.runner, clock: clock,
                    now: { CurrentProcess.now })
                return try await doctor.examine()
            }
        }
        let workload = Workload(
            moves: moves, rate: pace.rate, concurrency: pace.runner.concurrency, openRooms: pace.runner.openRooms)
        let diagnosis = Diagnosis(of: examination, for: workload)
        // Where no move can succeed nothing is known of the limits, and nothing will cost anything.
        let forecast =
            diagnosis.reason != nil
            ? nil
            : plan.map { plan in
                MappingForecast(
                    plan, openRooms: pace.runner.openRooms,
                    pace: CallPace(rate: workload.rate(under: diagnosis.limit), spendsWindows: limiter.spendsWindows),
                    examination)
            }
        try show(diagnosis, forecast)
    }

    /// What the mapping asks for; `nil` without one.
    private func plan(
        _ settings: Settings, _ address: ServerAddress, _ logger: Logger
    ) async throws -> MappingForecast.Plan? {
        let options = try reading.options(settings)
        guard let path = mapping ?? settings.option("mapping") else { return nil }
        return try await withGracefulSignals(logger: logger) {
            try await withStopRequest { isAskedToStop in
                try await onOwnThread {
                    try MappingForecast.Plan(MappingSource(path), options, isAskedToStop: isAskedToStop)
                }
            }
        }
    }

    private func show(_ diagnosis: Diagnosis, _ forecast: MappingForecast?) throws {
        if output.json {
            try Output.result(DoctorJSON(diagnosis, forecast).text())
        } else if !(output.quiet && diagnosis.isAllWell) {
            try Output.result(
                DoctorText(
                    diagnosis, forecast, at: CurrentProcess.now,
                    next: CommandLine.other(
                        ["audit", forecast?.plan.operand ?? "MAPPING"],
                        keeping: forecast == nil ? .ofServer : Set.ofServer.union(Set.ofMapping))
                ).text)
        }
        try (diagnosis.reason.map { ExitStatus($0) } ?? .settled).end()
    }
}
