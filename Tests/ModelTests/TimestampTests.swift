import FoundationEssentials
import Model
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_714_661_265_855, "2024-05-02T14:47:45.855Z"),
        (1_709_164_800_001, "2024-02-29T00:00:00.001Z"), (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func `A timestamp is written in UTC with milliseconds`(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).iso8601 == text)
    }

    @Test func `A timestamp survives the way through a date`() {
        let timestamp = Timestamp(milliseconds: 1_714_661_265_855)
        #expect(Timestamp(timestamp.date) == timestamp)
    }

    @Test(arguments: [
        ("2024-05-02T14:47:45.855Z", 1_714_661_265_855), ("1970-01-01", 0), ("1969-12-31T23:59:59.999Z", -1),
        ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2024-02-29 00:00", 1_709_164_800_000),
        ("2000-02-29T01:00:00+01:00", 951_782_400_000), ("2024-05-02T14:47:45-0130", 1_714_666_665_000),
        ("2024-05-02T14:47:45.8559999Z", 1_714_661_265_855), ("2024-05-02T14:47:45.8Z", 1_714_661_265_800),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000), ("0001-01-01T00:00:00Z", -62_135_596_800_000),
    ])
    func `A date is read with or without time, fraction and zone`(text: String, milliseconds: Int64) {
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2024", "2024-05", "2024-13-01", "2024-00-01", "2023-02-29", "1900-02-29", "2024-04-31", "2024-05-02T",
        "2024-05-02T24:00", "2024-05-02T14:60", "2024-05-02T14:47:61", "2024-05-02T14:47:45.Z", "2024-05-02T14:47Zx",
        "2024-05-02T14:47+1", "2024-05-02X", "24-05-02", "+2024-05-02", "2024-5-2", "yesterday", "２０２４-05-02",
        "2024-05-02T14:47:45.00000000000000000000000000000000000Z",
    ])
    func `What is no date is not read as one`(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func `What is written is read again, over five hundred years`() {
        // Steps of a prime number of milliseconds, so that every field takes many values.
        for milliseconds in stride(from: Int64(-7_000_000_000_000), to: 9_000_000_000_000, by: 40_000_000_003) {
            let timestamp = Timestamp(milliseconds: milliseconds)
            #expect(Timestamp(iso8601: timestamp.iso8601) == timestamp)
        }
    }
}
