/// The text of a field without the spaces around it.
struct TrimmedField: Equatable {
    private(set) var text: String
    /// There were spaces around it.
    private(set) var wasTrimmed: Bool
    /// It is known to break no rule of ``IDRules``: ASCII letters and digits, and few enough of them.
    private(set) var isPlain: Bool

    static let empty = TrimmedField("")

    init(_ text: String) {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.isTrimmed }),
            let last = scalars.lastIndex(where: { !$0.isTrimmed })
        else {
            self.init(text: "", wasTrimmed: !text.isEmpty, isPlain: false)
            return
        }
        let kept = scalars[first...last]
        self.init(text: String(kept), wasTrimmed: kept.count < scalars.count, isPlain: false)
    }

    /// The text of bytes that should be UTF-8; what is not is replaced by U+FFFD.
    init(_ bytes: ArraySlice<UInt8>) {
        let span = bytes.span
        var lower = 0
        var upper = span.count
        while lower < upper, span[lower] == .space || span[lower] == .tab { lower += 1 }
        while lower < upper, span[upper - 1] == .space || span[upper - 1] == .tab { upper -= 1 }
        guard Self.isPlain(span.extracting(lower..<upper)) else {
            self.init(String(decoding: bytes, as: UTF8.self))
            return
        }
        let start = bytes.startIndex
        self.init(
            text: String(decoding: bytes[start + lower..<start + upper], as: UTF8.self),
            wasTrimmed: upper - lower < span.count, isPlain: true
        )
    }

    /// The text of bytes that stood within others, with whether spaces were around those.
    init(_ bytes: ArraySlice<UInt8>, wasTrimmed: Bool) {
        self.init(bytes)
        self.wasTrimmed = wasTrimmed
    }

    private init(text: String, wasTrimmed: Bool, isPlain: Bool) {
        self.text = text
        self.wasTrimmed = wasTrimmed
        self.isPlain = isPlain
    }

    /// Nearly every id: worth a loop of its own, because it saves looking at characters.
    private static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count <= IDRules.longest else { return false }
        // Ids mix letters and digits at random: a branch on either would be guessed wrong half the time.
        var (letters, digits, others): (UInt8, UInt8, UInt8) = (0, 0, 0)
        for index in bytes.indices {
            let byte = bytes[index]
            // With this bit set capitals are small letters; what comes before the first letter or digit wraps around.
            let isLetter: UInt8 = (byte | 0x20) &- UInt8(ascii: "a") < 26 ? 1 : 0
            let isDigit: UInt8 = byte &- UInt8(ascii: "0") < 10 ? 1 : 0
            letters |= isLetter
            digits |= isDigit
            others |= 1 ^ (isLetter | isDigit)
        }
        guard others == 0 else { return false }
        // Many digits alone may be what a spreadsheet left of a long number, and few letters alone a word.
        return letters == 0 ? bytes.count <= IDRules.exactDigits : digits == 1 || bytes.count > IDRules.longestWord
    }
}

extension Unicode.Scalar {
    /// Trimmed from the ends of a field: space, tab, and the spaces that copying from a web page or a workbook leaves.
    fileprivate var isTrimmed: Bool {
        switch self {
        case " ", "\t", "\u{00A0}", "\u{200B}", "\u{202F}", "\u{FEFF}": true
        default: false
        }
    }
}
