import FoundationEssentials
import Journal
import Model
import TestSupport
import Testing

/// A journal that lost pages is refused, or says what it said before; whatever happened to one, it never brings the
/// program down.
@Suite struct `A damaged journal` {
    private let folder: TemporaryDirectory
    private let sound: Data
    private let rows: [String]

    private var path: String { folder("damaged.db") }

    init() async throws {
        let planned = try PlannedJournal(
            (0..<120).map { "R\($0) A\($0) B" } + ["R1 A1 C", "R2 B B", " A9 B"])
        try await planned.carryOut([.moved, .refused, .conflict, .deferred])
        try planned.journal.close()
        folder = planned.folder
        sound = try Data(contentsOf: URL(filePath: planned.path))
        rows = try Self.walk(planned.path)
    }

    /// Everything that a status and a report read, as text.
    private static func walk(_ path: String) throws -> [String] {
        let journal = try Journal(at: path, for: .read)
        var rows = ["\(try journal.job())"]
        try journal.forEachLine { rows.append("\($0)") }
        try journal.forEachOperation { rows.append("\($0)") }
        rows += try journal.runs().map { "\($0)" }
        let tally = try journal.tally()
        rows += tally.lines.map { "\($0)" }.sorted() + tally.operations.map { "\($0)" }.sorted()
        let traffic = try journal.traffic()
        rows.append("\(traffic.moves) \(traffic.looks) \(traffic.rateLimited)")
        _ = try (journal.remaining(), journal.visitorLines(), journal.findings(examples: 3))
        return rows
    }

    /// What reading the bytes led to.
    private enum Reading { case same, other, refused }

    /// Reads the bytes as a journal; a refusal has to tell what is wrong with the file.
    private func read(_ bytes: Data) throws -> Reading {
        for ending in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + ending) {
            try FileManager.default.removeItem(atPath: path + ending)
        }
        try bytes.write(to: URL(filePath: path))
        do {
            return try Self.walk(path) == rows ? .same : .other
        } catch JournalError.damaged, JournalError.notAJournal, JournalError.newerFormat {
            return .refused
        }
    }

    private var pages: Int { sound.count / 4096 }

    @Test func `that ends early is refused wherever it ends`() throws {
        #expect(try read(sound) == .same)
        let sizes = (1..<pages).map { $0 * 4096 } + stride(from: 1, to: sound.count - 4096, by: 3001)
        for size in sizes {
            #expect(try read(sound.prefix(size)) == .refused, "\(size) of \(sound.count) bytes")
        }
    }

    @Test(arguments: [0x00, 0xFF, 0x5A] as [UInt8])
    func `in which a page is overwritten is refused or the page held nothing that is read`(_ byte: UInt8) throws {
        for page in 0..<pages {
            var bytes = sound
            bytes.replaceSubrange(page * 4096..<(page + 1) * 4096, with: Data(repeating: byte, count: 4096))
            #expect(try read(bytes) != .other, "page \(page)")
        }
    }

    @Test(arguments: [0x01, 0x08, 0x80] as [UInt8])
    func `in which single bits are flipped never brings the program down`(_ bit: UInt8) throws {
        var refused = 0
        for position in stride(from: Int(bit), to: sound.count, by: 1499) {
            var bytes = sound
            bytes[position] ^= bit
            refused += try read(bytes) == .refused ? 1 : 0
        }
        // A flipped letter of an id is a letter; SQLite keeps no checksums. What counts is that reading goes on.
        #expect(refused > 0)
    }
}
