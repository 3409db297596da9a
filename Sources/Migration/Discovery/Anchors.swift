package import Model
import Synchronization

/// The rooms through which histories can be read (TheReads, "Rooms of a visitor"), best first.
///
/// A class because histories that are read at the same time share it; all of its state is behind one lock.
package final class Anchors: Sendable {
    /// The channel that every workspace begins with; its members need no permission for Omnichannel rooms.
    package static let general = RoomID("GENERAL")

    private let rooms: Mutex<[RoomID]>
    /// True if there never was any.
    let isEmpty: Bool

    package init(_ rooms: [RoomID]) {
        var known: Set<RoomID> = []
        self.rooms = Mutex(rooms.filter { $0.isCarriedByPaths && known.insert($0).inserted })
        isEmpty = rooms.isEmpty
    }

    /// The best one that was not refused and is not among `others`; `nil` if all were tried.
    func first(besides others: Set<RoomID>) -> RoomID? {
        rooms.withLock { rooms in rooms.first { !others.contains($0) } }
    }

    /// Drops an anchor that the server refused, so that no other history is asked for through it.
    func refuse(_ room: RoomID) {
        rooms.withLock { rooms in rooms.removeAll { $0 == room } }
    }

    /// True if the server refused all of them.
    var isExhausted: Bool { rooms.withLock { $0.isEmpty } }
}

extension RoomID {
    /// True if no proxy can take the id for anything but one part of a path.
    fileprivate var isCarriedByPaths: Bool {
        rawValue != "." && rawValue != ".."
            && rawValue.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
