import Model

/// How an instant reads on the wall: a value that is told how far the clock is ahead of UTC.
struct LocalClock: Sendable {
    /// In seconds, at an instant.
    var offset: @Sendable (Timestamp) -> Int

    /// Where the user is.
    static let here = LocalClock { LocalTime.offset(at: $0) }
    static let utc = LocalClock { _ in 0 }

    /// Time and offset, such as `16:47 +0200`; with the date before it unless that is today.
    func time(_ instant: Timestamp, withSeconds: Bool = false, on now: Timestamp) -> String {
        let (day, time) = parts(instant)
        let clock = "\(time.prefix(withSeconds ? 8 : 5)) \(zone(at: instant))"
        return day == parts(now).day ? clock : "\(day) \(clock)"
    }

    /// Date, time and offset without a space, such as `2024-05-02T16:47:45+0200`.
    func dayAndTime(_ instant: Timestamp) -> String {
        let (day, time) = parts(instant)
        return "\(day)T\(time.prefix(8))\(zone(at: instant))"
    }

    private func parts(_ instant: Timestamp) -> (day: Substring, time: Substring) {
        let text = Timestamp(milliseconds: instant.milliseconds + Int64(offset(instant)) * 1000).iso8601
        let day = text.prefix { $0 != "T" }
        return (day, text.dropFirst(day.count + 1))
    }

    private func zone(at instant: Timestamp) -> String {
        let minutes = abs(offset(instant)) / 60
        let digits = String(minutes / 60 * 100 + minutes % 60)
        return (offset(instant) < 0 ? "-" : "+") + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension String {
    /// The text with its instants in UTC as a clock has them: what another process wrote down names them like that.
    func withTimes(of clock: LocalClock, on now: Timestamp) -> String {
        replacing(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) { match in
            Timestamp(iso8601: String(match.output.0)).map { clock.time($0, withSeconds: true, on: now) }
                ?? String(match.output.0)
        }
    }
}
