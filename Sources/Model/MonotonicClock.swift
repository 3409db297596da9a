/// What a job reads the time from and waits by; in tests a clock that only they move.
package protocol MonotonicClock: Clock<Duration> where Instant == ContinuousClock.Instant {}

extension ContinuousClock: MonotonicClock {}

/// A moment of a ``MonotonicClock``.
package typealias Instant = ContinuousClock.Instant
