import Model
import Testing

@testable import Mapping

struct ChunkTests {
    static let nasty =
        "\u{FEFF}\r\n\"old\",\"ne\"\"w\",note,rid\r\n\"a\"\"\"\"b\",\"c\",\"x,\"\"\r\n\r\"\"\n\",r\r\n\r\r\n"
        + "d,e,\"\"\"\",\re,\"f\"\"\n\"x,\r\nü,\"\u{A0}é\u{200B}\",\u{0},\"\"\r\"g\"\n,\"h\n"

    @Test func `Where a chunk ends makes no difference`() throws {
        let options = MappingOptions(columns: ColumnNames(old: "old", new: "ne\"w"))
        let expected = try Reading(Self.nasty, options: options)
        #expect(
            expected.summary == [
                "3 bad-id", "9 d>e", "10 malformed", "11 malformed", "12 ü>é", "13 malformed", "14 malformed",
            ]
        )
        for chunkSize in 1...Self.nasty.utf8.count + 1 {
            let reading = try Reading(Self.nasty, options: options, chunkSize: chunkSize)
            #expect(reading == expected, "chunks of \(chunkSize)")
        }
    }

    @Test func `Where a chunk ends makes no difference to JSON lines`() throws {
        let text = "\r\n{\"old\":\"é\\\"\",\"new\":\"b\"}\r\n\r{\"old\"\r{\"old\":\"a\",\"new\":\"b\",\"rid\":\"ü\"}"
        let expected = try Reading(text, name: "m.jsonl")
        #expect(expected.summary == ["2 bad-id", "4 malformed", "5 a>b@ü"])
        for chunkSize in 1...text.utf8.count + 1 {
            #expect(try Reading(text, name: "m.jsonl", chunkSize: chunkSize) == expected, "chunks of \(chunkSize)")
        }
    }
}
