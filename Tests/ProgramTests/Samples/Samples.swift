import FoundationEssentials
import Sandbox
import TestSupport
import Testing

extension TemporaryDirectory {
    /// Writes bytes that need not be text.
    func write(bytes: [UInt8], as name: String) throws {
        try Data(bytes).write(to: URL(filePath: self(name)))
    }

    /// Copies a file of `samples/`, which is beside `Tests/`, into the folder, under its own name or another one.
    func copySample(_ name: String, as copy: String? = nil) throws {
        try FileManager.default.copyItem(atPath: Document.path("samples/" + name), toPath: self(copy ?? name))
    }

    /// The rows of a CSV file of ours, by column name.
    func rows(_ name: String) throws -> [[String: String]] {
        let records = CSVText.records(try text(name))
        guard let header = records.first else { return [] }
        return records.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }

    /// The report of a rehearsal or a run as JSON.
    func report(_ folder: String) throws -> ReportedJob {
        try JSONDecoder().decode(ReportedJob.self, from: Data(text(folder + "/report.json").utf8))
    }
}

/// A second opinion on the CSV that the program writes (RFC 4180, line feeds).
enum CSVText {
    static func records(_ text: String) -> [[String]] {
        var records: [[String]] = []
        var record: [String] = []
        var field = ""
        var isQuoted = false
        var wasQuote = false
        for character in text {
            switch character {
            case "\"":
                // A quote that follows a closing one was doubled.
                if wasQuote { field.append("\"") }
                isQuoted.toggle()
                wasQuote = !isQuoted
                continue
            case "," where !isQuoted:
                record.append(field)
                field = ""
            case "\n" where !isQuoted:
                records.append(record + [field])
                record = []
                field = ""
            default:
                field.append(character)
            }
            wasQuote = false
        }
        return records
    }
}

extension Program.Ended {
    /// The counts of the summary's table, by outcome.
    var counts: [String: Int] {
        let table = lines.drop { !$0.hasPrefix("  ") }.prefix { $0.hasPrefix("  ") }
        let cells = table.map { $0.split(separator: " ") }
        return Dictionary(
            cells.compactMap { words in
                words.count > 1 ? Int(words[0].replacing(",", with: "")).map { (String(words[1]), $0) } : nil
            }, uniquingKeysWith: +)
    }

    /// Expects that the program did nothing but say why: the status, and on standard error one message with the words.
    func expectRefusal(
        _ status: Int32, naming words: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(self.status == status, "\(self)", sourceLocation: sourceLocation)
        #expect(output == "", sourceLocation: sourceLocation)
        for word in words {
            #expect(errors.contains(word), "\(word) is missing in: \(errors)", sourceLocation: sourceLocation)
        }
        #expect(errors.hasSuffix("\n") && errors.utf8.count < 4096, "\(errors)", sourceLocation: sourceLocation)
    }
}

extension Workspace {
    /// The shell, with the credentials of the manager in its environment.
    func shell(_ arguments: [String]) async throws -> Program.Ended {
        try await Program("/bin/sh", in: folder.path, environment: login()).run(arguments) { _ in }
    }
}
