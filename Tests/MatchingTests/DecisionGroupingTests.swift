import Mapping
import Model
import TestSupport
import Testing

@testable import Matching

/// What decisions and runs of earlier days mean for what is suggested.
struct DecisionGroupingTests {
    /// Three who share one address; the last chat decides.
    private static let people = [
        "_id,name,email,lastChat", "a,Ann,ann@x.y,2024-01-01", "b,Ann,ann@x.y,2024-02-01", "c,Ann,ann@x.y,2024-03-01",
    ]

    private func suggested(
        _ lines: [String] = people, decisions: [String] = [], merges: [(String, String, String)] = [],
        _ grouping: GroupingRules = GroupingRules()
    ) async throws -> (lines: [String], findings: Findings, tally: DecisionTally) {
        let desk = try Desk()
        let (file, _) = try await desk.load(lines, by: .email, .phone)
        try file.forgetMerges()
        try file.takeMerges { take in
            for (old, new, at) in merges { try take(old, new, try #require(Timestamp(iso8601: at))) }
        }
        try desk.folder.write(
            (["old_visitor_id,new_visitor_id,decision,decided_at"] + decisions).joined(separator: "\n"), as: "d.csv")
        var reader = try DecisionReader(desk.folder("d.csv"))
        let tally = try file.take(decisions: "d.csv", &reader)
        let findings = try file.group(grouping)
        var suggested: [String] = []
        try file.forEachGroup(upTo: grouping.largestGroup, keep: .latestChat) { group in
            suggested += group.merges.map { "\($0.old.id)>\($0.new.id)" }
        }
        return (suggested.sorted(), findings, tally)
    }

    @Test func `What is kept apart is not suggested, and not joined through a third`() async throws {
        #expect(try await suggested().lines == ["a>c", "b>c"])
        #expect(try await suggested(decisions: ["a,c,apart,"]).lines == ["a>b"])
        #expect(try await suggested(decisions: ["c,a,apart,", "b,a,apart,"]).lines == ["b>c"])
        #expect(try await suggested(decisions: ["a,b,apart,", "b,c,apart,", "a,c,apart,"]).lines == [])
    }

    @Test func `A wall divides a chain, the stronger tie first`() async throws {
        let chain = ["_id,email,phone", "a,x@x.y,", "b,x@x.y;y@x.y,030123456", "c,y@x.y,030123456"]
        #expect(try await suggested(chain, decisions: ["a,c,apart,"]).lines == ["c>b"])
        #expect(try await suggested(chain, decisions: ["b,c,apart,"]).lines == ["b>a"])
    }

    @Test(arguments: 1...12)
    func `The same people are suggested in whatever order visitors and decisions come`(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
        let visitors = (0..<60).map { "v\($0),e\(below(25))@x.y;e\(below(25))@x.y,0301000\(10 + below(40))" }
        let decisions = (0..<20).map { "v\(below(30)),v\(30 + below(30)),apart,\($0)" }
        let grouping = GroupingRules(largestGroup: 60)
        let first = try await suggested(["_id,email,phone"] + visitors, decisions: decisions, grouping)
        let again = try await suggested(
            ["_id,email,phone"] + visitors.shuffled(using: &random), decisions: decisions.shuffled(using: &random),
            grouping)
        #expect(first.lines == again.lines && !first.lines.isEmpty)
        let apart = decisions.map { $0.split(separator: ",").prefix(2).joined(separator: ">") }
        for pair in apart {
            let ends = pair.split(separator: ">")
            let into = ends.map { end in
                first.lines.first { $0.hasPrefix("\(end)>") }?.split(separator: ">").last ?? end
            }
            #expect(into[0] != into[1], "\(pair)")
        }
    }

    @Test func `A decided merge stays suggested with its survivor, whoever wrote last, and without evidence`()
        async throws
    {
        #expect(try await suggested(decisions: ["c,a,merge,"]).lines == ["b>a", "c>a"])
        let strangers = ["_id,email,lastChat", "a,a@x.y,2024-01-01", "b,b@x.y,2024-02-01"]
        #expect(try await suggested(strangers, decisions: ["b,a,merge,"]).lines == ["b>a"])
        #expect(try await suggested(strangers, decisions: ["b,a,apart,"]).lines == [])
    }

    @Test func `The newest decision about a survivor counts`() async throws {
        let both = ["a,c,merge,2024-05-01T00:00:00Z", "c,a,merge,2024-06-01T00:00:00Z"]
        for decisions in [both, both.reversed()] {
            let ended = try await suggested(decisions: decisions)
            #expect(ended.lines == ["b>a", "c>a"] && ended.tally.outdated == 1)
        }
        // In a circle the oldest one gives way.
        let circle = try await suggested(decisions: [
            "a,b,merge,2024-01-03", "b,c,merge,2024-01-01", "c,a,merge,2024-01-02",
        ])
        #expect(circle.lines == ["a>b", "c>a"] && circle.tally.firstOutdated == [3])
    }

    @Test func `What a run has merged is not suggested again, and whoever comes later joins the survivor`() async throws
    {
        let merged = [("a", "c", "2024-04-01"), ("b", "c", "2024-04-01")]
        let nothing = try await suggested(merges: merged)
        #expect(nothing.lines == [] && nothing.findings.groups == 0 && nothing.findings.made == 2)
        let later = Self.people + ["d,Ann,ann@x.y,2024-05-01"]
        #expect(try await suggested(later, merges: merged).lines == ["d>c"])
        #expect(try await suggested(merges: [merged[0]]).lines == ["b>c"])
    }

    @Test func `An old visitor to whom a conversation came since is suggested again, with the same survivor`()
        async throws
    {
        let ended = try await suggested(
            ["_id,email,lastChat", "a,ann@x.y,2024-05-01", "c,ann@x.y,2024-03-01"], merges: [("a", "c", "2024-04-01")])
        #expect(ended.lines == ["a>c"] && ended.findings.returned == 1)
    }

    @Test func `A survivor that was merged itself, or that is gone since, is replaced`() async throws {
        let merged = try await suggested(decisions: ["a,b,merge,"], merges: [("b", "c", "2024-04-01")])
        #expect(merged.lines == ["a>c"] && merged.findings.redirected == 1)
        let gone = ["_id,email,lastChat", "a,ann@x.y,2024-01-01", "c,carl@x.y,2024-03-01"]
        #expect(
            try await suggested(gone, decisions: ["a,b,merge,"], merges: [("b", "c", "2024-04-01")]).lines == ["a>c"])
        let unknown = try await suggested(gone, decisions: ["a,b,merge,", "b,c,apart,"])
        #expect(unknown.lines == [] && unknown.findings.unknownDecisions == 2)
        #expect(unknown.findings.firstUnknownDecisions == [2, 3])
    }

    @Test func `What is decided stays suggested where chains make a group too large, and the others stay set aside`()
        async throws
    {
        let chain = ["_id,email"] + (10..<23).map { "c\($0),\(2 * $0)@x.y;\(2 * $0 + 2)@x.y" }
        for pair in ["c15,c12", "c10,c11", "c11,c10"] {
            let ended = try await suggested(chain, decisions: [pair + ",merge,"])
            #expect(ended.lines == [pair.replacing(",", with: ">")])
            #expect(ended.findings.groups == 1 && ended.findings.groupsSetAside == 1)
        }
    }

    @Test func `A merge that goes across a wall joins nobody, and is counted`() async throws {
        let ended = try await suggested(decisions: ["a,c,apart,"], merges: [("a", "c", "2024-04-01")])
        #expect(ended.findings.madeApart == 1 && ended.lines == ["a>b"])
    }

    @Test func `Visitors that are merged make neither a value nor a group too large`() async throws {
        let many = ["_id,email,lastChat"] + (10..<22).map { "v\($0),ann@x.y,2024-01-01" }
        #expect(try await suggested(many).lines == [])
        let merges = (10..<20).map { ("v\($0)", "v21", "2024-04-01") }
        #expect(try await suggested(many, merges: merges).lines == ["v20>v21"])
    }

    @Test(arguments: [
        (["a,b,merge,", "b,a,apart,"], [[2, 3]]), (["a,b,merge,", "b,c,merge,", "a,c,apart,"], [[2, 3, 4]]),
        (["a,x,merge,", "y,x,merge,", "b,y,merge,", "c,y,apart,", "a,b,apart,"], [[2, 3, 4, 6]]),
    ])
    func `Decisions that contradict one another are refused with their lines`(decisions: [String], lines: [[Int]]) async
    {
        do {
            _ = try await suggested(decisions: decisions)
            Issue.record("They were taken")
        } catch DecisionsError.contradictions(_, let faults, let count) {
            #expect(faults.map(\.lines) == lines && count == lines.count)
        } catch {
            Issue.record(error)
        }
    }
}
