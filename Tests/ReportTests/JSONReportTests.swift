import Journal
import Model
import Report
import Testing

@Suite struct `report.json` {
    @Test func `has every key of its schema`() async throws {
        let json = try await `The tables of a report`.mixedJob().writeReport().json()

        #expect(
            json.keys.isSuperset(of: [
                "schema", "tool", "mode", "server", "mapping", "started", "ended", "stopped_because", "lines",
                "operations", "balance", "reasons", "requests", "latency_ms", "rate", "runs", "files",
            ]))
        #expect(json["tool"]?.keys == ["version"])
        #expect(json["server"]?.keys == ["url", "version"])
        #expect(json["mapping"]?.keys == ["path", "sha256", "lines"])
        #expect(json["lines"]?.keys == Set(LineOutcome.allCases.map(\.rawValue)))
        #expect(json["operations"]?.keys == Set(OperationState.allCases.map(\.rawValue)))
        #expect(
            json["balance"]?.keys == [
                "lines_in", "lines_accounted", "operations", "operations_accounted", "balanced",
            ])
        #expect(json["requests"]?.keys == ["put", "read", "retried", "rate_limited", "waited_seconds"])
        #expect(json["latency_ms"]?.keys == ["p50", "p95", "p99", "max"])
        #expect(json["rate"]?.keys == ["asked", "achieved_per_second"])
    }

    @Test func `has the same keys before the first run`() async throws {
        let json = try await FinishedJob(.rooms(1), hasRun: false).writeReport().json()

        for key in ["started", "ended", "stopped_because"] {
            #expect(json[key] == .null, "\(key)")
        }
        #expect(json["server"] == .object(["url": .string("https://chat.example.org"), "version": .null]))
        #expect(json["rate"] == .object(["asked": .null, "achieved_per_second": .null]))
        #expect(json["runs"] == .array([]))
        #expect(json["latency_ms"]?.keys == ["p50", "p95", "p99", "max"])
    }

    @Test func `says what the job was`() async throws {
        let job = try await FinishedJob(.rooms(2), ends: [Ending(.moved)], stop: Stop(.signal, "a signal came"))
        let json = try job.writeReport().json()

        #expect(json["schema"] == .string("visitor-merge/report/1"))
        #expect(json["tool", "version"] == .string("1.2.3"))
        #expect(json["mode"] == .string("run"))
        #expect(json["server", "version"] == .string("6.9.0"))
        #expect(json["mapping", "path"] == .string("mapping.csv"))
        #expect(json["mapping", "sha256"] == .string(String(repeating: "ab12", count: 16)))
        #expect(json["mapping", "lines"] == .integer(2))
        #expect(json["started"] == .string("2024-05-02T14:47:45.855Z"))
        #expect(json["ended"] == .string("2024-05-02T14:48:20.000Z"))
        #expect(json["stopped_because"] == .string("signal"))
        #expect(json["rate", "asked"] == .string("10/min"))
    }

    @Test func `counts in integers`() async throws {
        let json = try await `The tables of a report`.mixedJob().writeReport().json()

        for key in ["lines", "operations", "reasons", "requests", "latency_ms"] {
            #expect(json[key]?.integers?.count == json[key]?.keys.count, "\(key)")
        }
        #expect(
            json["requests"]?.integers
                == ["put": 11, "read": 0, "retried": 6, "rate_limited": 0, "waited_seconds": 2])
    }

    @Test func `tells how long PUTs took`() async throws {
        let ends = Array(repeating: Ending(.moved), count: 20)
        let json = try await FinishedJob(.rooms(20), ends: ends).writeReport().json()

        // The first took 10 ms, the second 20, and so on.
        #expect(json["latency_ms"]?.integers == ["p50": 100, "p95": 190, "p99": 200, "max": 200])
        #expect(json["rate", "achieved_per_second"] == .integer(1))
    }

    @Test func `names the other files with their digests and rows`() async throws {
        let report = try await `The tables of a report`.mixedJob().writeReport()
        let json = try report.json()
        let names = try report.names().subtracting(["report.json"])

        #expect(names.isSuperset(of: ["lines.csv", "operations.csv", "unsettled.csv", "report.html"]))
        #expect(json["files"]?.keys == names)
        for name in names {
            #expect(json["files", name, "sha256"] == .string(try report.digest(name)), "\(name)")
        }
        for name in names where name.hasSuffix(".csv") {
            #expect(json["files", name, "lines"] == .integer(try report.table(name).count), "\(name)")
        }
    }

    @Test func `is the same when it is written again`() async throws {
        let job = try await `The tables of a report`.mixedJob()
        let first = try job.writeReport().bytes("report.json")

        #expect(try job.writeReport().bytes("report.json") == first)
    }
}
