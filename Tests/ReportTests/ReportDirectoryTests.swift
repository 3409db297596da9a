import FoundationEssentials
import Journal
import Model
import Report
import TestSupport
import Testing

@Suite struct `The report's directory` {
    private let manager = FileManager.default

    private func names(_ folder: String) throws -> Set<String> {
        Set(try manager.contentsOfDirectory(atPath: folder))
    }

    private func job() async throws -> FinishedJob { try await FinishedJob(.rooms(2), ends: [Ending(.moved)]) }

    @Test func `holds the report and nothing else, private to its owner`() async throws {
        let job = try await job()
        let report = try job.writeReport()

        #expect(
            try report.names().isSuperset(of: [
                "lines.csv", "operations.csv", "unsettled.csv", "report.html", "report.json",
            ]))
        #expect(try manager.attributesOfItem(atPath: report.path)[.posixPermissions] as? Int == 0o700)
        for name in try report.names() {
            let attributes = try manager.attributesOfItem(atPath: report.path + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        #expect(try names(job.folder.path).filter { $0.hasPrefix("mapping.csv.report") } == ["mapping.csv.report"])
    }

    @Test func `takes the place of an older report`() async throws {
        let job = try await job()
        let before = try job.writeReport().bytes("report.json")
        let run = try await job.journal.begin(try #require(try job.journal.runs().first))
        var exchange = RunTransaction(run: run)
        exchange.wanted = 1
        exchange.declares = true
        exchange.outcomes = try await job.journal.exchange(exchange).operations.map(Ending(.refused).outcome)
        exchange.wanted = 0
        _ = try await job.journal.exchange(exchange)

        #expect(try job.writeReport().bytes("report.json") != before)
        #expect(try names(job.folder.path).filter { $0.hasPrefix("mapping.csv.report") } == ["mapping.csv.report"])
    }

    @Test func `clears what a kill left, files and all`() async throws {
        let job = try await job()
        for ending in ["0123456789abcdef.writing", "0123456789abcdef.replaced"] {
            let name = ".mapping.csv.report.\(ending)"
            try manager.createDirectory(atPath: job.folder(name), withIntermediateDirectories: false)
            try job.folder.write("half", as: "\(name)/lines.csv")
            try job.folder.write("half", as: "\(name)/report.json")
        }
        try job.writeReport()

        #expect(try names(job.folder.path).filter { $0.contains("report") } == ["mapping.csv.report"])
    }

    @Test func `comes back if a kill left it aside, with what a user had edited in it`() async throws {
        let job = try await job()
        let before = try job.writeReport().bytes("report.json")
        try manager.moveItem(
            atPath: job.reportPath, toPath: job.folder(".mapping.csv.report.0123456789abcdef.replaced"))
        try job.folder.write("edited", as: ".mapping.csv.report.0123456789abcdef.replaced/unsettled.csv")
        try ReportDirectory(at: job.reportPath).check()
        #expect(try WrittenReport(path: job.reportPath, folder: job.folder).bytes("report.json") == before)

        try job.writeReport()
        #expect(try Data(contentsOf: URL(filePath: job.reportPath + ".unsettled.csv")) == Data("edited".utf8))
    }

    @Test func `stays as it was when the journal fails while the new one is written`() async throws {
        let job = try await FinishedJob(.rooms(2000))
        let before = try job.writeReport().bytes("report.json")
        let damaged = try job.damagedJournal()

        #expect(throws: JournalError.self) { try ReportDirectory(at: job.reportPath).write(damaged) }
        #expect(try WrittenReport(path: job.reportPath, folder: job.folder).bytes("report.json") == before)
        #expect(try names(job.folder.path).filter { $0.hasPrefix("mapping.csv.report") } == ["mapping.csv.report"])
    }

    enum Obstacle: CaseIterable {
        case file
        case link
        case danglingLink
        case noParent
        case parentIsFile
        case noName
        case root
    }

    private func put(_ obstacle: Obstacle, _ folder: TemporaryDirectory) throws -> String {
        switch obstacle {
        case .file: try folder.write("precious", as: "out")
        case .link:
            try manager.createDirectory(atPath: folder("target"), withIntermediateDirectories: false)
            try folder.write("precious", as: "target/report.json")
            try manager.createSymbolicLink(atPath: folder("out"), withDestinationPath: folder("target"))
        case .danglingLink: try manager.createSymbolicLink(atPath: folder("out"), withDestinationPath: folder("target"))
        case .noParent: return folder("missing/out")
        case .parentIsFile:
            try folder.write("precious", as: "file")
            return folder("file/out")
        case .noName: return ""
        case .root: return "/"
        }
        return folder("out")
    }

    @Test(arguments: Obstacle.allCases)
    func `is refused in a sentence where it cannot be, and nothing is touched`(_ obstacle: Obstacle) async throws {
        let job = try await job()
        let path = try put(obstacle, job.folder)
        let before = try names(job.folder.path)

        let error = #expect(throws: ReportError.self) { try ReportDirectory(at: path).write(job.journal) }
        let sentence = try #require(error?.description)
        #expect(sentence.contains(path))
        #expect(sentence.contains("visitor-merge report"))
        #expect(!sentence.contains("Success"))
        #expect(error?.isDiskFull == false)
        #expect(try names(job.folder.path) == before)
        if obstacle == .link {
            #expect(try names(job.folder("target")) == ["report.json"])
        }
    }

    @Test func `is never a directory that holds something else`() async throws {
        let job = try await job()
        try manager.createDirectory(atPath: job.reportPath, withIntermediateDirectories: false)
        try job.folder.write("precious", as: "mapping.csv.report/thesis.txt")

        #expect(throws: ReportError.self) { try job.writeReport() }
        #expect(try names(job.reportPath) == ["thesis.txt"])
    }

    @Test(arguments: [".old", ".writing", ".new", ".1"])
    func `leaves a copy alone that a user keeps beside it, with and without notes`(ending: String) async throws {
        let job = try await job()
        try job.writeReport()
        try manager.copyItem(atPath: job.reportPath, toPath: job.reportPath + ending)
        let copied = try names(job.reportPath + ending)
        try ReportDirectory(at: job.reportPath).check()
        try job.writeReport()
        #expect(try names(job.reportPath + ending) == copied)

        try job.folder.write("precious", as: "mapping.csv.report\(ending)/notes.txt")
        try job.writeReport()
        #expect(try names(job.reportPath + ending) == copied.union(["notes.txt"]))
    }

    @Test func `may be an empty one that is there`() async throws {
        let job = try await job()
        try manager.createDirectory(atPath: job.reportPath, withIntermediateDirectories: false)

        #expect(try job.writeReport().names().contains("report.json"))
    }

    @Test func `may be named with a slash at its end`() async throws {
        let job = try await job()
        for _ in 0..<2 {
            try ReportDirectory(at: job.reportPath + "/").write(job.journal)
        }

        #expect(try names(job.reportPath).contains("report.json"))
        #expect(try names(job.folder.path).filter { $0.hasPrefix("mapping.csv.report") } == ["mapping.csv.report"])
    }
}

extension FinishedJob {
    /// A copy of the journal that can be opened, with a hole in the middle.
    fileprivate func damagedJournal() throws -> Journal {
        try journal.close()
        var bytes = try Data(contentsOf: URL(filePath: journal.path))
        let hole = (bytes.count * 4 / 5)..<(bytes.count * 9 / 10)
        bytes.replaceSubrange(hole, with: repeatElement(0xFF, count: hole.count))
        try bytes.write(to: URL(filePath: folder("damaged.db")))
        return try Journal(at: folder("damaged.db"), for: .read)
    }
}
