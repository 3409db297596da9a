package import Model

/// The hours of the local day in which a run may work, such as 22:00 to 06:00 (Specification, "Options", `--window`).
///
/// A value that knows no time zone: it is told how far the local clock is ahead of UTC at an instant, so that a night
/// in which the clocks change has its real length.
package struct DailyWindow: Sendable, Equatable, CustomStringConvertible {
    /// Minutes since local midnight; the first that belongs to it.
    private let start: Int
    /// The first that does not; before ``start`` when the window spans midnight.
    private let end: Int

    private static let minutesOfDay = 24 * 60

    /// Reads `HH:MM-HH:MM`; `nil` for anything else, also for a window without any length.
    package init?(_ text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let start = Self.minutes(ends[0]), let end = Self.minutes(ends[1]),
            start != end, start < Self.minutesOfDay
        else { return nil }
        self.start = start
        self.end = end
    }

    package var description: String { "\(Self.text(start))-\(Self.text(end))" }

    /// Whether work may be done at an instant; `offset` is how many seconds the local clock is ahead of UTC then.
    package func isOpen(at instant: Timestamp, offset: (Timestamp) -> Int) -> Bool {
        let local = instant.milliseconds + Int64(offset(instant)) * 1000
        let day = Int64(Self.minutesOfDay) * 60_000
        let minute = Int(((local % day) + day) % day / 60_000)
        return start < end ? (start..<end).contains(minute) : minute >= start || minute < end
    }

    /// The next instant at which the window closes if it is open, or opens if it is closed.
    ///
    /// Goes on minute by minute, so that no rule of any time zone has to be known; a window that lies in an hour that
    /// the clocks skip opens a day later.
    package func change(after instant: Timestamp, offset: (Timestamp) -> Int) -> Timestamp {
        let isOpenNow = isOpen(at: instant, offset: offset)
        var minute = instant.milliseconds / 60_000
        for _ in 0..<(2 * Self.minutesOfDay + 120) {
            minute += 1
            let next = Timestamp(milliseconds: minute * 60_000)
            if isOpen(at: next, offset: offset) != isOpenNow { return next }
        }
        return Timestamp(milliseconds: minute * 60_000)
    }

    private static func minutes(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2,
            parts.allSatisfy({ (1...2).contains($0.utf8.count) && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            parts[1].utf8.count == 2, let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60,
            hour < 24 || (hour == 24 && minute == 0)
        else { return nil }
        return hour * 60 + minute
    }

    private static func text(_ minutes: Int) -> String {
        let (hour, minute) = minutes.quotientAndRemainder(dividingBy: 60)
        return "\(hour < 10 ? "0" : "")\(hour):\(minute < 10 ? "0" : "")\(minute)"
    }
}
