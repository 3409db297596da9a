import FoundationEssentials
import Model
import TestSupport

@testable import Mapping

/// One made-up file, read in many ways.
struct FuzzTrial {
    private enum Result: Equatable {
        case read(Reading)
        case refused(MappingError)
    }

    /// What does not hold that always should.
    private(set) var faults: [String] = []

    /// The codes that a reader may give a line (TheMapping, "What is rejected"); all others need a plan or a server.
    static let reasons: Set<ReasonCode> = [.malformed, .missingOld, .missingNew, .badID, .spreadsheetDamage]

    init(_ input: FuzzedMapping, in folder: TemporaryDirectory) throws {
        let path = folder(input.fileName)
        try Data(input.bytes).write(to: URL(filePath: path))
        let whole = try Self.read(path, input, chunkSize: input.bytes.count + 1)
        for chunkSize in Self.chunkSizes(for: input) {
            let result = try Self.read(path, input, chunkSize: chunkSize)
            if result != whole { faults.append("with chunks of \(chunkSize): \(result), in one piece: \(whole)") }
        }
        switch whole {
        case .read(let reading):
            checkAccounting(of: reading, input)
            reading.lines.forEach { check($0) }
            if reading.digest != (try mappingDigest(of: .file(path))) { faults.append("the digest is another") }
        case .refused(let error):
            if error.kind != .unusable { faults.append("refused as \(error)") }
            if input.format == .csv, ![UInt8(ascii: "["), UInt8(ascii: "{")].contains(input.bytes.first),
                ExpectedReading(csv: input.bytes, options: input.options) != nil
            {
                faults.append("refused, although it has a header: \(error)")
            }
        }
        try FileManager.default.removeItem(atPath: path)
    }

    private static func read(_ path: String, _ input: FuzzedMapping, chunkSize: Int) throws -> Result {
        do {
            return .read(try Reading(path: path, options: input.options, chunkSize: chunkSize))
        } catch let error as MappingError {
            return .refused(error)
        }
    }

    /// Some for every file, and every border there is for one file in many.
    private static func chunkSizes(for input: FuzzedMapping) -> [Int] {
        var random = input.random
        let count = input.bytes.count
        guard count < 65_536 else {
            return [4096, 65_536, RecordScanner.longest, Int.random(in: 5000...count, using: &random)]
        }
        guard count > 500 || !random.chance(1, of: 100) else { return Array(1...count + 1) }
        return [1, 2, 3, 7, Int.random(in: 1...count + 1, using: &random)]
    }

    /// Lines in are lines out: each once, in order, with the number that it has in the file.
    private mutating func checkAccounting(of reading: Reading, _ input: FuzzedMapping) {
        // Damage to a header may leave another line of the first ten that names the columns.
        guard reading.notes.linesBeforeHeader.isEmpty else { return }
        let expected: ExpectedReading?
        var found = ExpectedReading(reading)
        switch input.format {
        case .csv: expected = ExpectedReading(csv: input.bytes, options: input.options)
        case .jsonl:
            expected = ExpectedReading(jsonLines: input.bytes)
            for index in found.lines.indices { found.lines[index].texts = nil }
        }
        if found != expected { faults.append("expected \(String(describing: expected)), found \(found)") }
    }

    private mutating func check(_ line: MappingLine) {
        guard let rejection = line.rejection else {
            let ids = [line.oldVisitor, line.newVisitor] + (line.room.isEmpty ? [] : [line.room])
            if !ids.allSatisfy(Self.isSound) { faults.append("taken as it is: \(line)") }
            return
        }
        if !Self.reasons.contains(rejection.reason) { faults.append("the reason \(rejection.reason)") }
        let isShowable =
            rejection.detail.unicodeScalars.allSatisfy { !$0.isInvisible } && rejection.detail.utf8.count < 1000
        if !isShowable || rejection.detail.isEmpty { faults.append("the detail \(rejection.detail)") }
        for text in [line.oldVisitor, line.newVisitor, line.room] where text.utf8.count > RawLine.longestKept + 3 {
            faults.append("keeps \(text.utf8.count) bytes")
        }
    }

    /// What the specification says of an id: no control characters, no inner spaces, at most 128 bytes.
    private static func isSound(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 128
            && !id.unicodeScalars.contains {
                $0.properties.isWhitespace || $0.value < 0x20 || (0x7F...0x9F).contains($0.value)
            }
    }
}
