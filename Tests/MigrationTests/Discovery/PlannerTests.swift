import FoundationEssentials
import Journal
import Mapping
import Migration
import Model
import TestSupport
import Testing

struct PlannerTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    /// Plans so many lines while somebody asks for the end all the time.
    private func plan(_ lines: Int) throws {
        let text = "room,old,new\n" + (0..<lines).map { "R\($0),A,B\n" }.joined()
        let mapping = try folder.write(text, as: "mapping.csv")
        let job = Job(
            kind: .run, server: "http://127.0.0.1", mappingPath: mapping, toolVersion: "test",
            plannedAt: Timestamp(milliseconds: 0))
        _ = try Planner.plan(try MappingReader(.file(mapping)), for: job, at: folder("journal.db")) { true }
    }

    @Test func `a long plan is dropped when the end is asked for, and leaves nothing`() throws {
        #expect(throws: Stop.signal) { try plan(5000) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["mapping.csv"])
    }

    @Test func `a short plan is finished, so that it can say why nothing is sent`() throws {
        try plan(4000)
        let journal = try Journal(at: folder("journal.db"), for: .read)
        #expect(try journal.planned() == 4000)
        #expect(try journal.job().lines == 4000)
    }
}
