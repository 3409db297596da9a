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
}
