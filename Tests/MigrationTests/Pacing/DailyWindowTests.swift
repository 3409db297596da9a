import Model
import Testing

@testable import Migration

/// `--window`: local hours, across midnight and in nights in which the clocks change.
struct DailyWindowTests {
    /// Central European time in 2024: an hour ahead, two from 31 March 01:00 UTC to 27 October 01:00 UTC.
    private static func berlin(_ instant: Timestamp) -> Int {
        let summer = utc(2024, 3, 31, 1)..<utc(2024, 10, 27, 1)
        return summer.contains(instant) ? 7200 : 3600
    }

    private static func utc(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int = 0) -> Timestamp {
        // Days since 1970 by the civil calendar, March first.
        let y = month > 2 ? year : year - 1
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        return Timestamp(milliseconds: Int64((days * 1440 + hour * 60 + minute) * 60_000))
    }

    private func window(_ text: String) throws -> DailyWindow { try #require(DailyWindow(text)) }

    @Test(arguments: [
        ("22:00-06:00", 21, 59, false), ("22:00-06:00", 22, 0, true), ("22:00-06:00", 23, 59, true),
        ("22:00-06:00", 0, 0, true), ("22:00-06:00", 5, 59, true), ("22:00-06:00", 6, 0, false),
        ("22:00-06:00", 12, 0, false), ("9:30-17:00", 9, 29, false), ("9:30-17:00", 9, 30, true),
        ("9:30-17:00", 16, 59, true), ("9:30-17:00", 17, 0, false), ("18:00-24:00", 23, 59, true),
        ("18:00-24:00", 0, 0, false),
    ])
    func `the first minute belongs to the window and the last does not`(
        text: String, hour: Int, minute: Int, isOpen: Bool
    ) throws {
        #expect(try window(text).isOpen(at: Self.utc(2024, 5, 2, hour, minute)) { _ in 0 } == isOpen)
    }

    @Test func `local hours count, east and west of Greenwich`() throws {
        let window = try window("22:00-06:00")
        #expect(window.isOpen(at: Self.utc(2024, 5, 2, 20)) { _ in 7200 })
        #expect(!window.isOpen(at: Self.utc(2024, 5, 2, 22)) { _ in -18_000 })
        #expect(window.isOpen(at: Self.utc(2024, 5, 3, 3)) { _ in -18_000 })
    }

    @Test func `a window across midnight closes in the morning and opens in the evening`() throws {
        let window = try window("22:00-06:00")
        #expect(window.change(after: Self.utc(2024, 5, 2, 23, 30)) { _ in 0 } == Self.utc(2024, 5, 3, 6))
        #expect(window.change(after: Self.utc(2024, 5, 3, 6)) { _ in 0 } == Self.utc(2024, 5, 3, 22))
    }

    @Test func `the night in which clocks go forward is an hour shorter, the one in which they go back longer`() throws
    {
        let window = try window("22:00-06:00")
        let spring = Self.utc(2024, 3, 30, 21)
        #expect(window.isOpen(at: spring, offset: Self.berlin))
        #expect(window.change(after: spring, offset: Self.berlin) == Self.utc(2024, 3, 31, 4))
        let autumn = Self.utc(2024, 10, 26, 20)
        #expect(window.isOpen(at: autumn, offset: Self.berlin))
        #expect(window.change(after: autumn, offset: Self.berlin) == Self.utc(2024, 10, 27, 5))
    }

    @Test func `an hour that clocks skip is no window that day, and one that they repeat opens twice`() throws {
        let window = try window("02:00-03:00")
        let before = Self.utc(2024, 3, 30, 12)
        #expect(window.change(after: before, offset: Self.berlin) == Self.utc(2024, 4, 1, 0))
        let autumn = Self.utc(2024, 10, 27, 0)
        #expect(window.isOpen(at: autumn, offset: Self.berlin))
        #expect(window.change(after: autumn, offset: Self.berlin) == Self.utc(2024, 10, 27, 2))
    }

    @Test(arguments: [
        "", "22:00", "22:00-", "-06:00", "22-6", "25:00-06:00", "22:60-06:00", "22:0-06:00", "22:00-22:00",
        "24:00-06:00", "22:00-06:00-07:00", "٢٢:00-06:00", "a:00-06:00", "22:00 - 06:00",
    ])
    func `anything else is no window`(text: String) {
        #expect(DailyWindow(text) == nil)
    }

    @Test func `it is written as it is read`() throws {
        #expect(try window("9:05-17:00").description == "09:05-17:00")
    }
}
