extension String {
    /// True if an id in a path leads to no other place than the one it was put in, whatever is done on its way.
    ///
    /// Proxies resolve `.` and `..`, join what stands around an empty part and cut a part off at `;`, some of them after they
    /// have decoded `%XX`, be it once or twice. No server gives such an id out.
    package var staysInPath: Bool {
        let bytes = percentDecoded
        guard !bytes.contains(where: { "\\;".utf8.contains($0) || $0 < 0x20 }) else { return false }
        return bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
        }
    }

    /// Its bytes with every `%XX` decoded, and whatever comes of that as well.
    private var percentDecoded: [UInt8] {
        var bytes: [UInt8] = []
        for byte in utf8 {
            bytes.append(byte)
            while let decoded = Self.escaped(bytes.suffix(3)) {
                bytes.removeLast(3)
                bytes.append(decoded)
            }
        }
        return bytes
    }

    private static func escaped(_ bytes: ArraySlice<UInt8>) -> UInt8? {
        guard bytes.count == 3, bytes.first == UInt8(ascii: "%"), let high = digit(bytes[bytes.startIndex + 1]),
            let low = digit(bytes[bytes.startIndex + 2])
        else { return nil }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f"): (byte | 0x20) - 87
        default: nil
        }
    }
}
