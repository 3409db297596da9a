/// What a mapping asks for (TheRun, "Planning"; TheMapping, "What is rejected"): a second opinion that shares no code with
/// the product.
struct ExpectedPlan {
    enum Fate: Equatable {
        case rejected(String)
        case noop
        case duplicate(of: Int)
        /// One room is to move.
        case room(Move)
        /// All rooms of the old visitor are to move, to the end of the chain.
        case visitor(old: String, end: String)
    }

    struct Move: Hashable {
        var room: String
        var old: String
        var new: String
    }

    /// In the order of the file; the first line has the number 2.
    private(set) var fates: [Fate] = []

    init(_ lines: [Life.Line]) {
        var ids: [Int: Move] = [:]
        for (index, line) in lines.enumerated() {
            switch line {
            case .broken(_, let reason): fates.append(.rejected(reason))
            case .ids(let room, let old, let new):
                fates.append(old == new ? .noop : .room(Move(room: room, old: old, new: new)))
                if old != new { ids[index] = Move(room: room, old: old, new: new) }
            }
        }
        for (index, move) in ids {
            let siblings = ids.filter { $0.value.room == move.room && $0.value.old == move.old }
            if siblings.contains(where: { $0.value.new != move.new }) { fates[index] = .rejected("conflict") }
        }
        ids = ids.filter { fates[$0.key] == .room($0.value) }
        for (index, move) in ids {
            let first = ids.filter { $0.value == move }.keys.min() ?? index
            if first < index { fates[index] = .duplicate(of: first + 2) }
        }
        ids = ids.filter { fates[$0.key] == .room($0.value) }
        for (index, move) in ids {
            guard let end = Self.end(of: move, among: Array(ids.values)) else {
                fates[index] = .rejected("cycle")
                continue
            }
            if move.room.isEmpty { fates[index] = .visitor(old: move.old, end: end) }
        }
    }

    /// Where the way ends that begins with a move; `nil` if it leads round in a circle.
    private static func end(of move: Move, among moves: [Move]) -> String? {
        var seen: Set<Move> = []
        var present = move
        while let next = moves.first(where: { $0.room == move.room && $0.old == present.new }) {
            guard seen.insert(present).inserted else { return nil }
            present = next
        }
        return present.new
    }

    /// Room lines that move rooms.
    var roomMoves: [Move] {
        fates.compactMap { fate in
            if case .room(let move) = fate { move } else { nil }
        }
    }

    var visitorMoves: [(line: Int, old: String, end: String)] {
        fates.enumerated().compactMap { index, fate in
            if case .visitor(let old, let end) = fate { (index + 2, old, end) } else { nil }
        }
    }

    /// Whether the mapping asks for a move: with a room line, or with a visitor line where no room line names the room.
    func asks(for move: Move) -> Bool {
        let named = roomMoves.filter { $0.room == move.room }
        guard named.isEmpty else { return named.contains(move) }
        return visitorMoves.contains { $0.old == move.old && $0.end == move.new }
    }

    /// The moves of a room that come before one in its chain.
    func earlier(than move: Move) -> [Move] {
        var earlier: [Move] = []
        var news: Set<String> = [move.old]
        while let next = roomMoves.first(where: { candidate in
            candidate.room == move.room && news.contains(candidate.new) && !earlier.contains(candidate)
        }) {
            earlier.append(next)
            news.insert(next.old)
        }
        return earlier
    }

    /// Those to whom later lines take the room on.
    func further(than move: Move) -> Set<String> {
        var further: Set<String> = []
        var present = move.new
        while let next = roomMoves.first(where: { $0.room == move.room && $0.old == present }),
            further.insert(next.new).inserted
        {
            present = next.new
        }
        return further
    }
}
