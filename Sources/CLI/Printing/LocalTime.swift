import Glibc
import Model

/// The wall clock where the user is, by `TZ` or the system's zone.
enum LocalTime {
    /// How many seconds the local clock is ahead of UTC at an instant.
    static func offset(at instant: Timestamp) -> Int {
        var seconds = time_t(instant.milliseconds / 1000)
        var parts = unsafe tm()
        unsafe localtime_r(&seconds, &parts)
        return unsafe parts.tm_gmtoff
    }

    /// Date, time and offset, such as `2024-05-02 16:47 +0200`.
    static func text(_ instant: Timestamp) -> String {
        var seconds = time_t(instant.milliseconds / 1000)
        var parts = unsafe tm()
        var buffer = [CChar](repeating: 0, count: 64)
        unsafe localtime_r(&seconds, &parts)
        let count = unsafe strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M %z", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
