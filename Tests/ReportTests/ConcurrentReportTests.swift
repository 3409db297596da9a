import FoundationEssentials
import Journal
import Model
import Report
import TestSupport
import Testing

/// Reports that are written while another one is, and while the journal grows.
@Suite struct ConcurrentReportTests {
    private static let facts = VerificationReport.Facts(
        journal: "j.db", server: "https://chat.example.org", toolVersion: "1.2.3", started: "2024-05-02T14:47:45.855Z")

    private func verify(
        at path: String, rooms: Int, while body: () async throws -> Void = {}
    ) async throws {
        try await VerificationReport.write(at: path, Self.facts) { report in
            for room in 0..<rooms {
                try report.add(
                    mark: "=", verdict: "left", room: "R\(room)", line: room + 2, expected: "B", found: "B",
                    readAt: Timestamp(milliseconds: 0))
            }
            try await body()
        }
    }

    private func names(in folder: TemporaryDirectory) throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: folder.path))
    }

    private func expectWhole(_ path: String, rooms: Int, in folder: TemporaryDirectory) throws {
        let report = WrittenReport(path: path, folder: folder)
        #expect(try report.table("rooms.csv").count == rooms)
        let files = try report.json()
        for name in ["rooms.csv", "new-rooms.csv"] {
            #expect(files["files", name, "sha256"] == .string(try report.digest(name)), "\(name)")
        }
    }

    @Test(arguments: ["out", "out/", "./out//", "other/../out"])
    func `Two verifications of one report publish two whole reports, however they are named`(name: String) async throws
    {
        let folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: folder("other"), withIntermediateDirectories: false)
        try await verify(at: folder("out"), rooms: 1)
        try await verify(at: folder(name), rooms: 5) {
            try await verify(at: folder("out"), rooms: 3) {
                try await verify(at: folder(name), rooms: 4)
                try expectWhole(folder("out"), rooms: 4, in: folder)
            }
            try expectWhole(folder("out"), rooms: 3, in: folder)
        }
        try expectWhole(folder("out"), rooms: 5, in: folder)
        #expect(try names(in: folder) == ["other", "out"], "nothing is left beside it")
    }

    @Test func `A check at the start of a run disturbs no report that is being written`() async throws {
        let folder = try TemporaryDirectory()
        try await verify(at: folder("out"), rooms: 2) {
            try ReportDirectory(at: folder("out")).check()
            try ReportDirectory(at: folder("out") + "/").check()
        }
        try expectWhole(folder("out"), rooms: 2, in: folder)
        #expect(try names(in: folder) == ["out"])
    }

    @Test func `Reports of a journal that is written meanwhile add up, and their files agree`() async throws {
        let visitors = 300
        let lines = (0..<visitors).map { MappingLine(number: $0 + 2, oldVisitor: "A\($0)", newVisitor: "B", room: "") }
        let job = try await FinishedJob(lines, hasRun: false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for move in try await job.journal.undiscovered(after: 0, limit: visitors) {
                    let rooms = (0..<3).map { RoomID("R\(move.line)-\($0)") }
                    try await job.journal.plan(rooms, of: move, at: Timestamp(milliseconds: 1_714_661_265_855))
                }
            }
            var isOver = false
            while !isOver {
                let reader = try Journal(at: job.journal.path, for: .read)
                isOver = try reader.undiscovered() == 0
                #expect(try Reconciliation(of: reader).balance.isBalanced)
                let written = try ReportDirectory(at: job.reportPath).write(reader)
                #expect(written.balance.isBalanced)
                let report = WrittenReport(path: job.reportPath, folder: job.folder)
                let rows = try report.table("operations.csv").count
                #expect(try report.json()["balance", "operations"] == .integer(rows))
                let planned = try report.table("lines.csv").compactMap { Int($0["operations"] ?? "") }.reduce(0, +)
                #expect(planned == rows)
                await Task.yield()
            }
            try await group.waitForAll()
        }
    }
}
