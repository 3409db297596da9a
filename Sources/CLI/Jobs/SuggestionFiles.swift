import Model
import Report
import Matching

/// The mapping that is suggested, and beside it the list of what is set aside.
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
    }

    let listPath: String
    private let mapping: AtomicTable
    private let list: AtomicTable

    /// `published` is the digest of a mapping that an earlier process wrote for the same job and did not live to say:
    /// that one is replaced.
    init(at path: String, replacing replaces: Bool, published: String?) {
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
    }

    /// Writes both; `willPublish` is told the digest of the mapping just before it gets its name.
    func write(
        _ file: VisitorStore, largestGroup: Int, keep: SurvivorRule, willPublish: (_ digest: String) throws -> Void
    ) throws -> Tally {
        var tally = Tally()
        try mapping.write(willPublish: willPublish) { lines in
            try list.write(optional: true) { others in
                try file.forEachGroup(upTo: largestGroup, keep: keep) { group in
                    try tally.add(group, to: &lines)
                    try add(undecided: group, keep, number: tally.undecided, to: &others)
                    for member in group.unwritable {
                        try others.add(Self.cells(of: member, group: group.merges.isEmpty ? nil : tally.groups))
                    }
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
