import Mapping
import Model
import TestSupport
import Testing

@testable import Matching

@Suite struct GroupingTests {
    @Test func `Any shared value joins, by way of others too, and of any kind`() async throws {
        let (file, _) = try await Desk().load([
            "_id,email,phone",
            "a,ann@x.y,", "b,ANN@x.y,0049 30 1234567", "c,,+49 30 1234567", "d,dora@x.y;other@x.y,",
            "e,Other@X.Y,", "f,frank@x.y,+49 30 7654321", "g,nobody,", "h,,",
        ])
        let findings = try file.group(GroupingRules())
        #expect(try file.groups() == [["a", "b", "c"], ["d", "e"]])
        #expect(findings == Findings(visitors: 8, withEvidence: 6, missing: 0, groups: 2))
    }

    @Test func `A value that too many share joins nobody, and is listed apart`() async throws {
        let office = (0..<11).map { "o\($0),office@x.y,\($0 < 2 ? "030123456" : "")" }
        let home = (0..<10).map { "h\($0),home@x.y," }
        let (file, _) = try await Desk().load(["_id,email,phone"] + office + home)
        let findings = try file.group(GroupingRules())
        #expect(try file.groups() == [["o0", "o1"], Set((0..<10).map { "h\($0)" })])
        #expect(findings.valuesSetAside == 1 && findings.groupsSetAside == 0)
        var values: [String] = []
        try file.forEachValueSetAside(above: 10) { values.append("\($0.kind) \($0.value) \($1)") }
        #expect(values == ["email office@x.y 11"])
        // The same file, asked again with another limit.
        #expect(try file.group(GroupingRules(largestGroup: 11)).valuesSetAside == 0)
        #expect(try file.groups(upTo: 11).count == 2)
    }

    @Test func `A group that chains of evidence make too large is set aside as a whole`() async throws {
        // Each shares one number with the next: no value has more than two visitors.
        let chain = (0..<12).map { "c\($0),\(2 * $0)@x.y;\(2 * $0 + 2)@x.y" }
        let (file, _) = try await Desk().load(["_id,email"] + chain + ["a,a@x.y", "b,a@x.y"])
        let findings = try file.group(GroupingRules())
        #expect(findings.groups == 1 && findings.groupsSetAside == 1 && findings.valuesSetAside == 0)
        #expect(try file.groups() == [["a", "b"]])
        var members: [String] = []
        try file.forEachMemberSetAside(above: 10) { _, size, member in members.append("\(member.id) \(size)") }
        #expect(members == (0..<12).map { "c\($0) 12" })
        #expect(try file.group(GroupingRules(largestGroup: 12)).groups == 2)
    }

    @Test func `With two kinds required, two visitors need both in common, and a third may join one of them`()
        async throws
    {
        let (file, _) = try await Desk().load(
            [
                "_id,email,phone,number",
                "a,a@x.y,030111111,1", "b,a@x.y,030111111,2", "c,c@x.y,030111111,2", "d,a@x.y,030444444,9",
                "e,e@x.y;f@x.y,,", "f,e@x.y;f@x.y,,",
            ], by: .email, .phone, .custom("number"))
        #expect(try file.group(GroupingRules(required: 2)).groups == 1)
        #expect(try file.groups() == [["a", "b", "c"]], "e and f have two values in common, but of one kind")
        #expect(try file.group(GroupingRules(required: 3)).groups == 0)
        #expect(try file.group(GroupingRules(required: 1)).groups == 2)
    }

    /// Against the plainest way to say it: two visitors are joined if enough kinds of values are in common.
    @Test(arguments: 1...24)
    func `Groups are those of a search through all pairs`(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed))
        func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }
        let largest = [2, 3, 10, 50][seed % 4]
        let required = 1 + seed % 3
        var lines = ["_id,email,phone,number"]
        for index in 0..<80 {
            let emails = (0..<below(3)).map { _ in "e\(below(50))@x.y" }
            let phone = below(3) == 0 ? "" : "0301000\(10 + below(60))"
            lines.append("v\(index),\(emails.joined(separator: ";")),\(phone),n\(below(70))")
        }
        let rules = MatchRules(kinds: [.email, .phone, .custom("number")])
        let (file, _) = try await Desk().load(lines, by: .email, .phone, .custom("number"))
        _ = try file.group(GroupingRules(largestGroup: largest, required: required))

        let visitors = lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return VisitorProfile(
                id: VisitorID(cells[0]), emails: cells[1].split(separator: ";").map(String.init), phones: [cells[2]],
                customFields: ["number": cells[3]])
        }
        let evidence = visitors.map { Set(rules.evidence(of: $0)) }
        let sharers = evidence.flatMap(\.self).reduce(into: [:]) { $0[$1, default: 0] += 1 }
        var expected = visitors.map { Set([$0.id.rawValue]) }
        for _ in visitors {
            for one in visitors.indices {
                for other in visitors.indices where one < other {
                    let common = evidence[one].intersection(evidence[other]).filter {
                        sharers[$0, default: 0] <= largest
                    }
                    guard Set(common.map(\.kind)).count >= required else { continue }
                    let union = expected[one].union(expected[other])
                    guard union.count > expected[one].count || union.count > expected[other].count else { continue }
                    for index in visitors.indices where !expected[index].isDisjoint(with: union) {
                        expected[index] = union
                    }
                }
            }
        }
        #expect(try file.groups(upTo: largest) == Set(expected.filter { (2...largest).contains($0.count) }))
    }

    @Test func `A visitor that an export repeats is one visitor, with the evidence of all its lines`() async throws {
        let (file, tally) = try await Desk().load([
            "_id,name,email,lastChat,rooms", "a,Old,a@x.y,2024-01-01,1", "b,,b@x.y,,", "a,,A@x.y,,", "c,,c@x.y,,",
            "a,New,b@x.y,2024-03-01,2", "a,,c@x.y,2024-02-01,",
        ])
        #expect(tally.lines == 6 && tally.repeated == 3)
        #expect(try file.group(GroupingRules(largestGroup: 3)).visitors == 3)
        #expect(try file.groups(upTo: 3) == [["a", "b", "c"]])
        try file.forEachGroup(upTo: 3, keep: .latestChat) { group in
            #expect(group.kept?.name == "New" && group.kept?.rooms == 2)
            #expect(group.kept?.lastChat == Timestamp(iso8601: "2024-03-01"))
        }
    }

    @Test func `What people wrote is shown on one line, without what would change how it is shown`() async throws {
        let (file, _) = try await Desk().load([
            "_id,name,email", "a,\"An\u{1B}[31mn\n\u{202E}B\",a@x.y", "b,=HYPERLINK(1),a@x.y",
        ])
        _ = try file.group(GroupingRules())
        var names: [String?] = []
        try file.forEachGroup(upTo: 10, keep: .latestChat) { names = [$0.kept?.name, $0.merges.first?.old.name] }
        #expect(names == ["An [31mn  B", "=HYPERLINK(1)"])
    }

    @Test func `Lines that cannot be used are counted with the first few, and who is disabled is passed over`()
        async throws
    {
        let bad = (0..<7).map { _ in "x,y,z,z" }
        let (file, tally) = try await Desk().load(["_id,email,disabled", "a,a@x.y,", "b,a@x.y,true"] + bad)
        #expect(tally.lines == 9 && tally.bad == 7 && tally.disabled == 1)
        #expect(tally.firstBad.map(\.line) == [4, 5, 6, 7, 8])
        #expect(try file.group(GroupingRules()) == Findings(visitors: 1, withEvidence: 1, absent: [.phone]))
    }
}
