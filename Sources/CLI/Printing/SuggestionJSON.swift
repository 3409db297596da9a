import FoundationEssentials
import Model
import Report
import Matching

/// What `suggest` found as `visitor-merge/suggestion/1`, printed piece by piece: a group a line.
///
/// It names people, as the mapping does: it is printed because somebody asked for it.
struct SuggestionJSON {
    private let summary: SuggestionSummary
    private let file: VisitorStore
    private let keep: SurvivorRule

    /// Takes the text line by line: it may be long.
    private let write: (String) throws -> Void

    init(
        _ summary: SuggestionSummary, _ file: VisitorStore, keep: SurvivorRule,
        to write: @escaping (String) throws -> Void = Output.result
    ) {
        self.write = write
        self.summary = summary
        self.file = file
        self.keep = keep
    }

    func print() throws {
        let largest = summary.grouping.largestGroup
        try write(#"{"schema":"visitor-merge/suggestion/1","#)
        try write(#""summary":\#(try Self.text(Counts(summary))),"#)
        try list("groups", closing: ",") { add in
            var number = 0
            try file.forEachGroup(upTo: largest, keep: keep) { group in
                guard let kept = group.kept, !group.merges.isEmpty else { return }
                number += 1
                try add(
                    SuggestedGroup(
                        group: number, keep: Person(kept),
                        merge: group.merges.map {
                            Person($0.old, $0.because, into: $0.new.id == kept.id ? nil : $0.new.id)
                        }))
            }
        }
        try list("values_set_aside", closing: ",") { add in
            try file.forEachValueSetAside(above: largest) { value, visitors in
                try add(SharedByMany(kind: value.kind.description, value: value.value, visitors: visitors))
            }
        }
        try list("visitors_set_aside", closing: "}") { add in
            try file.forEachGroup(upTo: largest, keep: keep) { group in
                for member in group.unwritable + group.undecided { try add(Person(member)) }
            }
            try file.forEachMemberSetAside(above: largest) { _, size, member in
                try add(Person(member, groupSize: size))
            }
        }
    }

    private func list(
        _ name: String, closing: String, _ body: ((any Encodable) throws -> Void) throws -> Void
    ) throws {
        try write("\"\(name)\":[")
        var last: String?
        try body { element in
            if let last { try write(last + ",") }
            last = try Self.text(element)
        }
        if let last { try write(last) }
        try write("]" + closing)
    }

    private static func text(_ value: any Encodable) throws -> String {
        try jsonText(value, isOneLine: true)
    }

    private struct Counts: Encodable {
        var mapping: String
        var visitors: Int
        var with_evidence: Int
        var missing: Int
        var groups: Int
        var merges: Int
        var values_set_aside: Int
        var groups_set_aside: Int
        var ids_not_writable: Int
        var bad_lines: Int
        var groups_undecided: Int
        var decisions: Int
        var decisions_unknown: Int
        var merges_done: Int
        var unreadable: [String: Int]

        init(_ summary: SuggestionSummary) {
            mapping = summary.path
            visitors = summary.findings.visitors
            with_evidence = summary.findings.withEvidence
            missing = summary.findings.missing
            groups = summary.tally.groups
            merges = summary.tally.merges
            values_set_aside = summary.findings.valuesSetAside
            groups_set_aside = summary.findings.groupsSetAside
            ids_not_writable = summary.tally.unwritable
            bad_lines = summary.export?.bad ?? 0
            groups_undecided = summary.tally.undecided
            decisions = summary.earlier.decisions.merges + summary.earlier.decisions.apart
            decisions_unknown = summary.findings.unknownDecisions
            merges_done = summary.findings.made
            unreadable = summary.unreadableCounts
        }
    }

    private struct SuggestedGroup: Encodable {
        var group: Int
        var keep: Person
        var merge: [Person]
    }

    private struct SharedByMany: Encodable {
        var kind: String
        var value: String
        var visitors: Int
    }

    private struct Person: Encodable {
        var id: String
        var name: String?
        var last_chat: String?
        var because: [Reason]?
        /// To whom it goes, where that is not the one that is kept.
        var into: String?
        var decided: Bool?
        var group_size: Int?
        var flaw: String?
        var unreadable: [String]?

        init(
            _ member: Member, _ because: [Group.Reason]? = nil, into: VisitorID? = nil, groupSize: Int? = nil
        ) {
            id = member.id.rawValue
            name = member.name
            last_chat = member.lastChat?.iso8601
            self.because = because.map { $0.map(Reason.init) }
            self.into = into?.rawValue
            decided = member.course?.isDecided == true ? true : nil
            group_size = groupSize
            flaw = member.flaw
            let fields = VisitorFields.named.filter { member.unreadable.contains($0.field) }
            unreadable = fields.isEmpty ? nil : fields.map(\.name)
        }
    }

    private struct Reason: Encodable {
        var kind: String
        var value: String
        var with: String?

        init(_ reason: Group.Reason) {
            kind = reason.value.kind.description
            value = reason.value.value
            with = reason.with?.rawValue
        }
    }
}
