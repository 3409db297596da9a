package import Model

/// A visitor of a group, with what it has in common with others.
package struct Member: Sendable, Equatable {
    package var id: VisitorID
    package var name: String?
    package var lastChat: Timestamp?
    /// When the record was made, or its place in a list sorted by that: the smaller, the older.
    package var age: Int64?
    package var rooms: Int?
    /// Why the id cannot stand in a mapping, or `nil`.
    package var flaw: String?
    /// Fields that hold something that cannot be read.
    package var unreadable: VisitorFields
    /// Values that other visitors have too, not all of them of the same group.
    package var evidence: [SharedValue]
    /// For how many values of its group the server finds this visitor first.
    package var firstMatches = 0
    /// Values that nobody else has; only where a person decides by them.
    package var own: [SharedValue] = []
    /// What was decided or done about it earlier.
    package var course: Course?

    /// Where a visitor goes, or has gone.
    package struct Course: Sendable, Equatable {
        /// `nil` if that one is not there any more.
        package var target: VisitorID?
        /// A person decided so.
        package var isDecided = false
        /// A run has moved its rooms to the target.
        package var isMerged = false
        /// The same, and no conversation began there since.
        package var isSettled = false
    }

    package init(
        id: VisitorID, name: String? = nil, lastChat: Timestamp? = nil, age: Int64? = nil, rooms: Int? = nil,
        flaw: String? = nil, unreadable: VisitorFields = [], evidence: [SharedValue] = [], course: Course? = nil
    ) {
        self.id = id
        self.name = name
        self.lastChat = lastChat
        self.age = age
        self.rooms = rooms
        self.flaw = flaw
        self.unreadable = unreadable
        self.evidence = evidence
        self.course = course
    }
}

/// A value that several visitors have.
package struct SharedValue: Sendable, Hashable {
    package var kind: MatchKey
    /// In the form in which it was compared.
    package var value: String
    /// How many visitors have it; 0 if that is not known.
    package var visitors: Int
    /// Whom the server finds first for it.
    package var first: First

    /// What the server says of a value.
    package enum First: Sendable, Hashable {
        case notAsked
        case nobody
        case visitor(VisitorID)
    }

    package init(kind: MatchKey, value: String, visitors: Int = 0, first: First = .notAsked) {
        self.first = first
        self.kind = kind
        self.value = value
        self.visitors = visitors
    }
}

/// Visitors that are evidently one person, and what is suggested about them.
package struct Group: Sendable, Equatable {
    /// A visitor whose rooms are to go to another: to the one that is kept, or to whom a person has decided.
    package struct Merge: Sendable, Equatable {
        package var old: Member
        package var new: Member
        /// Empty only where a person has decided, or a run has merged them before.
        package var because: [Reason]
    }

    /// What ties a visitor to the group.
    package struct Reason: Sendable, Equatable {
        package var value: SharedValue
        /// Who else has the value, where it is not the visitor that is kept.
        package var with: VisitorID?
    }

    /// Who is kept; `nil` if no id of the group can stand in a mapping, or the choice cannot be made.
    package let kept: Member?
    /// By id; visitors whose id cannot stand in a mapping are not among them.
    package let merges: [Merge]
    /// The visitors whose id cannot stand in a mapping, by id.
    package let unwritable: [Member]
    /// All other visitors, by id, if a value that decides who is kept cannot be read; nothing is suggested then.
    package let undecided: [Member]

    /// Visitors that runs have merged and nobody wrote to since, by id; they need no line.
    package let settled: [Member]

    /// The kinds of values for which the server was asked whom it finds first.
    package let askedKinds: [MatchKey]
    /// Where the next message arrives: the visitor that the server finds first for most values, ties by id.
    ///
    /// It need not be one of the group; `nil` if the server finds none, or was not asked.
    package let arrival: VisitorID?

    /// Decides about visitors that belong together, in any order.
    package init(_ found: [Member], keep: SurvivorRule) {
        askedKinds = [.email, .phone].filter { kind in
            found.contains { $0.evidence.contains { $0.kind == kind && $0.first != .notAsked } }
        }
        let firsts = Self.firsts(found)
        arrival = Set(firsts).min { one, other in
            let (mine, theirs) = (firsts.count { $0 == one }, firsts.count { $0 == other })
            return mine != theirs
                ? mine > theirs : one.rawValue.utf8.lexicographicallyPrecedes(other.rawValue.utf8)
        }
        let members = found.map { member in
            var member = member
            member.firstMatches = firsts.count { $0 == member.id }
            return member
        }
        let writable = members.filter { $0.flaw == nil }
        let open = writable.filter { $0.course?.isSettled != true }
        let courses = Courses(writable)
        let candidates = courses.candidates(among: open)
        let deciding = candidates.count > 1 ? keep.decidingFields : .disabled
        let isUndecided = open.count > 1 && candidates.contains { !$0.unreadable.isDisjoint(with: deciding) }
        undecided = isUndecided ? open.sorted(by: Self.byID) : []
        let kept = isUndecided ? nil : candidates.min { keep.prefers($0, to: $1) }
        self.kept = kept
        unwritable = members.filter { $0.flaw != nil && $0.course?.isSettled != true }.sorted(by: Self.byID)
        settled = writable.filter { $0.course?.isSettled == true }.sorted(by: Self.byID)
        merges =
            kept.map { kept in
                open.filter { $0.id != kept.id }.sorted(by: Self.byID).map { old in
                    let new = courses.destination(of: old) ?? kept
                    return Merge(old: old, new: new, because: Self.reasons(for: old, kept: new, among: members))
                }
            } ?? []
    }

    /// Whom the server finds first, once for each value that it was asked for.
    private static func firsts(_ members: [Member]) -> [VisitorID] {
        Set(members.flatMap(\.evidence)).compactMap { value in
            if case .visitor(let first) = value.first { first } else { nil }
        }
    }

    /// What a visitor has in common with the one that is kept, or else with others of the group.
    private static func reasons(for member: Member, kept: Member, among members: [Member]) -> [Reason] {
        let direct = member.evidence.filter { kept.evidence.contains($0) }
        guard direct.isEmpty else { return direct.map { Reason(value: $0) } }
        return member.evidence.compactMap { value in
            let others = members.filter { $0.id != member.id && $0.evidence.contains(value) }
            return others.min(by: byID).map { Reason(value: value, with: $0.id) }
        }
    }

    private static func byID(_ one: Member, _ other: Member) -> Bool {
        one.id.rawValue.utf8.lexicographicallyPrecedes(other.id.rawValue.utf8)
    }
}

extension Group.Merge {
    /// The reasons for a person, in one cell: `email ann@example.org; phone +4930123456 (with 66f0…)`.
    package var explanation: String {
        let evidence = because.map { reason in
            "\(reason.value.kind) \(reason.value.value)" + (reason.with.map { " (with \($0))" } ?? "")
        }
        return (evidence + notes).joined(separator: "; ")
    }

    /// What was decided or done earlier, in words.
    private var notes: [String] {
        guard let course = old.course else { return [] }
        return (course.isDecided ? ["decided to merge"] : [])
            + (course.isMerged ? ["merged before, and wrote again"] : [])
    }
}
