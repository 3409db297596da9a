/// Finds where records and their fields end; holds no bytes and does no input.
///
/// It is given the same record again with more bytes behind it until it is complete, and goes on where it stopped. What it
/// finds depends on the bytes alone, never on where a chunk ended.
///
/// Rules (RFC 4180, strictly):
/// - LF, CRLF or a lone CR ends a record, except inside quotes, where it is data.
/// - A field is quoted if its first byte is a quote. Inside it, two quotes are one.
/// - The quotes of a whole `="…"`, with which spreadsheets keep a cell as text, are part of an unquoted field.
/// - A quote anywhere else, or anything between a closing quote and the end of the field, breaks the record. What follows
///   is divided all the same, so that quotes which open later in it keep what they hold from being taken for records.
/// - A record has at most ``longest`` bytes, its last line break not counted.
struct RecordScanner {
    /// What ends a field, and whether quotes mean anything.
    struct Dialect: Equatable {
        let delimiter: UInt8
        fileprivate let quote: UInt8

        static func csv(_ delimiter: Delimiter) -> Dialect {
            Dialect(delimiter: delimiter.byte, quote: .quote)
        }

        /// Every physical line is a record of one field: a line feed never reaches the test for either byte.
        static let lines = Dialect(delimiter: .lineFeed, quote: .lineFeed)
    }

    /// A field within its record, without its quotes.
    struct Field {
        var lower: Int
        var upper: Int
        /// Holds quotes that stand for half as many.
        var hasDoubledQuotes = false
    }

    /// What the bytes so far amount to.
    enum Step {
        case needsMore
        /// The input is used up.
        case nothing
        /// Complete; the length includes the line break.
        case record(length: Int)
        /// Cannot be divided; so many of its physical lines belong to it for certain.
        case broken(QuoteFault, lines: Int)
    }

    private enum State {
        case fieldStart
        case unquoted
        case quoted
        case fieldEnd
    }

    /// 1 MiB: more than any person's line, little enough to hold.
    static let longest = 1 << 20

    private(set) var dialect: Dialect
    /// How many fields are worth keeping; further ones are only counted.
    var fieldsKept = Int.max
    private(set) var fields: [Field] = []
    private(set) var fieldCount = 0
    /// How many line breaks stand inside quotes.
    private(set) var lineBreaks = 0
    /// Some byte is not ASCII.
    var hasHighBytes: Bool { seenBits >= 0x80 }
    /// Some field is quoted.
    private(set) var hasQuotes = false

    /// Some field is not empty.
    private(set) var hasText = false

    /// The first thing that broke the record.
    private var fault: QuoteFault?
    /// Where what broke the record begins, if that is behind a closing quote of the present field.
    private var textBehind: Int?
    /// How many line breaks stand in quotes before the present field.
    private var lineBreaksBefore = 0
    private var seenBits: UInt8 = 0
    private var state = State.fieldStart
    private var offset = 0
    private var field = Field(lower: 0, upper: 0)

    init(_ dialect: Dialect) {
        self.dialect = dialect
    }

    /// Forgets the record and begins another one.
    mutating func begin(_ dialect: Dialect) {
        self.dialect = dialect
        fields.removeAll(keepingCapacity: true)
        fieldCount = 0
        lineBreaks = 0
        lineBreaksBefore = 0
        fault = nil
        textBehind = nil
        hasQuotes = false
        hasText = false
        seenBits = 0
        state = .fieldStart
        offset = 0
    }

    /// Goes on with a record, given all its bytes that are known so far from its very first one.
    mutating func scan(_ bytes: Span<UInt8>, isAtEnd: Bool) -> Step {
        if bytes.isEmpty { return isAtEnd ? .nothing : .needsMore }
        while true {
            let step =
                switch state {
                case .fieldStart: startField(bytes, isAtEnd: isAtEnd)
                case .unquoted: passUnquoted(bytes, isAtEnd: isAtEnd)
                case .quoted: passQuoted(bytes, isAtEnd: isAtEnd)
                case .fieldEnd: endField(bytes, isAtEnd: isAtEnd)
                }
            if let step { return step }
        }
    }

    private mutating func startField(_ bytes: Span<UInt8>, isAtEnd: Bool) -> Step? {
        guard offset < bytes.count || isAtEnd else { return .needsMore }
        let isQuoted = offset < bytes.count && bytes[offset] == dialect.quote && dialect.quote == .quote
        if isQuoted {
            hasQuotes = true
            offset += 1
        }
        field = Field(lower: offset, upper: offset)
        lineBreaksBefore = lineBreaks
        state = isQuoted ? .quoted : .unquoted
        return nil
    }

