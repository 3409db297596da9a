import TestSupport
import Testing

@testable import Journal

@Suite struct `The filter for keys that come again` {
    /// Keys as they may come: hashes, neighbours, and such as differ in their highest bits only.
    enum Keys: CaseIterable, Sendable {
        case hashes, neighbours, highBits

        func make(_ count: Int) -> [Int64] {
            switch self {
            case .hashes:
                var random = SeededGenerator(seed: 20)
                return (0..<count).map { _ in Int64.random(in: .min ... .max, using: &random) }
            case .neighbours: return (0..<Int64(count)).map { $0 - Int64(count / 2) }
            case .highBits: return (0..<Int64(count)).map { $0 << 40 }
            }
        }
    }

    @Test(arguments: Keys.allCases)
    func `never misses one`(_ keys: Keys) {
        var filter = BloomFilter()
        let keys = keys.make(20_000)
        for key in keys {
            _ = filter.insert(key)
        }

        #expect(keys.allSatisfy { filter.insert($0) })
    }

    /// Each key that is taken for an old one has its line looked at once more: no harm, but work.
    @Test(arguments: Keys.allCases)
    func `hardly ever takes a new one for an old one`(_ keys: Keys) {
        var filter = BloomFilter()
        let mistaken = keys.make(200_000).count { filter.insert($0) }

        #expect(mistaken <= 2)
    }
}
