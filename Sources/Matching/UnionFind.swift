/// Which of many elements belong together, as one pair after another says so.
///
/// Four bytes an element: the sorting and joining of a million visitors is SQLite's, and only who belongs to whom is
/// kept here.
struct UnionFind {
    /// Every element's way towards the first one of its set, which points at itself.
    private var parents: [Int32]

    init(count: Int) {
        precondition((0...Int(Int32.max)).contains(count), "Elements are numbered in 32 bits")
        parents = Array(0..<Int32(count))
    }

    /// The first element of the set of an element.
    mutating func first(of element: Int) -> Int {
        var element = Int32(element)
        while parents[Int(element)] != element {
            // Halves the way for whoever comes next.
            parents[Int(element)] = parents[Int(parents[Int(element)])]
            element = parents[Int(element)]
        }
        return Int(element)
    }

    /// Makes one set of those of two elements.
    mutating func unite(_ one: Int, _ other: Int) {
        let (one, other) = (first(of: one), first(of: other))
        parents[max(one, other)] = Int32(min(one, other))
    }
}
