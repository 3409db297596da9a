/// Records one after the other, each with its physical line number.
///
/// A broken record is given up line by line: its first physical line, and each further one that begins inside quotes which
/// it closes, so that every line is counted and nothing out of quotes is taken for a record. A quote that is never closed
/// says nothing about the lines behind it, and reading continues with the next one. That costs no more than reading twice:
/// a line that leaves a quote open has an odd number of quotes and would therefore have closed one that was open before it.
struct RecordReader: ~Copyable {
    /// A record that stays in memory until the next one is asked for.
    struct Record {
        /// The physical line on which it begins.
        var line: Int
        /// The physical lines it takes; a broken record takes one.
        var lineCount: Int
        /// Its bytes without the line break, counted from its first.
        var length: Int
        /// Why its fields cannot be told apart.
        var flaw: String?
        /// What the program that wrote the file does to quotes, where that broke the record.
        var habit: QuoteFault.Habit?
        /// A line out of the middle of a record that was given up.
        var isInside = false
    }

    private enum Rest {
        case nothing
        case bytes(Int)
        case line
    }

    private(set) var scanner = RecordScanner(.lines)
    var dialect = RecordScanner.Dialect.lines
    private var window: BufferedInput
    /// What belongs to the present record.
    private var rest = Rest.nothing
    /// The physical line on which the present record begins.
    private(set) var lineNumber = 1
    private var nextLine = 1
    /// How many lines of the record before are still to be given up, and on which line that began.
    private var inside = (lines: 0, of: 0)

    /// The most bytes of a line that a person is shown.
    static let textKept = 1024
    /// The most bytes of a line that is looked at for a header without being read.
    static let headerKept = 4 * textKept

    init(_ window: consuming BufferedInput) {
        self.window = window
    }

    var digest: String? { window.digest }

    /// Keeps no more than so many fields of a record; further ones are only counted.
    mutating func keepFields(_ count: Int) {
        scanner.fieldsKept = count
    }

    /// The next record, or `nil` at the end of the input.
    mutating func next() throws(MappingError) -> Record? {
        switch rest {
        case .nothing: break
        case .bytes(let count): window.advance(by: count)
        case .line: try window.skipLine()
        }
        rest = .nothing
        lineNumber = nextLine
        return inside.lines > 0 ? try nextInside() : try scan()
    }

    /// Gives up the present record line by line, because nothing out of it can be trusted.
    mutating func breakUp(_ record: Record) {
        inside = (record.lineCount - 1, record.line)
        rest = .line
        nextLine = record.line + 1
    }

    private mutating func nextInside() throws(MappingError) -> Record? {
        inside.lines -= 1
        rest = .line
        nextLine = lineNumber + 1
        try window.fill(upTo: Self.textKept + 1)
        return Record(
            line: lineNumber, lineCount: 1, length: 0,
            flaw: "inside the quotes of the record that begins on line \(inside.of)",
            isInside: true)
    }

    /// The present record once more, by the rules of another dialect.
    mutating func readAgain(as dialect: RecordScanner.Dialect) throws(MappingError) -> Record? {
        self.dialect = dialect
        return try scan()
    }

    /// The bytes from the present record on: so many, unless the input ends first.
    mutating func peek(_ count: Int) throws(MappingError) -> ArraySlice<UInt8> {
        try window.fill(upTo: count)
        return window.bytes[window.start...].prefix(count)
    }

    /// Makes the present record the next one again.
    mutating func putBack() {
        rest = .nothing
        nextLine = lineNumber
    }

    private mutating func scan() throws(MappingError) -> Record? {
        scanner.begin(dialect)
        while true {
            switch step() {
            case .needsMore:
                try window.fill()
            case .nothing:
                return nil
            case .record(let length):
                inside.lines = 0
                rest = .bytes(length)
                nextLine = lineNumber + scanner.lineBreaks + 1
                return Record(line: lineNumber, lineCount: scanner.lineBreaks + 1, length: length)
            case .broken(let fault, let lines):
                rest = .line
                nextLine = lineNumber + 1
                inside = (lines - 1, lineNumber)
                return Record(line: lineNumber, lineCount: 1, length: 0, flaw: fault.detail, habit: fault.habit)
            }
        }
    }

    private mutating func step() -> RecordScanner.Step {
        // The array is let go of before the window is filled again, so it is never copied.
        let bytes = window.bytes
        return scanner.scan(bytes.span.extracting(window.start...), isAtEnd: window.isAtEnd)
    }

