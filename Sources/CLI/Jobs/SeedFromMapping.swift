import Mapping
import Model
import Sandbox

/// Makes up a workspace in which a mapping can be carried out.
struct SeedFromMapping {
    /// Percentages of the rooms.
    var openShare: Int
    var movedShare: Int

    /// Rooms that a visitor line finds at its old visitor.
    private static let roomsOfVisitor = 2

    /// Reads the whole mapping; rejected lines are left out.
    func seed(from reader: consuming MappingReader) throws -> Seed {
        var reader = reader
        var visitors = OrderedIDs()
        var owners = RoomOwners()
        var count = 0
        while let line = try reader.next() {
            guard line.rejection == nil else { continue }
            visitors.insert(line.oldVisitor)
            visitors.insert(line.newVisitor)
            if line.room.isEmpty {
                for _ in 0..<Self.roomsOfVisitor {
                    count += 1
                    owners.add(room: "made-up-room-\(count)", old: line.oldVisitor, new: line.newVisitor)
                }
            } else {
                owners.add(room: line.room, old: line.oldVisitor, new: line.newVisitor)
            }
        }
        return Seed(visitors: visitors.all.map { Seed.Visitor(id: $0) }, rooms: rooms(owners))
    }

    private func rooms(_ owners: RoomOwners) -> [Seed.Room] {
        owners.all.enumerated().map { index, room in
            // Spread evenly and the same each time: a rehearsal that is repeated shows the same result.
            let isMoved = index * 37 % 100 < movedShare
            let isOpen = (index * 37 + 50) % 100 < openShare
            return Seed.Room(
                id: room.id, open: isOpen, visitorID: isMoved ? room.last : room.first, servedBy: isOpen ? "agt" : nil)
        }
    }
}

/// Ids in the order in which they came, each once.
private struct OrderedIDs {
    private(set) var all: [String] = []
    private var seen: Set<VisitorID> = []

    mutating func insert(_ id: String) {
        if seen.insert(VisitorID(id)).inserted {
            all.append(id)
        }
    }
}

/// Where each room is before the mapping is carried out, and where it ends.
private struct RoomOwners {
    struct Room {
        var id: String
        var first: String
        var last: String
    }

    private(set) var all: [Room] = []
    private var index: [RoomID: Int] = [:]

    /// Lines of one room may come in any order: one that leads to its beginning or goes on from its end extends it.
    mutating func add(room id: String, old: String, new: String) {
        guard let known = index[RoomID(id)] else {
            index[RoomID(id)] = all.count
            all.append(Room(id: id, first: old, last: new))
            return
        }
        if new.hasSameBytes(as: all[known].first), !old.hasSameBytes(as: all[known].last) {
            all[known].first = old
        } else if old.hasSameBytes(as: all[known].last), !new.hasSameBytes(as: all[known].first) {
            all[known].last = new
        }
    }
}
