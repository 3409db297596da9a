import TestSupport
import Testing

@testable import Matching

struct WallsTests {
    @Test func `Nobody is joined across a wall, be it by way of others`() {
        var walls = Walls(count: 6)
        walls.keepApart(0, 2)
        let pairs = [(0, 1), (1, 2), (2, 3), (3, 1), (3, 2), (4, 5), (4, 1), (5, 3)]
        let joined = pairs.map { walls.join($0, $1) }
        // 1 is with 0, who is kept apart from 2; so are 4 and 5 in the end.
        #expect(joined == [true, false, true, false, true, true, true, false])
        let firsts = (0..<6).map { walls.first(of: $0) }
        #expect(firsts == [0, 0, 2, 2, 0, 0])
    }

    /// Against the plainest way to say it: two sets are joined if no pair across them is kept apart.
    @Test(arguments: 1...20)
    func `Sets are those of a search through all pairs`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var apart: Set<[Int]> = []
        var walls = Walls(count: 30)
        for _ in 0..<25 {
            let pair = [Int.random(in: 0..<30, using: &random), Int.random(in: 0..<30, using: &random)].sorted()
            guard pair[0] != pair[1], apart.insert(pair).inserted else { continue }
            walls.keepApart(pair[0], pair[1])
        }
        var sets = (0..<30).map { Set([$0]) }
        for _ in 0..<120 {
            let (one, other) = (Int.random(in: 0..<30, using: &random), Int.random(in: 0..<30, using: &random))
            let union = sets[one].union(sets[other])
            let isFree = !apart.contains { union.isSuperset(of: $0) }
            let isJoined = walls.join(one, other)
            #expect(isJoined == isFree)
            guard isFree else { continue }
            for element in union { sets[element] = union }
        }
        let firsts = (0..<30).map { walls.first(of: $0) }
        #expect(firsts == sets.map { $0.min() })
    }
}
