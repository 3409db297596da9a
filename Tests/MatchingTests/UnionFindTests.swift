import Testing

@testable import Matching

@Suite struct UnionFindTests {
    @Test func `Elements belong together by way of others, and a set is called by its first`() {
        var sets = UnionFind(count: 10)
        for (one, other) in [(9, 4), (4, 7), (1, 2), (7, 3)] { sets.unite(one, other) }
        #expect((0..<10).map { sets.first(of: $0) } == [0, 1, 1, 3, 3, 5, 6, 3, 8, 3])
    }

    @Test func `A chain of a hundred thousand has one beginning`() {
        var sets = UnionFind(count: 100_000)
        for element in (1..<100_000).reversed() { sets.unite(element, element - 1) }
        #expect(sets.first(of: 99_999) == 0)
    }
}
