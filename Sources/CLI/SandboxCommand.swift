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

            The first line on standard output is JSON with the address and the users' demo credentials; it serves until \
            a signal. GET /sandbox/state, /sandbox/log and /sandbox/moves show what it holds and what it saw.
            """)

    @Option(help: "The port on 127.0.0.1; 0 takes a free one.")
    var port = 0

    @Option(help: "The version to imitate: \(Profile.allCases.map(\.rawValue).joined(separator: ", ")).")
    var profile = Profile.v6_9

    @Option(help: "JSON file with visitors and rooms; a small demo workspace unless told.")
    var seed: String?

    @Option(help: "CALLS/SECONDS, or off.", transform: RateLimitOption.init(argument:))
    var rateLimit = RateLimitOption.standard

    @Option(help: "Seconds before 401 and 403 are answered; 0.5 to 1 unless told.")
    var denialDelay: Double?

    @Option(help: "NAME=SHARE: how often to misbehave; may be repeated.", transform: Self.fault)
    var fault: [Fault] = []

    @Option(help: "Seconds by which the server's clock is ahead; may be negative.")
    var clockSkew = 0.0

    @OptionGroup(title: "Output") var output: OutputOptionGroup

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port is \(port), and ports are 0 to 65535.") }
        guard denialDelay.map({ (0...60).contains($0) }) ?? true else {
            throw ValidationError("--denial-delay is from 0 to 60 seconds.")
        }
        guard abs(clockSkew) <= 86_400 * 366 else { throw ValidationError("--clock-skew is at most a year.") }
    }

    mutating func run() async throws {
        let settings = Settings()
        try output.complete(from: settings)
        let logger = try output.logger(settings)
        let configuration = SandboxConfiguration(
            port: port, profile: profile, seed: try seed.map(Seed.init(contentsOf:)), rateLimit: rateLimit.limit,
            denialDelay: denialDelay.map { .seconds($0) }, faults: fault, clockSkew: .seconds(clockSkew), logger: logger
        )
        try await withGracefulSignals(logger: logger) {
            try await SandboxServer(configuration).run { try Output.result($0.startupLine) }
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

    /// What a server has unless its administrator changed it (contract 6).
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
            let seconds = Double(parts[1]), seconds >= 0.001, seconds <= 86_400
        else { throw ValidationError("'\(argument)' is no rate limit: use CALLS/SECONDS such as 10/60, or off.") }
        limit = RateLimit(calls: calls, window: .seconds(seconds))
    }
}

extension Profile: ExpressibleByArgument {}
