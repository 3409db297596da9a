/// Wraps bytes in the gzip format (RFC 1952).
///
/// The data goes into stored blocks: every reader understands them, and a loopback connection gains nothing by less bytes.
enum Gzip {
    /// A stored block holds at most this many bytes: its length is a 16-bit number (RFC 1951, 3.2.4).
    private static let greatestBlock = 65_535

    static func wrap(_ bytes: [UInt8]) -> [UInt8] {
        // Magic number, method deflate, no flags, no time, no extra flags, unknown system.
        var wrapped: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        var rest = bytes[...]
        repeat {
            let block = rest.prefix(greatestBlock)
            rest = rest.dropFirst(greatestBlock)
            wrapped.append(rest.isEmpty ? 1 : 0)
            append(UInt16(block.count), to: &wrapped)
            append(~UInt16(block.count), to: &wrapped)
            wrapped.append(contentsOf: block)
        } while !rest.isEmpty
        append(checksum(bytes), to: &wrapped)
        append(UInt32(truncatingIfNeeded: bytes.count), to: &wrapped)
        return wrapped
    }

    private static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
        for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
        }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { sum, byte in table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8 }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }
}
