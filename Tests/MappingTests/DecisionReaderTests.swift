import TestSupport
import Testing

@testable import Mapping

struct DecisionReaderTests {
    private func read(_ text: String) throws -> [Decision] {
        let folder = try TemporaryDirectory()
        try folder.write(text, as: "d.csv")
        var reader = try DecisionReader(folder("d.csv"))
        var decisions: [Decision] = []
        while let decision = try reader.next() { decisions.append(decision) }
        return decisions
    }

    @Test(arguments: [
        "old_visitor_id,new_visitor_id,decision,decided_at\na,b,merge,2024-05-02T14:47:45Z\nc,d,apart,\n",
        "\u{FEFF}Decision;Why;New Visitor ID;oldVisitorId;decided-at\r\nMERGE;x;b;a;2024-05-02T14:47:45Z\r\n\r\n Apart ;;d;c;\r\n",
        "new_visitor_id\tdecision\told_visitor_id\tdecided_at\nb\tmerge\ta\t2024-05-02T14:47:45Z\n"
            + "new_visitor_id\tdecision\told_visitor_id\tdecided_at\n\"d\"\tapart\tc\t\n",
    ])
    func `Columns come in any order, others are passed over, and a header may repeat itself`(text: String) throws {
        let decisions = try read(text)
        #expect(
            decisions.map { "\($0.old) \($0.new) \($0.kind) \($0.decidedAt)" } == [
                "a b merge 2024-05-02T14:47:45Z", "c d apart ",
            ])
    }

    @Test func `A file with its header alone holds no decision`() throws {
        #expect(try read("old_visitor_id,new_visitor_id,decision,decided_at\n").isEmpty)
        #expect(try read("old_visitor_id,new_visitor_id,decision\na,b,apart").count == 1)
    }

    @Test(arguments: [
        ("a,b,maybe,", "'maybe' is no decision"), ("a,b,,", "no decision"), ("a,,merge,", "new_visitor_id is empty"),
        ("a,a,apart,", "both visitors are the same"), ("6.42E+23,b,apart,", "scientific notation"),
        ("a,b,merge", "3 fields instead of 4"), ("a b,c,apart,", "the id in old_visitor_id"), ("\"a,b,apart,", "quote"),
    ])
    func `A line that cannot be read is named, and nothing is used`(line: String, why: String) throws {
        do {
            _ = try read("old_visitor_id,new_visitor_id,decision,decided_at\nx,y,merge,\n\(line)\n")
            Issue.record("It was read")
        } catch DecisionsError.unreadable(_, let faults, _) {
            #expect(faults.first?.lines == [3])
            #expect(
                faults.first?.why.contains(why.replacing("'", with: "")) == true
                    || faults.first?.why.contains(why) == true
                    || why.hasPrefix("'") && faults.first?.why.contains("maybe") == true, "\(faults)")
        }
    }

    @Test(arguments: [
        ("", "is empty"), ("a,b,merge\n", "no columns old_visitor_id and new_visitor_id and decision"),
        ("old_visitor_id,new_visitor_id,what\na,b,merge\n", "no column decision"),
        ("old,new,decision,Decision\na,b,merge,merge\n", "more than one column decision"),
    ])
    func `A file that holds no decisions is refused with what is missing`(text: String, sentence: String) throws {
        #expect { try read(text) } throws: { "\($0)".contains(sentence) }
    }
}
