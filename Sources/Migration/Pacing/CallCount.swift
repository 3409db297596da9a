package import Journal
package import Model
import RocketChat

/// The requests on one endpoint.
package struct CallCount: Sendable, Equatable {
    package var made = 0
    /// Those that were refused because there were too many.
    package var refused = 0
    /// For how long requests waited because a server window was used up; waits that overlap count once.
    package var waited = Duration.zero
}

extension RateLimiter {
    /// The same for a ledger, by name.
    package var endpointCalls: [EndpointCalls] {
        calls.map { endpoint, count in
            EndpointCalls(
                endpoint: endpoint.rawValue, made: count.made, refused: count.refused,
                waitedMilliseconds: count.waited.inMilliseconds)
        }.sorted { $0.endpoint < $1.endpoint }
    }
}

/// Writes what a job has sent into its ledger while it goes, so that a kill loses the counts of its last second at most.
package struct CallRecorder: Sendable {
    private let ledger: CallLedger
    private let run: Int64
    private let limiter: RateLimiter
    private let clock: any MonotonicClock

    package init(_ ledger: CallLedger, run: Int64, limiter: RateLimiter, clock: any MonotonicClock) {
        self.ledger = ledger
        self.run = run
        self.limiter = limiter
        self.clock = clock
    }

    /// Writes once a second if something was sent, until its task is cancelled; the last counts are left to the end of
    /// the job.
    package func follow() async {
        var written: [EndpointCalls] = []
        do {
            while true {
                try await clock.sleep(for: .seconds(1))
                let calls = limiter.endpointCalls
                guard calls != written else { continue }
                try await ledger.note(calls, run: run)
                written = calls
            }
        } catch {
            // Cancelled, or the journal fails: the task that works on it meets that too, and reports it.
        }
    }
}
