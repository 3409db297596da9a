import Mapping
import Matching
import Model
import Report

/// The mapping that is suggested, and beside it the page to review it on and the list of what is set aside.
struct SuggestionFiles {
    /// What was written.
    struct Tally: Sendable, Equatable {
        var groups = 0
        var merges = 0
        var unwritable = 0
        /// Groups in which a value that decides cannot be read.
        var undecided = 0
        /// Rows of the list of what is set aside.
        var listed = 0
        /// Groups on the page to review.
        var cards = 0
    }

    let listPath: String
    let pagePath: String
    private let page: ReviewPage
    /// Whether the age of a visitor is a date, and not its place in a list.
    private let agesAreDates: Bool
    private let mapping: AtomicTable
    private let list: AtomicTable

    /// `published` is the digest of a mapping that an earlier process wrote for the same job and did not live to say:
    /// that one is replaced.
    init(
        at path: String, decisions: String?, source: String, agesAreDates: Bool, replacing replaces: Bool,
        published: String?
    ) {
        pagePath = DecisionTable.path(ofMapping: path, ending: ".review.html")
        self.agesAreDates = agesAreDates
        page = ReviewPage(
            at: pagePath,
            ReviewPage.Origin(
                mapping: path.fileName, decisions: (decisions ?? DecisionTable.path(ofMapping: path)).fileName,
                source: source, toolVersion: ToolVersion.current))
        listPath = path + ".set-aside.csv"
        let earlier = AtomicTable(at: path, header: SuggestionTable.header, replacing: true)
        let isOurs = published.map { earlier.isThere(digest: $0) } ?? false
        mapping = AtomicTable(at: path, header: SuggestionTable.header, replacing: replaces || isOurs)
        // Nobody edits the list: the one of an earlier mapping goes with it.
        list = AtomicTable(at: listPath, header: SetAsideTable.header, replacing: true)
    }

    /// Refuses places where something else is, before anything is read.
    func check() throws {
        try mapping.check()
        try list.check()
        try page.check()
    }

    /// Writes all of them; `willPublish` is told the digest of the mapping just before it gets its name.
    func write(
        _ file: VisitorStore, largestGroup: Int, keep: SurvivorRule, willPublish: (_ digest: String) throws -> Void
    ) throws -> Tally {
        var tally = Tally()
        try file.gatherOwnValues()
        try mapping.write(willPublish: willPublish) { lines in
            try list.write(optional: true) { others in
                try page.write(earlier: { body in try file.forEachDecision { try body(($0, $1, $2, $3)) } }) { cards in
                    try file.forEachGroup(upTo: largestGroup, keep: keep, own: true) { group in
                        try tally.add(group, to: &lines)
                        if let card = ReviewCard(group, agesAreDates: agesAreDates) { try cards.add(card) }
                        try add(undecided: group, keep, number: tally.undecided, to: &others)
                        for member in group.unwritable {
                            try others.add(Self.cells(of: member, group: group.merges.isEmpty ? nil : tally.groups))
                        }
                    }
                    try file.forEachPairApart { one, other in
                        try cards.add(ReviewCard(apart: one, other, agesAreDates: agesAreDates))
                    }
                    tally.cards = cards.count
                }
                try addSetAside(file, above: largestGroup, to: &others)
                tally.listed = others.count
            }
        }
        return tally
    }

    private func add(
        undecided group: Group, _ keep: SurvivorRule, number: Int, to others: inout AtomicTable.Rows
    ) throws {
        for member in group.undecided {
            let fields = VisitorFields.named.filter {
                keep.decidingFields.contains($0.field) && member.unreadable.contains($0.field)
            }
            try others.add([
                SetAsideTable.Reason.valueNotReadable.rawValue, String(number), String(group.undecided.count), "", "",
                member.id.rawValue, member.name ?? "", member.lastChat?.iso8601 ?? "",
                fields.isEmpty ? "" : "cannot be read: " + fields.map(\.name).joined(separator: ", "),
            ])
        }
    }

    private func addSetAside(_ file: VisitorStore, above largest: Int, to others: inout AtomicTable.Rows) throws {
        try file.forEachValueSetAside(above: largest) { value, visitors in
            try others.add([
                SetAsideTable.Reason.sharedByMany.rawValue, "", String(visitors), value.kind.description, value.value,
                "", "", "", "",
            ])
        }
        var (number, present) = (0, 0)
        try file.forEachMemberSetAside(above: largest) { group, size, member in
            if group != present { number += 1 }
            present = group
            try others.add([
                SetAsideTable.Reason.groupTooLarge.rawValue, String(number), String(size), "", "", member.id.rawValue,
                member.name ?? "", member.lastChat?.iso8601 ?? "", member.flaw ?? "",
            ])
        }
    }

    private static func cells(of member: Member, group: Int?) -> [String] {
        [
            SetAsideTable.Reason.idNotWritable.rawValue, group.map(String.init) ?? "", "", "", "", member.id.rawValue,
            member.name ?? "", member.lastChat?.iso8601 ?? "", "the id \(member.flaw ?? "")",
        ]
    }
}

extension String {
    /// The last part of a path.
    fileprivate var fileName: String { split(separator: "/").last.map(String.init) ?? self }
}

extension SuggestionFiles.Tally {
    fileprivate mutating func add(_ group: Group, to lines: inout AtomicTable.Rows) throws {
        unwritable += group.unwritable.count
        undecided += group.undecided.isEmpty ? 0 : 1
        guard !group.merges.isEmpty else { return }
        groups += 1
        merges += group.merges.count
        for merge in group.merges {
            try lines.add([
                merge.old.id.rawValue, merge.new.id.rawValue, String(groups), merge.explanation, merge.old.name ?? "",
                merge.new.name ?? "", merge.old.lastChat?.iso8601 ?? "", merge.new.lastChat?.iso8601 ?? "",
            ])
        }
    }
}
