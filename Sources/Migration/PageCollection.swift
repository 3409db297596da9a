import Model
package import RocketChat

/// The pages of one list as they come in, and whether they add up.
///
/// Pages are cut anew for each call (contract 8.1): rooms that come or go in between shift them. Read oldest first, new
/// rooms only come at the end, and a deleted one makes the list shorter than its total said before.
package struct PageCollection {
    /// Those of the pages so far, each once, that were not forgotten.
    package private(set) var rooms: [Room] = []
    /// Where the next page begins.
    package private(set) var offset: Int
    package private(set) var total: Int
    package private(set) var isComplete = false
    private var seen: Set<RoomID> = []
    private var count: Int
    private var hasShrunk = false

    /// A collection that was refused: it ends at once and adds up to nothing.
    static var failed: PageCollection {
        var collection = PageCollection()
        collection.isComplete = true
        collection.hasShrunk = true
        return collection
    }

    /// `offset` entries were taken before, by a process that is gone.
    package init(resumingAt offset: Int = 0) {
        self.offset = offset
        total = offset
        count = offset
    }

    package mutating func add(_ page: RoomPage) {
        hasShrunk = hasShrunk || page.total < total
        total = page.total
        offset += page.rooms.count
        for room in page.rooms where seen.insert(room.id).inserted {
            rooms.append(room)
            count += 1
        }
        isComplete = page.rooms.isEmpty || offset >= total
    }

    /// Drops the rooms that were dealt with; their ids are remembered for one more page, on which a shift would show.
    package mutating func forgetRooms() {
        seen = Set(rooms.map(\.id))
        rooms.removeAll(keepingCapacity: true)
    }

    /// Every entry of the list was seen once.
    package var addsUp: Bool { !hasShrunk && count >= total }
}
