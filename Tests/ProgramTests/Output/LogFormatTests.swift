import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// `--log-format json`: a collector of logs can read every line of standard error.
struct LogFormatTests {
    private struct Line: Decodable {
        var time: String
        var level: String
        var message: String
        var room: String?
        var state: String?
    }

    private func lines(_ text: some StringProtocol) throws -> [Line] {
        try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
    }

    @Test func `Each line of standard error is one object, and the result stays what it is`() async throws {
        try await Workspace.with(rooms: 20, faults: [Fault(parsing: "drop-before-write=0.2")]) { workspace in
            let ended = try await workspace.program(as: "mgr", ["VISITOR_MERGE_LOG_FORMAT": "json"])(
                "run", "mapping.csv", "--rate", "unlimited", "--log-level", "trace", "--max-attempts", "20")
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.lines.first == "Every line is settled: 20 rooms moved.")
            let lines = try lines(ended.errors)
            #expect(lines.count > 40 && Set(lines.map(\.level)) == ["debug", "info"], "\(ended.errors)")
            for line in lines {
                #expect(line.time.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(line)")
                #expect(!line.message.isEmpty && !line.message.hasPrefix("visitor-merge:"))
            }
            let settled = lines.filter { $0.message == "room settled" }
            #expect(Set(settled.compactMap(\.room)).count == 20 && settled.allSatisfy { $0.state == "moved" })
        }
    }

    @Test func `What ends a run and what is refused are objects of the level error`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            for (arguments, status, words) in [
                (["run", "none.csv"], 66, "none.csv"),
                (["run", "mapping.csv", "--url", "http://chat.example"], 78, "https"),
                (["status", "none.db"], 66, "none.db"),
            ] as [([String], Int32, String)] {
                let ended = try await workspace.program().run(arguments + ["--log-format", "json"]) { _ in }
                let line = try #require(try lines(ended.errors).last)
                #expect(ended.status == status && line.level == "error" && line.message.contains(words), "\(ended)")
            }
        }
    }

    @Test func `On a terminal nothing is drawn between objects`() async throws {
        try await Workspace.with(rooms: 30) { workspace in
            let terminal = try PseudoTerminal(columns: 200)
            let ended = try await workspace.program()
                .run(
                    ["run", "mapping.csv", "--rate", "30/s", "--log-format", "json"], on: terminal,
                    capturingOutput: true
                ) { _ in }
            #expect(ended.status == 0, "\(ended)")
            #expect(!terminal.written.contains("\u{1B}"))
            _ = try lines(terminal.written.replacing("\r", with: ""))
        }
    }

    @Test func `What a file or a server puts into a line cannot end it or hide in it`() async throws {
        let folder = try TemporaryDirectory()
        let hostile = "none\u{1B}[2J\u{202E}\",\"level\":\"info\n.csv"
        let ended = try await Program(in: folder.path)("lint", hostile, "--log-format", "json")
        #expect(ended.status == 66, "\(ended)")
        let lines = try lines(ended.errors)
        #expect(lines.map(\.level) == ["error"] && lines[0].message.contains("none"), "\(ended.errors)")
        #expect(!ended.errors.contains("\u{1B}") && !ended.errors.contains("\u{202E}"))
    }

    @Test func `The words are two, and anything else is refused`() async throws {
        let folder = try TemporaryDirectory()
        (try await Program(in: folder.path)("lint", "a.csv", "--log-format", "xml"))
            .expectRefusal(64, naming: ["--log-format", "xml"])
    }
}