    private mutating func passUnquoted(_ bytes: Span<UInt8>, isAtEnd: Bool) -> Step? {
        let end = min(bytes.count, Self.longest + 1)
        let (delimiter, quote) = (dialect.delimiter, dialect.quote)
        var (place, bits) = (offset, seenBits)
        while place < end {
            let byte = bytes[place]
            if byte == delimiter || byte == .lineFeed || byte == .carriageReturn || byte == quote { break }
            bits |= byte
            place += 1
        }
        (offset, seenBits) = (place, bits)
        if place > Self.longest { return tooLong() }
        guard place < bytes.count || isAtEnd else { return .needsMore }
        if place < bytes.count, bytes[place] == quote, quote == .quote {
            switch guarded(bytes, opening: place, isAtEnd: isAtEnd) {
            case .whole(let end):
                for index in place..<end { seenBits |= bytes[index] }
                offset = end
                return nil
            case .undecided: return .needsMore
            case .broken: break
            }
            fault = fault ?? .inside(field: fieldCount + 1, bytes.extracting(field.lower..<place))
            offset += 1
            return nil
        }
        if let start = textBehind {
            if (start..<place).allSatisfy({ bytes[$0] == .space || bytes[$0] == .tab }) { fault?.habit = .spaces }
            textBehind = nil
        }
        field.upper = place
        state = .fieldEnd
        return nil
    }

    /// What a quote behind the beginning of an unquoted field is part of.
    private enum Guarded {
        /// A `="…"` that is the whole field; the end is behind its second quote.
        case whole(end: Int)
        case undecided
        case broken
    }

    /// Looks whether the quote at `opening` belongs to a `="…"`: the sign before it, no other quote and no end of the field
    /// inside, and nothing but spaces behind.
    private func guarded(_ bytes: Span<UInt8>, opening: Int, isAtEnd: Bool) -> Guarded {
        guard fault == nil, opening > field.lower, bytes[opening - 1] == UInt8(ascii: "="),
            (field.lower..<opening - 1).allSatisfy({ bytes[$0] == .space || bytes[$0] == .tab })
        else { return .broken }
        var place = opening + 1
        var closing: Int?
        while place < bytes.count, place <= Self.longest {
            let byte = bytes[place]
            if byte == dialect.delimiter || byte == .lineFeed || byte == .carriageReturn { break }
            if byte == .quote, closing == nil {
                closing = place
            } else if closing != nil, byte != .space, byte != .tab {
                return .broken
            }
            place += 1
        }
        guard place < bytes.count || isAtEnd else { return place > Self.longest ? .broken : .undecided }
        return closing.map { .whole(end: $0 + 1) } ?? .broken
    }

    private mutating func passQuoted(_ bytes: Span<UInt8>, isAtEnd: Bool) -> Step? {
        let end = min(bytes.count, Self.longest + 1)
        while offset < end {
            let byte = bytes[offset]
            seenBits |= byte
            if byte == .quote {
                guard offset + 1 < bytes.count || isAtEnd else { return .needsMore }
                guard offset + 1 < bytes.count, bytes[offset + 1] == .quote else {
                    if opensAnotherField(bytes) {
                        return .broken(fault ?? .neverClosed(field: fieldCount + 1), lines: lineBreaksBefore + 1)
                    }
                    field.upper = offset
                    offset += 1
                    state = .fieldEnd
                    return nil
                }
                field.hasDoubledQuotes = true
                offset += 2
                continue
            }
            // CRLF counts once: at its CR. The byte before is there, the opening quote if nothing else.
            if byte == .carriageReturn || (byte == .lineFeed && bytes[offset - 1] != .carriageReturn) {
                lineBreaks += 1
            }
            offset += 1
        }
        // Nothing says how far the open quote reaches: the lines behind the one on which it opens are not its own.
        if offset > Self.longest { return .broken(fault ?? .openTooLong, lines: lineBreaksBefore + 1) }
        guard isAtEnd else { return .needsMore }
        return .broken(fault ?? .neverClosed(field: fieldCount + 1), lines: lineBreaksBefore + 1)
    }

    /// Whether a quote that would close the present field rather opens one of its own.
    ///
    /// It does on a later line, behind a delimiter, with text following: then the quote before it was never closed.
    private func opensAnotherField(_ bytes: Span<UInt8>) -> Bool {
        guard lineBreaks > lineBreaksBefore, bytes[offset - 1] == dialect.delimiter, offset + 1 < bytes.count else {
            return false
        }
        let next = bytes[offset + 1]
        return next != dialect.delimiter && next != .lineFeed && next != .carriageReturn
    }

    private mutating func endField(_ bytes: Span<UInt8>, isAtEnd: Bool) -> Step? {
        if offset > Self.longest { return tooLong() }
        guard offset < bytes.count else {
            guard isAtEnd else { return .needsMore }
            return end(length: offset)
        }
        switch bytes[offset] {
        case .lineFeed:
            return end(length: offset + 1)
        case .carriageReturn:
            guard offset + 1 < bytes.count || isAtEnd else { return .needsMore }
            let isPair = offset + 1 < bytes.count && bytes[offset + 1] == .lineFeed
            return end(length: offset + (isPair ? 2 : 1))
        case dialect.delimiter:
            keepField()
            offset += 1
            state = .fieldStart
            return nil
        default:
            if fault == nil {
                fault = .after(field: fieldCount + 1, bytes, closing: offset - 1)
                textBehind = offset
            }
            state = .unquoted
            return nil
        }
    }

    private func tooLong() -> Step {
        .broken(fault ?? .tooLong, lines: lineBreaks + 1)
    }

    private mutating func end(length: Int) -> Step {
        keepField()
        guard let fault else { return .record(length: length) }
        return .broken(fault, lines: lineBreaks + 1)
    }

    private mutating func keepField() {
        fieldCount += 1
        if field.upper > field.lower { hasText = true }
        if fields.count < fieldsKept { fields.append(field) }
    }
}
