import GRDB
import Journal
import Model
import TestSupport
import Testing

/// The plan of a random part of a mapping.
@Suite struct SampledPlanTests {
    private func planned(_ size: String, seed: Int) throws -> PlannedJournal {
        let job = Job(
            kind: .audit, server: "https://chat.example.org", mappingPath: "mapping.csv", toolVersion: "test",
            plannedAt: Timestamp(milliseconds: 0), sample: Sample(size: try #require(Sample.Size(size)), seed: seed))
        return try PlannedJournal(lines: ShardedPlanTests.lines, for: job)
    }

    @Test(arguments: ["1", "10", "70", "20%", "100%", "1000"], [1, 2, 3])
    func `Each line that is in it stands there as it does in the whole`(_ size: String, _ seed: Int) throws {
        let whole = try PlannedJournal(lines: ShardedPlanTests.lines)
        let sample = try planned(size, seed: seed)
        let all = Dictionary(uniqueKeysWithValues: try whole.lines().map { ($0.line, $0.summary) })
        let lines = try sample.lines()
        for line in lines {
            #expect(line.summary == all[line.line])
        }
        let job = try sample.journal.job()
        #expect(job.lines == lines.count && job.mappingLines == all.count)
        #expect(try sample.journal.rowCounts().lines == lines.count)
        #expect(try sample.journal.remaining() == sample.operations().count)
        let row = try #require(sample.rows("SELECT sample, sampleSeed FROM job").first)
        #expect(row["sample"] == size && row["sampleSeed"] == seed)
        if let count = Int(size) { #expect(lines.count >= min(count, all.count) && lines.count <= max(count + 12, 13)) }
        if size == "100%" || size == "1000" { #expect(lines.count == all.count) }
        try Journal.check(sample.path)
    }

    @Test func `Another seed draws another part, and the same one the same`() throws {
        let first = try planned("20", seed: 1).lines().map(\.line)
        #expect(try planned("20", seed: 1).lines().map(\.line) == first)
        #expect(try planned("20", seed: 2).lines().map(\.line) != first)
    }

    @Test func `A share of many keys is that share of them, whatever the seed`() throws {
        for seed in [0, 1, 77, 4_294_967_295] {
            let sample = Sample(size: .share(2500), seed: seed)
            let highest = try #require(sample.highestRank)
            // Numbers in a row, as operations have them.
            let count = (0..<10_000).count { sample.rank(of: Int64($0)) <= highest }
            #expect((2300...2700).contains(count), "\(seed): \(count)")
        }
    }

    @Test(arguments: [
        ("200", "200"), ("5%", "5%"), ("2.5%", "2.50%"), ("0.01%", "0.01%"), ("100%", "100%"), ("0", nil), ("-1", nil),
        ("0%", nil), ("101%", nil), ("x", nil), ("", nil), ("%", nil), ("1e3", nil), ("nan%", nil),
    ])
    func `A size is a number or a share`(_ text: String, _ size: String?) {
        #expect(Sample.Size(text)?.description == size)
        // What is written is read again as the same.
        if let size { #expect(Sample.Size(size) == Sample.Size(text)) }
    }
}
