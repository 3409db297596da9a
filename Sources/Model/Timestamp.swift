package import FoundationEssentials

/// An instant of the wall clock in whole milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Sendable, Hashable, Comparable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The date, rounded to the nearest millisecond.
    package init(_ date: Date) {
        milliseconds = Int64((date.timeIntervalSince1970 * 1000).rounded())
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The same instant as Foundation counts it.
    package var date: Date {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    }

    /// ISO 8601 in UTC with milliseconds, such as `2024-05-02T14:47:45.855Z`.
    package var iso8601: String {
        // The style cuts off: half a millisecond more keeps a binary fraction from falling below its decimal one.
        Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(date + 0.0005)
    }
}
