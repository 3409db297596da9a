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
                "3 a\"\"b>c@r", "9 d>e", "10 malformed", "11 malformed", "12 ü>é", "13 malformed", "14 malformed",
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
        #expect(expected.summary == ["2 é\">b", "4 malformed", "5 a>b@ü"])
        for chunkSize in 1...text.utf8.count + 1 {
            #expect(try Reading(text, name: "m.jsonl", chunkSize: chunkSize) == expected, "chunks of \(chunkSize)")
        }
    }

    @Test(arguments: 0..<20)
    func `Any bytes are read to their end, every physical line once`(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let alphabet = Array("aé0,;\t\"\"\"\n\r {}:\u{0}".utf8) + [0xFF]
        for _ in 0..<200 {
            let name = Bool.random(using: &random) ? "m.csv" : "m.jsonl"
            var bytes = Array((name == "m.csv" ? "old,new\n" : "{}\n").utf8)
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                bytes.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
            }
            let chunkSize = Int.random(in: 1...70, using: &random)
            try withFile(bytes, name: name) { path in
                try checkSpans(of: bytes, in: path, chunkSize: chunkSize)
                let reading = try Reading(path: path, chunkSize: chunkSize)
                #expect(reading == (try Reading(path: path)))
                let numbers = reading.lines.map(\.number)
                #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
            }
        }
    }

    /// Reads bytes as records and compares their spans with physical lines that are counted in the simplest way.
    private func checkSpans(of bytes: [UInt8], in path: String, chunkSize: Int) throws {
        let lines = physicalLines(of: bytes)
        var records = RecordReader(ByteWindow(try InputFile(.file(path)), chunkSize: chunkSize))
        records.dialect = .csv(.comma)
        var next = 1
        while let record = try records.next() {
            #expect(record.line == next && record.lineCount >= 1)
            if records.isBlank(record) { #expect(lines[record.line - 1].allSatisfy { $0 == .space || $0 == .tab }) }
            next += record.lineCount
        }
        #expect(next == lines.count + 1, "\(bytes)")
    }

    private func physicalLines(of bytes: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case .lineFeed where index > 0 && bytes[index - 1] == .carriageReturn: break
            case .lineFeed, .carriageReturn: lines.append([])
            default: lines[lines.count - 1].append(byte)
            }
        }
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

/// A generator of the same numbers every time.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
