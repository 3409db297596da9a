import Model
import Testing

struct ShardTests {
    @Test(arguments: [("1/1", 1, 1), ("2/8", 2, 8), ("8/8", 8, 8), ("1024/1024", 1024, 1024)])
    func `A part is read as people write it`(text: String, index: Int, count: Int) throws {
        let shard = try #require(Shard(text))
        #expect(shard.index == index && shard.count == count)
        #expect(shard.description == text)
        #expect(shard.fileName == "\(index)-of-\(count)")
    }

    @Test(arguments: ["", "/", "1", "0/8", "9/8", "-1/8", "1/0", "1/1025", "a/8", "1/8/1", " 1/8", "1 / 8", "1/8 "])
    func `Anything else is no part`(text: String) {
        #expect(Shard(text) == nil)
    }

    @Test(arguments: [1, 2, 3, 8, 100])
    func `Every key is in exactly one part, and the parts are about the same size`(count: Int) throws {
        let shards = try (1...count).map { try #require(Shard($0, of: count)) }
        // Ids that differ in their last digits only, keys of both signs, and numbers that follow one another.
        let names = (0..<20_000).map { "room\($0)".stableHash }
        let keys = names + (0..<20_000).map { Int64($0) } + [.min, .max, -1]
        var sizes = [Int](repeating: 0, count: count)
        for key in keys {
            let holding = shards.filter { $0.holds(key) }
            try #require(holding.count == 1)
            sizes[holding[0].index - 1] += 1
        }
        let fair = Double(keys.count) / Double(count)
        #expect(sizes.allSatisfy { abs(Double($0) - fair) < fair * 0.3 }, "\(sizes)")
    }

    /// Parts of one job may be carried out by different releases.
    @Test func `What is in a part never changes`() throws {
        let shards = try (1...8).map { try #require(Shard($0, of: 8)) }
        let ids = ["Rm9xT2bQe7LkVdP4s", "66f0a1c2b3d4e5f6a7b80911", "room1", "room2", "é", ""]
        #expect(ids.map { id in shards.first { $0.holds(id.stableHash) }?.index } == [2, 6, 5, 6, 4, 7])
        #expect("".stableHash == Int64(bitPattern: 0xCBF2_9CE4_8422_2325))
        #expect("a".stableHash == Int64(bitPattern: 0xAF63_DC4C_8601_EC8C))
    }
}
