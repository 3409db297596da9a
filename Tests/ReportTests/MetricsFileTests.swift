import FoundationEssentials
import Glibc
import Model
import Report
import TestSupport
import Testing

@Suite struct `A metrics file` {
    private static func metrics(exitStatus: Int32 = 0, at milliseconds: Int64 = 1_714_661_265_000) -> InvocationMetrics
    {
        InvocationMetrics(
            mode: "run", toolVersion: "1.2.3", startedAt: Timestamp(milliseconds: milliseconds),
            endedAt: Timestamp(milliseconds: milliseconds), exitStatus: exitStatus)
    }

    private static func text(_ path: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }

    @Test func `is old or new to whoever reads it, and never a half`() async throws {
        let folder = try TemporaryDirectory()
        let file = MetricsFile(at: folder("merge.prom"))
        try file.write(Self.metrics(exitStatus: 0))
        let whole = try Set(
            (Int32(0)...1).map { status in
                try file.write(Self.metrics(exitStatus: status))
                return try Self.text(file.path)
            })
        // Reads as a collector does: everything in the folder whose name ends as it wants.
        async let seen = {
            var seen: Set<String> = []
            for _ in 0..<1500 {
                for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
                where name.hasSuffix(".prom") {
                    seen.insert(try Self.text(folder(name)))
                }
            }
            return seen
        }()
        for round in 0..<300 {
            try file.write(Self.metrics(exitStatus: Int32(round % 2)))
            await Task.yield()
        }
        #expect(try await seen.subtracting(whole) == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["merge.prom"])
    }

    @Test func `remembers the last success through failures`() throws {
        let folder = try TemporaryDirectory()
        let file = MetricsFile(at: folder("merge.prom"))
        for (status, end, expected) in [
            (77, 1_000_000, nil), (0, 2_000_000, "2000"), (2, 3_000_000, "2000"), (69, 4_000_000, "2000"),
            (0, 5_000_500, "5000.500"), (1, 6_000_000, "5000.500"),
        ] as [(Int32, Int64, String?)] {
            try file.write(Self.metrics(exitStatus: status, at: end))
            let metrics = try #require(MetricsText(Self.text(file.path)))
            #expect(metrics["last_success_timestamp_seconds"] == expected)
            #expect(metrics["last_exit_status"] == "\(status)")
        }
    }

    @Test func `takes the place of a file with anything in it`() throws {
        let folder = try TemporaryDirectory()
        for text in ["", "\0\0", String(repeating: "x", count: 200_000)] {
            try folder.write(text, as: "merge.prom")
            try MetricsFile(at: folder("merge.prom")).write(Self.metrics())
            #expect(try MetricsText(Self.text(folder("merge.prom")))?["last_exit_status"] == "0")
        }
    }

    @Test func `that is checked leaves nothing behind`() throws {
        let folder = try TemporaryDirectory()
        try MetricsFile(at: folder("merge.prom")).check()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func `that became a link since it was checked is not written through`() throws {
        let folder = try TemporaryDirectory()
        let file = MetricsFile(at: folder("merge.prom"))
        try file.check()
        try folder.write("precious", as: "precious")
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "precious")
        #expect(throws: MetricsFileError.self) { try file.write(Self.metrics()) }
        #expect(try Self.text(folder("precious")) == "precious")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["merge.prom", "precious"])
    }
}
