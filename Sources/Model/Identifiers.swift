/// The identifier of an Omnichannel visitor.
///
/// Opaque text: older records use 17 characters, newer ones 24 hexadecimal digits (TheMove, "Request"). Two are equal
/// if their bytes are: a server never takes letters for the same that only look alike.
package struct VisitorID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package static func == (left: Self, right: Self) -> Bool {
        left.rawValue.hasSameBytes(as: right.rawValue)
    }

    package func hash(into hasher: inout Hasher) {
        rawValue.hashBytes(into: &hasher)
    }

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    /// The identifier for a person: a server or a file may put anything into one.
    package var description: String { rawValue.shown }
}

/// The identifier of a room, opaque like a visitor's and compared in the same way.
package struct RoomID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    package static func == (left: Self, right: Self) -> Bool {
        left.rawValue.hasSameBytes(as: right.rawValue)
    }

    package func hash(into hasher: inout Hasher) {
        rawValue.hashBytes(into: &hasher)
    }

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package init(_ rawValue: String) {
        self.rawValue = rawValue
    }

    /// The identifier for a person: a server or a file may put anything into one.
    package var description: String { rawValue.shown }
}

extension RoomID {
    /// Finds lines of one room, and tells the parts of a sharded job apart: see ``Swift/String/stableHash``.
    package var key: Int64 { rawValue.stableHash }
}

extension String {
    /// Whether two texts are the same byte by byte: to `==` "é" and "e\u{301}" are equal.
    package func hasSameBytes(as other: String) -> Bool {
        // What `==` tells apart has different bytes, and it is the quicker of the two.
        self == other && utf8.elementsEqual(other.utf8)
    }

    /// Feeds the bytes to a hasher, for types that compare with ``hasSameBytes(as:)``.
    package func hashBytes(into hasher: inout Hasher) {
        var text = self
        text.withUTF8 { bytes in
            unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
        }
    }

    /// A hash that never changes: FNV-1a, 64 bits, over the UTF-8.
    ///
    /// Journals store it.
    package var stableHash: Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        return Int64(bitPattern: hash)
    }
}
