import Matching
import Model
import Report

extension ReviewCard {
    /// The card of a suggested group; `nil` if nothing is suggested about it.
    init?(_ group: Group, agesAreDates: Bool) {
        guard let kept = group.kept, !group.merges.isEmpty else { return nil }
        let members = [kept] + group.merges.map(\.old)
        let isDecided = group.merges.allSatisfy { $0.old.course?.isDecided == true && $0.new.id == kept.id }
        self.init(members, isDecided ? .merge : .none, agesAreDates: agesAreDates)
        guard !group.askedKinds.isEmpty else { return }
        arrival = Arrival(
            kinds: group.askedKinds.map(\.description).joined(separator: " or "),
            visitor: group.arrival, place: members.firstIndex { $0.id == group.arrival })
    }

    /// The card of two visitors that are kept apart.
    init(apart one: Member, _ other: Member, agesAreDates: Bool) {
        self.init([one, other], .apart, agesAreDates: agesAreDates)
    }

    private init(_ members: [Member], _ decision: Decision, agesAreDates: Bool) {
        var shared: [Value] = []
        var own: [Value] = []
        for (place, member) in members.enumerated() {
            for value in member.evidence where !members[..<place].contains(where: { $0.evidence.contains(value) }) {
                let owners = members.indices.filter { members[$0].evidence.contains(value) }
                let found = Value(
                    kind: value.kind.description, text: value.value, visitors: value.visitors, owners: owners)
                if owners.count > 1 { shared.append(found) } else { own.append(found) }
            }
            own += member.own.map {
                Value(kind: $0.kind.description, text: $0.value, visitors: 1, owners: [place])
            }
        }
        self.init(
            people: members.map { member in
                Person(
                    id: member.id, name: member.name, lastChat: member.lastChat,
                    createdAt: agesAreDates ? member.age.map { Timestamp(milliseconds: $0) } : nil, rooms: member.rooms)
            }, survivor: 0, shared: shared.sorted { $0.owners.count > $1.owners.count }, own: own,
            warnings: Suspicion.of(members).map(\.description), decision: decision)
    }
}
