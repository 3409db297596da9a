// How JSON is put together: members, and values that are passed over.
extension RoomOutline {
    /// What comes next in an object.
    enum Member: Equatable {
        /// A member with its name, and `place` at its value.
        case named(Range<Int>)
        case end
        case doubt
    }

    /// Deeper values are left to a decoder, which has its own limit.
    private static let deepest = 32

    mutating func nextMember(_ bytes: Span<UInt8>, isFirst: Bool) -> Member {
        skipSpace(bytes)
        if pass(UInt8(ascii: "}"), bytes) { return .end }
        if !isFirst {
            guard pass(UInt8(ascii: ","), bytes) else { return .doubt }
            skipSpace(bytes)
        }
        guard let name = readPlain(bytes) else { return .doubt }
        skipSpace(bytes)
        guard pass(UInt8(ascii: ":"), bytes) else { return .doubt }
        skipSpace(bytes)
        return .named(name)
    }

    func matches(_ range: Range<Int>, _ name: String, _ bytes: Span<UInt8>) -> Bool {
        guard range.count == name.utf8.count else { return false }
        return zip(range, name.utf8).allSatisfy { bytes[$0] == $1 }
    }

    /// The bytes between two quotes, if they are printable ASCII that stands for itself.
    mutating func readPlain(_ bytes: Span<UInt8>) -> Range<Int>? {
        guard pass(UInt8(ascii: "\""), bytes) else { return nil }
        let start = place
        while let byte = next(bytes), (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "\\") {
            place += 1
            if byte == UInt8(ascii: "\"") { return start..<place - 1 }
        }
        return nil
    }

    mutating func skipValue(_ bytes: Span<UInt8>, depth: Int) -> Bool {
        switch next(bytes) {
        case UInt8(ascii: "\""): skipText(bytes)
        case UInt8(ascii: "{"): depth < Self.deepest && skipObject(bytes, depth: depth + 1)
        case UInt8(ascii: "["): depth < Self.deepest && skipArray(bytes, depth: depth + 1)
        case UInt8(ascii: "t"): pass("true", bytes)
        case UInt8(ascii: "f"): pass("false", bytes)
        case UInt8(ascii: "n"): pass("null", bytes)
        default: skipNumber(bytes)
        }
    }

    private mutating func skipObject(_ bytes: Span<UInt8>, depth: Int) -> Bool {
        place += 1
        var member = nextMember(bytes, isFirst: true)
        while case .named = member {
            guard skipValue(bytes, depth: depth) else { return false }
            member = nextMember(bytes, isFirst: false)
        }
        return member == .end
    }

    private mutating func skipArray(_ bytes: Span<UInt8>, depth: Int) -> Bool {
        place += 1
        skipSpace(bytes)
        if pass(UInt8(ascii: "]"), bytes) { return true }
        while skipValue(bytes, depth: depth) {
            skipSpace(bytes)
            if pass(UInt8(ascii: "]"), bytes) { return true }
            guard pass(UInt8(ascii: ","), bytes) else { return false }
            skipSpace(bytes)
        }
        return false
    }

    private mutating func skipText(_ bytes: Span<UInt8>) -> Bool {
        place += 1
        while let byte = next(bytes), byte >= 0x20 {
            place += 1
            if byte == UInt8(ascii: "\"") { return true }
            if byte >= 0x80 { hasOther = true }
            guard byte == UInt8(ascii: "\\") else { continue }
            // Half a surrogate pair takes more than a look.
            guard let escape = next(bytes), "\"\\/bfnrt".utf8.contains(escape) else { return false }
            place += 1
        }
        return false
    }

    private mutating func skipNumber(_ bytes: Span<UInt8>) -> Bool {
        _ = pass(UInt8(ascii: "-"), bytes)
        if !pass(UInt8(ascii: "0"), bytes), !skipDigits(bytes) { return false }
        if pass(UInt8(ascii: "."), bytes), !skipDigits(bytes) { return false }
        guard pass(UInt8(ascii: "e"), bytes) || pass(UInt8(ascii: "E"), bytes) else { return true }
        if !pass(UInt8(ascii: "+"), bytes) { _ = pass(UInt8(ascii: "-"), bytes) }
        return skipDigits(bytes)
    }

    private mutating func skipDigits(_ bytes: Span<UInt8>) -> Bool {
        let start = place
        while let byte = next(bytes), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
        return place > start
    }

    mutating func skipSpace(_ bytes: Span<UInt8>) {
        while let byte = next(bytes), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { place += 1 }
    }

    mutating func pass(_ word: String, _ bytes: Span<UInt8>) -> Bool {
        for byte in word.utf8 where !pass(byte, bytes) { return false }
        return true
    }

    mutating func pass(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard next(bytes) == byte else { return false }
        place += 1
        return true
    }

    private func next(_ bytes: Span<UInt8>) -> UInt8? {
        place < bytes.count ? bytes[place] : nil
    }
}