    /// Whether nothing is on the present record but spaces, and delimiters: a spreadsheet writes a row of them for every
    /// row that was ever used.
    func isBlank(_ record: Record) -> Bool {
        if record.isInside {
            let line = line(withPrefix: Self.textKept + 1)
            return line.count <= Self.textKept && line.allSatisfy { $0 == .space || $0 == .tab }
        }
        guard record.flaw == nil else { return false }
        // Some programs put quotes around every cell, an empty one too.
        guard !scanner.hasQuotes else { return !scanner.hasText }
        let bytes = bytes(of: record)
        guard bytes.allSatisfy({ isBlank($0) || $0 >= 0x80 }) else { return false }
        guard scanner.hasHighBytes else { return true }
        return TrimmedField(bytes.map { isBlank($0) ? .space : $0 }[...]).text.isEmpty
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        switch byte {
        case .space, .tab, .lineFeed, .carriageReturn, dialect.delimiter: true
        default: false
        }
    }

    /// What stands on the present record, or its beginning, as far as it is text.
    func text(of record: Record) -> String {
        guard record.flaw == nil else { return Self.text(line(withPrefix: Self.textKept + 1)) }
        var bytes = bytes(of: record)
        if bytes.last == .lineFeed { bytes.removeLast() }
        if bytes.last == .carriageReturn { bytes.removeLast() }
        return Self.text(bytes)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        guard bytes.count > textKept else { return String(decoding: bytes, as: UTF8.self) }
        var kept = bytes.prefix(textKept)
        // Never inside a character: what follows its first byte begins with the bits 10.
        while let next = bytes[kept.endIndex...].first, next & 0xC0 == 0x80, !kept.isEmpty { kept.removeLast() }
        return String(decoding: kept, as: UTF8.self) + "…"
    }

    /// The physical line on which the present record begins, or as much of it as a header may have to be told from.
    var line: ArraySlice<UInt8> { line(withPrefix: Self.headerKept) }

    /// Whether nothing is on that line but what may divide fields, and quotes that are closed.
    var isNothingButDelimiters: Bool {
        line.count { $0 == .quote }.isMultiple(of: 2)
            && line.allSatisfy { byte in
                byte == .space || byte == .quote || Delimiter.allCases.contains { $0.byte == byte }
            }
    }

    /// The physical line on which the present record begins, or its beginning.
    private func line(withPrefix count: Int) -> ArraySlice<UInt8> {
        window.bytes[window.start...].prefix(count).prefix { $0 != .lineFeed && $0 != .carriageReturn }
    }

    /// The present record as it stands in the file, its line break included.
    func bytes(of record: Record) -> ArraySlice<UInt8> {
        window.bytes[window.start..<window.start + record.length]
    }

    /// A field of the present record, its doubled quotes still doubled.
    func bytes(ofField index: Int) -> ArraySlice<UInt8> {
        let field = scanner.fields[index]
        return window.bytes[window.start + field.lower..<window.start + field.upper]
    }

    /// A field of the present record as it is meant.
    func text(ofField index: Int) -> TrimmedField {
        TrimmedField(meaning(ofField: index))
    }

    /// The same with the spaces around it, as far as a person is shown it.
    func exactText(ofField index: Int) -> String {
        Self.text(meaning(ofField: index))
    }

    private func meaning(ofField index: Int) -> ArraySlice<UInt8> {
        let bytes = bytes(ofField: index)
        guard scanner.fields[index].hasDoubledQuotes else { return bytes }
        var isSecond = false
        return bytes.filter { byte in
            isSecond = byte == .quote && !isSecond
            return byte != .quote || isSecond
        }[...]
    }

    /// A field of the present record as it is meant, without spaces and tabs around it.
    ///
    /// Costs less than ``text(ofField:)`` for those who need to know nothing else about it.
    func plainText(ofField index: Int) -> String {
        let field = scanner.fields[index]
        guard !field.hasDoubledQuotes else { return text(ofField: index).text }
        var (lower, upper) = (window.start + field.lower, window.start + field.upper)
        while lower < upper, window.bytes[lower] == .space || window.bytes[lower] == .tab { lower += 1 }
        while lower < upper, window.bytes[upper - 1] == .space || window.bytes[upper - 1] == .tab { upper -= 1 }
        return lower == upper ? "" : String(decoding: window.bytes[lower..<upper], as: UTF8.self)
    }

    /// The first byte of the present record that is neither a space nor a tab, broken or not.
    var firstByte: UInt8? {
        window.bytes[window.start...].first { $0 != .space && $0 != .tab }
    }
}
