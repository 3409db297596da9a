import Model

/// Where the visitors of a group go by what was decided and done earlier.
struct Courses {
    private let members: [VisitorID: Member]

    init(_ members: [Member]) {
        self.members = Dictionary(members.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The visitors that can be kept: of those that go nowhere the ones to whom others go or went, if there are any.
    ///
    /// A merge is one for good: whoever comes later joins the survivor, and does not become it.
    func candidates(among open: [Member]) -> [Member] {
        let staying = open.filter { target(of: $0) == nil }
        let destinations = Set(members.values.compactMap { destination(of: $0)?.id })
        let survivors = staying.filter { destinations.contains($0.id) }
        guard survivors.isEmpty else { return survivors }
        return staying.isEmpty ? open : staying
    }

    /// Where the rooms of a visitor are to go; `nil` if nothing was decided or done about it.
    ///
    /// A survivor that was itself merged is replaced by the one that has its rooms now.
    func destination(of member: Member) -> Member? {
        guard var destination = target(of: member) else { return nil }
        var seen: Set<VisitorID> = [member.id]
        while destination.course?.isMerged == true, seen.insert(destination.id).inserted,
            let next = target(of: destination)
        {
            destination = next
        }
        return destination.id == member.id ? nil : destination
    }

    private func target(of member: Member) -> Member? {
        member.course?.target.flatMap { members[$0] }.flatMap { $0.id == member.id ? nil : $0 }
    }
}
