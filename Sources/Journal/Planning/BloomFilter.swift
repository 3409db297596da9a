/// Which keys were seen before, in a fixed amount of memory: a Bloom filter.
///
/// It never misses a key that comes again, and rarely takes a new one for an old one: about once among a million keys.
/// All bits of a key are in one block of 64 bytes, so that a key costs one cache miss.
struct BloomFilter {
    /// 8 MiB: as much for ten lines as for a million.
    private static let blocks = 1 << 17
    private static let wordsPerBlock = 8
    private static let bitsPerKey = 5

    private var words = [UInt64](repeating: 0, count: blocks * wordsPerBlock)

    /// Remembers a key; whether it may have been there already.
    mutating func insert(_ key: Int64) -> Bool {
        // Two rounds of multiplication, so that keys which differ little share no bits.
        var hash = UInt64(bitPattern: key)
        hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
        hash = (hash ^ (hash >> 32)) &* 0xD6E8_FEB8_6659_FD93
        let block = Int(hash >> 47) * Self.wordsPerBlock
        var wasThere = true
        for _ in 0..<Self.bitsPerKey {
            let word = block + Int(hash & 7)
            let bit: UInt64 = 1 << ((hash >> 3) & 63)
            wasThere = wasThere && words[word] & bit != 0
            words[word] |= bit
            hash >>= 9
        }
        return wasThere
    }
}
