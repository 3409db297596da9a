import FoundationEssentials
import Model
import TestSupport
import Testing

@testable import Mapping

/// What this reader and Python's say of the same files; they part only where this one is stricter on purpose.
@Suite(.enabled(if: Python.isHere, "needs /usr/bin/python3 for a second opinion"))
struct PythonDifferenceTests {
    private static let files = 300

    @Test(arguments: [0, 2]) func `CSV is what Python takes it for, but for broken quotes`(damages: Int) async throws {
        let folder = try TemporaryDirectory()
        let inputs = (1...Self.files).map { FuzzedMapping(seed: UInt64($0), format: .csv, damages: damages) }
            // Python before 3.11 reads no file with a zero byte, and has no limit for a record.
            .filter { !$0.bytes.contains(0) && $0.bytes.count <= RecordScanner.longest }
        for input in inputs { try Data(input.bytes).write(to: URL(filePath: folder(input.fileName))) }
        let answers = try await Python.records(
            of: inputs.map { ($0.fileName, String(UnicodeScalar($0.delimiter.byte))) }, in: folder.path)
        #expect(answers.count == inputs.count)
        var compared = 0
        for (input, records) in zip(inputs, answers) {
            let options = MappingOptions(delimiter: input.delimiter)
            guard let reading = try? Reading(path: folder(input.fileName), options: options) else {
                #expect(damages > 0, "refused: \(input)")
                continue
            }
            // To Python the first record is the header, whatever it holds.
            guard reading.notes.linesBeforeHeader.isEmpty else { continue }
            compared += reading.lines.count
            let differences = CSVComparison(reading, records).differences
            #expect(differences.isEmpty, "\(input)")
        }
        #expect(compared > Self.files)
    }

    @Test(arguments: [0, 2]) func `JSON lines are what Python takes them for, but for keys that stand twice`(
        damages: Int
    )
        async throws
    {
        let folder = try TemporaryDirectory()
        // Python has no limit for a line.
        let inputs = (1...Self.files).map { FuzzedMapping(seed: UInt64($0), format: .jsonl, damages: damages) }
            .filter { $0.bytes.count <= RecordScanner.longest }
        for input in inputs { try Data(input.bytes).write(to: URL(filePath: folder(input.fileName))) }
        let answers = try await Python.lines(of: inputs.map(\.fileName), in: folder.path)
        #expect(answers.count == inputs.count)
        var compared = 0
        for (input, lines) in zip(inputs, answers) {
            guard let reading = try? Reading(path: folder(input.fileName)) else {
                #expect(damages > 0, "refused: \(input)")
                continue
            }
            compared += reading.lines.count
            #expect(ExpectedReading(reading).lines == lines.map(\.expected), "\(input)")
        }
        #expect(compared > Self.files)
    }
}

/// Finds what two readers of one CSV file say differently without reason.
private struct CSVComparison {
    private(set) var differences: [String] = []
    private let records: [Python.Record]
    private let malformed: Set<Int>
    private let names: [String]
    private let places: [ColumnRole: [Int]]

    init(_ reading: Reading, _ records: [Python.Record]) {
        self.records = records
        malformed = Set(reading.lines.filter { $0.rejection?.reason == .malformed }.map(\.number))
        let header = records.first { !$0.isBlank }
        names = (header?.fields ?? []).map { ExpectedReading.text($0) }
        places = ColumnRules().places(in: names)
        // A header that is no text does no harm here if its columns are found; Python's strings cannot tell.
        guard let header, header.isText else { return }
        let byLine = Dictionary(uniqueKeysWithValues: records.map { ($0.line, $0) })
        for line in reading.lines {
            guard let record = byLine[line.number] else {
                checkIsInside(line.number)
                continue
            }
            check(line, record)
        }
        let known = Set(reading.lines.map(\.number))
        for record in records where record.line > header.line && !record.isBlank && !known.contains(record.line) {
            differences.append("only Python has line \(record.line)")
        }
    }

    /// After a broken record Python goes on behind all that it took for it; this reader gives up one line of it.
    private mutating func checkIsInside(_ line: Int) {
        guard let record = records.last(where: { $0.line < line }), record.last >= line, malformed.contains(record.line)
        else {
            differences.append("Python has no line \(line)")
            return
        }
    }

    private mutating func check(_ line: MappingLine, _ record: Python.Record) {
        let fields = record.fields.flatMap { record.isText && $0.count == names.count ? $0 : nil }
        if malformed.contains(line.number) {
            // Python takes a quote inside a field that has none around it for text, and so hides a slip in the quoting.
            let isStrayQuote = line.rejection?.detail.hasPrefix("a quote inside field") == true
            let isExplained = isStrayQuote && record.fields?.contains { $0.contains("\"") } == true
            // This reader gives up every line inside quotes of a broken record; Python goes on with the next line.
            let isInside = line.rejection?.detail.hasPrefix("inside the quotes") == true
            if fields != nil, !isExplained, !isInside { differences.append("malformed here alone: \(line)") }
            return
        }
        let texts = [ColumnRole.old, .new, .room].map { role in
            places[role]?.first.flatMap { fields?[$0] }.map { ExpectedReading.kept($0) } ?? ""
        }
        if fields == nil || texts != [line.oldVisitor, line.newVisitor, line.room] {
            differences.append("\(line) is to Python \(record)")
        }
    }
}

extension Python.Record {
    /// Python cannot tell a blank line from quotes around spaces; neither has columns enough for a line.
    fileprivate var isBlank: Bool {
        guard let fields, isText else { return false }
        return fields.allSatisfy { ExpectedReading.text($0).isEmpty }
    }
}

extension Python.Line {
    /// What has to come of the line here.
    ///
    /// A key that stands twice is malformed, because Python and others would take the last one and hide a contradiction.
    fileprivate var expected: ExpectedReading.Line {
        var line = ExpectedReading.Line(number: self.line)
        guard let members, Set(members.map(\.key)).count == members.count else { return line }
        let places = ColumnRules().places(in: members.map(\.key))
        let used = Set(places.values.joined())
        let others = members.indices.filter { !used.contains($0) }.map { members[$0].key }
        // A key that may be meant for the room is malformed too.
        guard ColumnRules().overlookedRoom(in: others, places) == nil else { return line }
        var texts: [String] = []
        for role in [ColumnRole.old, .new, .room] {
            let found = places[role, default: []].map { members[$0] }
            let values = Set(found.map { $0.isNull ? "" : $0.text.map { ExpectedReading.kept($0) } })
            guard values.count <= 1, let value = values.first ?? "" else { return line }
            texts.append(value)
        }
        line.texts = texts
        return line
    }
}
