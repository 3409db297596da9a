import FoundationEssentials
import Journal
import Model
import TestSupport
import Testing

/// What a killed process leaves beside a journal: the log with what is committed, and its index.
@Suite struct `What a kill leaves beside a journal` {
    enum Leftover: CaseIterable {
        case logAndIndex
        /// As after `cp` of the journal and its log alone, or a restart of the machine.
        case logAlone
        case staleIndex
        /// The last commit is not complete: the power failed while it was written.
        case tornLog
        /// Only the index of a log that is gone.
        case indexAlone
    }

    private let folder: TemporaryDirectory
    private let path: String

    /// A journal as it lies there after a kill: of four operations two are committed, and both only in the log.
    init() async throws {
        let planned = try PlannedJournal("R1 A1 B", "R2 A2 B", "R3 A3 B", "R4 A4 B")
        let run = try await planned.begin()
        for state in [OperationState.moved, .refused] {
            let claim = try await planned.claim(1, run: run).operations
            try await planned.commit(.sample(claim[0].id, state), attempts: [.sample(claim[0].id)], run: run)
        }
        folder = try TemporaryDirectory()
        path = folder("mapping.csv.journal.db")
        for ending in ["", "-wal", "-shm"] {
            try FileManager.default.copyItem(atPath: planned.path + ending, toPath: path + ending)
        }
    }

    private func leave(_ leftover: Leftover) throws {
        switch leftover {
        case .logAndIndex: break
        case .logAlone: try FileManager.default.removeItem(atPath: path + "-shm")
        case .staleIndex:
            try Data((0..<32768).map { UInt8(truncatingIfNeeded: $0 &* 31) }).write(to: URL(filePath: path + "-shm"))
        case .tornLog:
            let log = try Data(contentsOf: URL(filePath: path + "-wal"))
            try log.dropLast(100).write(to: URL(filePath: path + "-wal"))
        case .indexAlone: try FileManager.default.removeItem(atPath: path + "-wal")
        }
    }

    @Test(arguments: Leftover.allCases, [Journal.Access.read, .write])
    func `is taken up by whoever opens it next`(_ leftover: Leftover, _ access: Journal.Access) throws {
        try leave(leftover)
        let journal = try Journal(at: path, for: access)
        let states: [OperationState: Int] =
            switch leftover {
            case .logAndIndex, .logAlone, .staleIndex: [.moved: 1, .refused: 1, .pending: 2]
            // Outcomes are committed one by one; the last one is settled again by reading the room.
            case .tornLog: [.moved: 1, .sent: 1, .pending: 2]
            case .indexAlone: [.pending: 4]
            }
        #expect(try journal.tally().operations == states)
        try journal.close()
        try Journal.check(path)
    }

    @Test func `does not get into a new journal under the same name`() throws {
        try FileManager.default.removeItem(atPath: path)
        try Journal.plan([MappingLine(number: 2, oldVisitor: "A9", newVisitor: "B", room: "R9")], at: path)
        let journal = try Journal(at: path, for: .write)
        #expect(try journal.tally().operations == [.pending: 1])
        try journal.close()
        try Journal.check(path)
    }

    @Test func `by a lone reader harms nobody`() async throws {
        // A reader may not put the log's content into the journal, nor remove a log.
        let reader = try Journal(at: path, for: .read)
        _ = try reader.job()
        try reader.close()
        #expect(FileManager.default.fileExists(atPath: path + "-shm"))

        let journal = try Journal(at: path, for: .write)
        #expect(try journal.tally().operations == [.moved: 1, .refused: 1, .pending: 2])
        _ = try await journal.begin(.sample)
        try journal.close()
        #expect(!FileManager.default.fileExists(atPath: path + "-wal"), "a writer tidies up")
        try Journal.check(path)

        // The same for a journal that was closed: the log that the reader makes is empty.
        let late = try Journal(at: path, for: .read)
        _ = try late.job()
        try late.close()
        try FileManager.default.copyItem(atPath: path, toPath: folder("copy.db"))
        #expect(try Journal(at: folder("copy.db"), for: .read).runs().count == 2)
    }
}
