import FoundationEssentials
import GRDB
import Journal
import Model
import TestSupport
import Testing

/// What a run notices of its journal's files, and what it can save.
@Suite struct `A journal that goes away under a run` {
    enum Accident: CaseIterable {
        case removed, moved, replaced, movedAndReplaced, folderRemoved, folderMoved, logRemoved, logReplaced,
            indexRemoved
    }

    private let planned: PlannedJournal
    private let lock: JournalLock
    private let run: Int64
    private let folder: TemporaryDirectory

    private var path: String { planned.path }
    private var elsewhere: String { folder("elsewhere") }

    /// A run that has moved one of three rooms.
    init() async throws {
        planned = try PlannedJournal("R1 A1 B", "R2 A2 B", "R3 A3 B")
        folder = try TemporaryDirectory()
        let holder = LockOwner(host: "h", pid: 1, user: "u", since: Timestamp(milliseconds: 0))
        lock = try JournalLock(ofJournalAt: planned.path, holder: holder)
        run = try await planned.begin()
        lock.takeLog()
        let operation = try await planned.claim(1, run: run).operations[0]
        try await planned.commit(.sample(operation.id, .moved), attempts: [.sample(operation.id)], run: run)
    }

    private func happen(_ accident: Accident) throws {
        let files = FileManager.default
        func replace(_ path: String) throws { try Data("other".utf8).write(to: URL(filePath: path)) }
        switch accident {
        case .removed: try files.removeItem(atPath: path)
        case .moved: try files.moveItem(atPath: path, toPath: elsewhere)
        case .replaced:
            try files.removeItem(atPath: path)
            try replace(path)
        case .movedAndReplaced:
            try files.moveItem(atPath: path, toPath: elsewhere)
            try replace(path)
        case .folderRemoved: try files.removeItem(atPath: planned.folder.path)
        case .folderMoved: try files.moveItem(atPath: planned.folder.path, toPath: elsewhere)
        case .logRemoved: try files.removeItem(atPath: path + "-wal")
        case .logReplaced:
            try files.removeItem(atPath: path + "-wal")
            try replace(path + "-wal")
        case .indexRemoved: try files.removeItem(atPath: path + "-shm")
        }
    }

    @Test func `is not said to be gone while it is there`() async throws {
        #expect(lock.loss() == nil)
        let another = try Journal(at: path, for: .read)
        _ = try another.tally()
        try another.close()
        _ = try await planned.claim(1, run: run)
        #expect(lock.loss() == nil)
    }

    @Test(arguments: Accident.allCases)
    func `is noticed, and everything that it holds is saved in a journal that resumes`(_ accident: Accident)
        async throws
    {
        try happen(accident)
        let loss = try #require(lock.loss())
        #expect(loss.isReplaced == [.replaced, .movedAndReplaced, .logReplaced].contains(accident))

        let stop = planned.journal.rescue(
            from: loss, run: run, at: Timestamp(milliseconds: 1_700_000_002_000), waited: .zero)
        #expect(stop.reason == .journalFailed && stop.detail.hasPrefix(loss.path + " was "), "\(stop)")
        let saved = try #require(stop.detail.firstMatch(of: /saved as (.+?)\. To resume/)?.1)
        defer { try? FileManager.default.removeItem(atPath: String(saved)) }
        #expect(stop.detail.contains(" \(saved) \(path))"), "\(stop)")
        let attributes = try FileManager.default.attributesOfItem(atPath: String(saved))
        #expect(attributes[.posixPermissions] as? Int == 0o600)

        let copy = try Journal(at: String(saved), for: .write)
        #expect(try copy.tally().operations == [.moved: 1, .pending: 2])
        #expect(try copy.runs().last?.stop == stop)
        try copy.close()
        try Journal.check(String(saved))
    }

    enum Overwriting: CaseIterable { case otherJournal, junk, cut, shorter }

