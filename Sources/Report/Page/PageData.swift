import Files
import Journal
import Model

/// The lines that the page carries for its script, as JSON that no browser takes for anything else.
struct PageData: ~Copyable {
    /// Whether lines that need nobody are left out.
    let isCut: Bool
    private let limit: Int
    private var spool: ScratchFile
    private(set) var count = 0

    init(of total: Int, limit: Int, spoolingAt place: Place) throws(ReportError) {
        isCut = total > limit
        self.limit = limit
        spool = try ScratchFile(at: place)
    }

    func takes(_ outcome: LineOutcome) -> Bool {
        count < limit && (!isCut || outcome.needsPerson)
    }

    /// Takes a line if there is room for it: a row with the places of its words among ``LineOutcome/byUrgency`` and
    /// the reasons in their order.
    mutating func add(_ line: PageLine) throws(ReportError) {
        guard takes(line.outcome) else { return }
        spool.buffer.append(contentsOf: (count == 0 ? "\n[" : ",\n[").utf8)
        spool.buffer.append(contentsOf: "\(line.line),\(Self.outcomes[line.outcome] ?? 0),".utf8)
        spool.buffer.append(contentsOf: "\(line.reason.flatMap { Self.reasons[$0] } ?? -1)".utf8)
        for text in [line.room, line.oldVisitor, line.newVisitor] {
            spool.buffer.append(UInt8(ascii: ","))
            spool.buffer.append(json: text)
        }
        spool.buffer.append(contentsOf: ",\(line.operations),\(line.moved)".utf8)
        // What the reason says anyway is not said again for every line.
        if line.explanation != line.reason?.explanation ?? "" {
            spool.buffer.append(UInt8(ascii: ","))
            spool.buffer.append(json: line.explanation)
        }
        spool.buffer.append(UInt8(ascii: "]"))
        count += 1
        try spool.flushIfFull()
    }

    mutating func copy(to file: inout HashingFileWriter) throws(ReportError) {
        try spool.copy(to: &file)
    }

    private static let outcomes = Dictionary(
        uniqueKeysWithValues: LineOutcome.byUrgency.enumerated().map { ($1, $0) })
    private static let reasons = Dictionary(uniqueKeysWithValues: ReasonCode.allCases.enumerated().map { ($1, $0) })
}

extension [UInt8] {
    /// Appends what the rows refer to, up to the first of them.
    mutating func append(dataHead job: ToldJob) {
        append(contentsOf: "{\"moved\":".utf8)
        append(json: OperationState.moved.label(in: job))
        append(contentsOf: ",\"outcomes\":".utf8)
        append(objects: LineOutcome.byUrgency) { outcome in
            ["code": outcome.rawValue, "label": outcome.label(in: job), "kind": outcome.kind.rawValue]
        }
        append(contentsOf: ",\"reasons\":".utf8)
        append(objects: ReasonCode.allCases) { ["code": $0.rawValue, "explanation": $0.explanation] }
        append(contentsOf: ",\"rows\":[".utf8)
    }

    private mutating func append<Word>(objects words: [Word], _ members: (Word) -> KeyValuePairs<String, String>) {
        var separator = "["
        for word in words {
            var mark = "{"
            append(contentsOf: separator.utf8)
            for (name, value) in members(word) {
                append(contentsOf: mark.utf8)
                append(json: name)
                append(UInt8(ascii: ":"))
                append(json: value)
                mark = ","
            }
            append(UInt8(ascii: "}"))
            separator = ","
        }
        append(UInt8(ascii: "]"))
    }

    /// Appends a JSON string that may stand in a script element: nothing in it ends the element or begins a comment.
    mutating func append(json text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case UInt8(ascii: "<"): append(contentsOf: "\\u003C".utf8)
            case 0x0A: append(contentsOf: "\\n".utf8)
            case ..<0x20: append(contentsOf: "\\u00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16))".utf8)
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}
