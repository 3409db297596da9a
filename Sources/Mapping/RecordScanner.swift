/// Finds where records and their fields end; holds no bytes and does no input.
///
/// It is given the same record again with more bytes behind it until it is complete, and goes on where it stopped. What it
/// finds depends on the bytes alone, never on where a chunk ended.
///
/// Rules (RFC 4180, strictly):
/// - LF, CRLF or a lone CR ends a record, except inside quotes, where it is data.
/// - A field is quoted if its first byte is a quote. Inside it, two quotes are one.
/// - A quote anywhere else, or anything between a closing quote and the end of the field, breaks the record.
/// - A record has at most ``longest`` bytes, its last line break not counted.
struct RecordScanner {
    /// What ends a field, and whether quotes mean anything.
    struct Dialect: Equatable {
        fileprivate let delimiter: UInt8
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
        case broken(detail: String)
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
        hasQuotes = false
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
        if place > Self.longest { return .broken(detail: "longer than 1 MiB") }
        guard place < bytes.count || isAtEnd else { return .needsMore }
        if place < bytes.count, bytes[place] == quote, quote == .quote {
            return .broken(detail: "a quote inside field \(fieldCount + 1), which does not begin with one")
        }
        field.upper = place
        state = .fieldEnd
        return nil
    }

    private mutating func passQuoted(_ bytes: Span<UInt8>, isAtEnd: Bool) -> Step? {
        let end = min(bytes.count, Self.longest + 1)
        while offset < end {
            let byte = bytes[offset]
            seenBits |= byte
            if byte == .quote {
                guard offset + 1 < bytes.count || isAtEnd else { return .needsMore }
                guard offset + 1 < bytes.count, bytes[offset + 1] == .quote else {
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
        if offset > Self.longest { return .broken(detail: "longer than 1 MiB, perhaps for a quote left open") }
        return isAtEnd ? .broken(detail: "the quote that opens field \(fieldCount + 1) is never closed") : .needsMore
    }

    private mutating func endField(_ bytes: Span<UInt8>, isAtEnd: Bool) -> Step? {
        if offset > Self.longest { return .broken(detail: "longer than 1 MiB") }
        guard offset < bytes.count else {
            guard isAtEnd else { return .needsMore }
            keepField()
            return .record(length: offset)
        }
        switch bytes[offset] {
        case .lineFeed:
            keepField()
            return .record(length: offset + 1)
        case .carriageReturn:
            guard offset + 1 < bytes.count || isAtEnd else { return .needsMore }
            keepField()
            let isPair = offset + 1 < bytes.count && bytes[offset + 1] == .lineFeed
            return .record(length: offset + (isPair ? 2 : 1))
        case dialect.delimiter:
            keepField()
            offset += 1
            state = .fieldStart
            return nil
        default:
            return .broken(detail: "text after the closing quote of field \(fieldCount + 1)")
        }
    }

    private mutating func keepField() {
        fieldCount += 1
        if fields.count < fieldsKept { fields.append(field) }
    }
}
