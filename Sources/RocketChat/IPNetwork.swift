import Glibc

/// An IPv4 or IPv6 address, or all that begin with the same bits.
struct IPNetwork: Sendable, Equatable {
    private let bytes: [UInt8]
    private let bits: Int

    /// Reads `10.1.2.3`, `10.0.0.0/8`, `::1` or `fd00::/8`.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.bytes(of: String(parts[0])) else { return nil }
        let bits = parts.count == 2 ? Int(parts[1]) : bytes.count * 8
        guard let bits, (0...bytes.count * 8).contains(bits) else { return nil }
        self.bytes = bytes
        self.bits = bits
    }

    func contains(_ address: [UInt8]) -> Bool {
        guard address.count == bytes.count else { return false }
        return zip(address, bytes).enumerated().allSatisfy { index, pair in
            let differing = pair.0 ^ pair.1
            let counted = min(max(bits - index * 8, 0), 8)
            return differing >> (8 - counted) == 0
        }
    }

    /// The 4 or 16 bytes of an address, or `nil` for a name.
    static func bytes(of text: String) -> [UInt8]? {
        var short: UInt32 = 0
        if unsafe inet_pton(AF_INET, text, &short) == 1 {
            return unsafe withUnsafeBytes(of: short) { unsafe Array($0) }
        }
        var long: (UInt64, UInt64) = (0, 0)
        if unsafe inet_pton(AF_INET6, text, &long) == 1 {
            return unsafe withUnsafeBytes(of: long) { unsafe Array($0) }
        }
        return nil
    }
}
