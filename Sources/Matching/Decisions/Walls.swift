/// Joins visitors one pair after another, and never two between whom a wall stands.
///
/// The walls of one group at a time are kept, so that memory is bounded by the largest group.
struct Walls {
    private var sets: UnionFind
    /// For the first element of a set, the elements that must not come into it.
    private var strangers: [Int: [Int]] = [:]

    init(count: Int) {
        sets = UnionFind(count: count)
    }

    /// Forgets the walls of the groups before.
    mutating func beginGroup() {
        strangers.removeAll(keepingCapacity: true)
    }

    /// Builds a wall between two elements; before any of the two is joined.
    mutating func keepApart(_ one: Int, _ other: Int) {
        strangers[one, default: []].append(other)
        strangers[other, default: []].append(one)
    }

    /// Makes one set of those of two elements, unless a wall stands between them.
    ///
    /// - Returns: whether they are in one set.
    mutating func join(_ one: Int, _ other: Int) -> Bool {
        let (one, other) = (sets.first(of: one), sets.first(of: other))
        guard one != other else { return true }
        let (ofOne, ofOther) = (strangers[one] ?? [], strangers[other] ?? [])
        let (fewer, set) = ofOne.count <= ofOther.count ? (ofOne, other) : (ofOther, one)
        for stranger in fewer where sets.first(of: stranger) == set { return false }
        sets.unite(one, other)
        let first = sets.first(of: one)
        strangers[first == one ? other : one] = nil
        if !(ofOne.isEmpty && ofOther.isEmpty) { strangers[first] = ofOne + ofOther }
        return true
    }

    /// The first element of the set of an element.
    mutating func first(of element: Int) -> Int {
        sets.first(of: element)
    }
}
