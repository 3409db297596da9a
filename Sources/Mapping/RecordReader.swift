/// Records one after the other, each with its physical line number.
///
/// After a broken record only its first physical line is given up and reading goes on with the next one, so that one
/// stray quote cannot swallow the lines behind it. That costs no more than reading twice: a line that leaves a quote open
/// has an odd number of quotes and would therefore have closed one that was open before it.
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
    }

    private enum Rest {
        case nothing
        case bytes(Int)
        case line
    }

    private(set) var scanner = RecordScanner(.lines)
    var dialect = RecordScanner.Dialect.lines
    private var window: ByteWindow
    /// What belongs to the present record.
    private var rest = Rest.nothing
    private var line = 1
    private var nextLine = 1

    init(_ window: consuming ByteWindow) {
        self.window = window
    }

    var digest: String? { window.digest }

    var seal: FileSeal? { window.seal }

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
        line = nextLine
        return try scan()
    }

    /// The present record once more, by the rules of another dialect.
    mutating func readAgain(as dialect: RecordScanner.Dialect) throws(MappingError) -> Record? {
        self.dialect = dialect
        return try scan()
    }

    /// Makes the present record the next one again.
    mutating func putBack() {
        rest = .nothing
        nextLine = line
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
                rest = .bytes(length)
                nextLine = line + scanner.lineBreaks + 1
                return Record(line: line, lineCount: scanner.lineBreaks + 1, length: length)
            case .broken(let detail):
                rest = .line
                nextLine = line + 1
                return Record(line: line, lineCount: 1, length: 0, flaw: detail)
            }
        }
    }

    private mutating func step() -> RecordScanner.Step {
        // The array is let go of before the window is filled again, so it is never copied.
        let bytes = window.bytes
        return scanner.scan(bytes.span.extracting(window.start...), isAtEnd: window.isAtEnd)
    }

    /// Whether the present record is a physical line with nothing on it but spaces and tabs.
    func isBlank(_ record: Record) -> Bool {
        guard record.flaw == nil, scanner.fieldCount == 1, !scanner.hasQuotes else { return false }
        return bytes(ofField: 0).allSatisfy { $0 == .space || $0 == .tab }
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
    func text(ofField index: Int) -> FieldText {
        let bytes = bytes(ofField: index)
        guard scanner.fields[index].hasDoubledQuotes else { return FieldText(bytes) }
        var isSecond = false
        return FieldText(
            bytes.filter { byte in
                isSecond = byte == .quote && !isSecond
                return byte != .quote || isSecond
            }[...]
        )
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
