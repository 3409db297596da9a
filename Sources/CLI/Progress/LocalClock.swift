import Journal
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

extension LocalClock {
    /// What a lock says of its holder, with the time as this clock has it.
    func holder(_ text: String, on now: Timestamp) -> String {
        guard let holder = LockOwner(text) else { return text }
        return holder.description(since: time(holder.since, withSeconds: true, on: now))
    }
}

extension JournalError {
    /// The error as this clock tells it to a user.
    func told(by clock: LocalClock, on now: Timestamp) -> JournalError {
        switch self {
        case .locked(let path, let holder): .locked(path: path, holder: clock.holder(holder, on: now))
        case .named(let error, let naming): .named(error.told(by: clock, on: now), naming)
        default: self
        }
    }
}
