package import FoundationEssentials

/// Where the sandbox gets its time from, and how it waits.
package struct SandboxTime: Sendable {
    /// The wall clock, before any skew.
    package var now: @Sendable () -> Date
    /// Time passed since a fixed instant, never running backwards.
    package var elapsed: @Sendable () -> Duration
    /// Waits; throws `CancellationError` when cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void

    package init(
        now: @escaping @Sendable () -> Date, elapsed: @escaping @Sendable () -> Duration,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) {
        self.now = now
        self.elapsed = elapsed
        self.sleep = sleep
    }

    /// The clocks of this machine.
    package static let system: SandboxTime = {
        let origin = ContinuousClock.now
        return SandboxTime(
            now: { Date.now },
            elapsed: { ContinuousClock.now - origin },
            sleep: { try await ContinuousClock().sleep(for: $0) }
        )
    }()

    /// Waits unless there is nothing to wait for.
    func pause(_ duration: Duration) async throws {
        guard duration > .zero else { return }
        try await sleep(duration)
    }
}

extension Date {
    /// ISO 8601 in UTC with milliseconds, such as `2024-05-02T14:47:45.855Z`.
    var iso8601: String { Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(self) }

    /// Reads ISO 8601 with or without fractions of a second.
    init(iso8601 text: String) throws {
        let withFraction = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        do {
            self = try withFraction.parse(text)
        } catch {
            self = try Date.ISO8601FormatStyle().parse(text)
        }
    }

    /// The date later by a duration.
    func advanced(by duration: Duration) -> Date {
        addingTimeInterval(duration / .seconds(1))
    }
}