    @Test(arguments: Overwriting.allCases)
    func `that is overwritten is noticed, and nothing of it is said to be saved`(_ overwriting: Overwriting)
        async throws
    {
        let other = try PlannedJournal("R1 A1 B", "R2 A2 B", "R3 A3 B")
        try other.journal.close()
        let content =
            switch overwriting {
            case .otherJournal: try Data(contentsOf: URL(filePath: other.path))
            case .junk: Data((0..<200_000).map { _ in UInt8.random(in: 0...255) })
            case .cut: Data()
            case .shorter: try Data(contentsOf: URL(filePath: path)).prefix(8192)
            }
        #expect(lock.loss() == nil)
        try overwrite(path, with: content)
        let loss = try #require(lock.loss())
        #expect(loss.isOverwritten && loss.path == path)
        let stop = planned.journal.rescue(from: loss, run: run, at: Timestamp(milliseconds: 0), waited: .zero)
        #expect(stop.reason == .journalFailed && stop.detail.hasPrefix("\(path) was overwritten while"), "\(stop)")
        #expect(stop.detail.contains("could not be saved") && !Journal.exists(at: path + ".saved-1"))
    }

    @Test(arguments: [0, 20, 200_000])
    func `is saved when its log is overwritten, as far as SQLite still knows it`(_ size: Int) async throws {
        #expect(lock.loss() == nil)
        try overwrite(path + "-wal", with: Data(repeating: 7, count: size))
        #expect(lock.loss()?.path == path + "-wal")
        // What is written after it does not hide it.
        _ = try? await planned.claim(1, run: run)
        let loss = try #require(lock.loss())
        #expect(loss.isOverwritten)
        let stop = planned.journal.rescue(from: loss, run: run, at: Timestamp(milliseconds: 0), waited: .zero)
        #expect(stop.detail.hasPrefix("\(path)-wal was overwritten while"), "\(stop)")
        guard stop.detail.contains("saved as") else { return }
        #expect(!Journal.exists(at: path + "-wal"), "the copy must not find it in its place")
        #expect(lock.loss() == loss)
        let copy = try Journal(at: path + ".saved-1", for: .write)
        #expect(try copy.tally().operations[.moved] == 1)
        try copy.close()
        try Journal.check(path + ".saved-1")
    }

    @Test func `is not said to be overwritten by what others may do`() async throws {
        for step in 0..<3 {
            for pragma in ["wal_checkpoint(PASSIVE)", "wal_checkpoint(RESTART)", "wal_checkpoint(TRUNCATE)"] {
                try checkpoint(pragma)
                #expect(lock.loss() == nil, "\(step) \(pragma)")
                _ = try await planned.claim(1, run: run)
                #expect(lock.loss() == nil, "\(step) \(pragma)")
            }
        }
        try planned.journal.end(run, at: Timestamp(milliseconds: 0), stop: nil, waited: .zero)
        try checkpoint("wal_checkpoint(TRUNCATE)")
        #expect(lock.loss() == nil)
    }

    private func checkpoint(_ pragma: String) throws {
        try DatabaseQueue(path: path).writeWithoutTransaction { try $0.execute(sql: "PRAGMA \(pragma)") }
    }

    /// As a shell does with `>`: the file stays the same one.
    private func overwrite(_ path: String, with content: Data) throws {
        try content.write(to: URL(filePath: path))
    }

    @Test func `never overwrites what was saved before`() throws {
        try FileManager.default.removeItem(atPath: path)
        try Data("mine".utf8).write(to: URL(filePath: path + ".saved-1"))
        let loss = try #require(lock.loss())
        let stop = planned.journal.rescue(from: loss, run: run, at: Timestamp(milliseconds: 0), waited: .zero)
        #expect(stop.detail.contains("\(path).saved-2"))
        #expect(try Data(contentsOf: URL(filePath: path + ".saved-1")) == Data("mine".utf8))
    }

    @Test func `takes its log along, but not one that stands beside another journal`() throws {
        try happen(.replaced)
        lock.removeLog()
        #expect(Journal.exists(at: path + "-wal"))
        try FileManager.default.removeItem(atPath: path)
        lock.removeLog()
        #expect(!Journal.exists(at: path + "-wal") && !Journal.exists(at: path + "-shm"))
    }
}
