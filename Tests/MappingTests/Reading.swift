import FoundationEssentials
import Model

@testable import Mapping

/// Everything that came of reading a mapping.
struct Reading: Equatable {
    var lines: [MappingLine] = []
    var notes = MappingNotes()
    var digest: String?

    init(
        _ text: String, name: String = "mapping.csv", options: MappingOptions = MappingOptions(),
        chunkSize: Int = 4096
    ) throws {
        try self.init(Array(text.utf8), name: name, options: options, chunkSize: chunkSize)
    }

    init(
        _ bytes: [UInt8], name: String = "mapping.csv", options: MappingOptions = MappingOptions(),
        chunkSize: Int = 4096
    ) throws {
        self = try withFile(bytes, name: name) { path in
            try Reading(path: path, options: options, chunkSize: chunkSize)
        }
    }

    init(path: String, options: MappingOptions = MappingOptions(), chunkSize: Int = 4096) throws {
        var reader = try MappingReader(.file(path), options: options, chunkSize: chunkSize)
        while let line = try reader.next() {
            lines.append(line)
        }
        notes = reader.notes
        digest = reader.digest
    }

    /// The lines in a few words each, such as `2 a>b`, `3 a>b@room` or `4 malformed`.
    var summary: [String] {
        lines.map { line in
            if let rejection = line.rejection { return "\(line.number) \(rejection.reason.rawValue)" }
            return "\(line.number) \(line.oldVisitor)>\(line.newVisitor)" + (line.room.isEmpty ? "" : "@\(line.room)")
        }
    }

    /// What is said of the rejected lines.
    var details: [String] { lines.compactMap(\.rejection?.detail) }
}

/// A file of that content and name for as long as the body runs.
func withFile<Result>(_ bytes: [UInt8], name: String, _ body: (String) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "mapping-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    // A directory that cannot be removed is the system's to clean up, and no reason to fail.
    defer { try? FileManager.default.removeItem(at: directory) }
    let file = directory.appending(path: name)
    try Data(bytes).write(to: file)
    return try body(file.path)
}

/// The error of an expression that must fail to read a mapping.
func mappingError(_ body: () throws -> Void) -> MappingError? {
    do {
        try body()
        return nil
    } catch {
        return error as? MappingError
    }
}
