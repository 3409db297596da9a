import ArgumentParser
import Logging
import Sandbox

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Serve an imitation of Rocket.Chat on loopback, for training and tests.",
        discussion: """
            Example:
              visitor-merge sandbox --port 3999 --rate-limit off

            The first line on standard output is JSON with the address, the users' credentials and the control key, all \
            made up at each start; it serves until a signal. GET /sandbox/state, /sandbox/log and /sandbox/moves show \
            what it holds and what it saw to those who send the key as X-Sandbox-Key.
            """)

    @Option(
        help: "The port on 127.0.0.1; 0 takes a free one, and does unless told.",
        transform: Settings.number(in: Self.ports))
    var port: Int?

    @Option(help: "The version to imitate: \(profiles); 6.9 unless told.")
    var profile: Profile?

    @Option(help: "JSON file with visitors and rooms; a small demo workspace unless told.")
    var seed: String?

    @Option(help: "CALLS/SECONDS, or off; 10/60 unless told.", transform: RateLimitOption.init(argument:))
    var rateLimit: RateLimitOption?

    @Option(
        help: "Seconds before 401 and 403 are answered; 0.5 to 1 unless told.",
        transform: Self.seconds(in: Self.delays, "seconds from 0 to 60"))
    var denialDelay: Double?

    @Option(help: "NAME=SHARE: how often to misbehave; may be repeated.", transform: Self.fault)
    var fault: [Fault] = []

    @Option(
        help: "Seconds by which the server's clock is ahead; may be negative.",
        transform: Self.seconds(in: Self.skews, "seconds, at most a year"))
    var clockSkew: Double?

    @OptionGroup var config: ConfigFileOptionGroup
    @OptionGroup(title: "Output") var output: OutputOptionGroup

    private static let profiles = Profile.allCases.map(\.rawValue).joined(separator: ", ")
    private static let ports = 0...65_535
    private static let delays = 0.0...60
    private static let skews = SandboxConfiguration.clockSkews

    mutating func run() async throws {
        let settings = try config.settings()
        try output.complete(from: settings)
        let logger = try output.logger(settings)
        let configuration = try configuration(settings, logger)
        try await withGracefulSignals(logger: logger) {
            try await SandboxServer(configuration).run { try Output.result($0.startupLine) }
        }
    }

    private func configuration(_ settings: Settings, _ logger: Logger) throws -> SandboxConfiguration {
        let profile = try settings.value(profile, "profile", default: .v6_9, expected: "one of \(Self.profiles)") {
            // The same variable can pick a profile of the configuration file.
            Profile(rawValue: $0) ?? ($0 == settings.file?.profile ? .v6_9 : nil)
        }
        let denialDelay = try settings.optional(
            denialDelay, "denial-delay", expected: "seconds from 0 to 60", Self.seconds(in: Self.delays))
        let clockSkew = try settings.value(
            clockSkew, "clock-skew", default: 0, expected: "seconds, at most a year", Self.seconds(in: Self.skews))
        let faults = try settings.value(
            fault.isEmpty ? nil : fault, "fault", default: [], expected: "NAME=SHARE, with commas between several"
        ) { text in
            // The sentence of the refusal says what would be right.
            try? text.split(separator: ",").map { try Fault(parsing: String($0)) }
        }
        return SandboxConfiguration(
            port: try settings.number(port, "port", in: Self.ports, default: 0), profile: profile,
            seed: try settings.sandboxSeed(seed).map(Seed.init(contentsOf:)),
            rateLimit: try RateLimitOption.resolved(rateLimit, settings, default: .standard).limit,
            denialDelay: denialDelay.map { .seconds($0) }, faults: faults, clockSkew: .seconds(clockSkew),
            logger: logger)
    }

    private static func seconds(in range: ClosedRange<Double>) -> (String) -> Double? {
        { text in Double(text).flatMap { range.contains($0) ? $0 : nil } }
    }

    private static func seconds(
        in range: ClosedRange<Double>, _ expected: String
    ) -> @Sendable (String) throws -> Double {
        { argument in
            guard let seconds = seconds(in: range)(argument) else { throw ValidationError("it has to be \(expected).") }
            return seconds
        }
    }

    private static func fault(_ argument: String) throws -> Fault {
        do {
            return try Fault(parsing: argument)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}

/// The rate limit of a sandbox as it is written on the command line.
struct RateLimitOption {
    /// `nil` for none.
    var limit: RateLimit?

    /// What a server has unless its administrator changed it (TheServer, "Rate limits").
    static let standard = RateLimitOption(limit: RateLimit(calls: 10, window: .seconds(60)))
    static let off = RateLimitOption(limit: nil)

    init(limit: RateLimit?) {
        self.limit = limit
    }

    init(argument: String) throws {
        guard argument != "off" else {
            self = .off
            return
        }
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let calls = Int(parts[0]), (1...1_000_000).contains(calls),
            let seconds = Double(parts[1]), seconds >= 0.001, seconds <= SandboxConfiguration.longestWindow
        else { throw ValidationError("'\(argument)' is no rate limit: use CALLS/SECONDS such as 10/60, or off.") }
        limit = RateLimit(calls: calls, window: .seconds(seconds))
    }

    static func resolved(_ option: Self?, _ settings: Settings, default standard: Self) throws -> Self {
        try settings.value(
            option, "rate-limit", default: standard, expected: "CALLS/SECONDS such as 10/60, or off"
        ) {
            // The sentence of the refusal says what would be right.
            try? Self(argument: $0)
        }
    }
}

extension Profile: ExpressibleByArgument {}
