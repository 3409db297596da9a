import Model

// How exports of databases and spreadsheets write single values.

extension Timestamp {
    /// Reads ISO 8601, or the time since 1970 in seconds (10 digits), milliseconds (13), microseconds (16) or
    /// nanoseconds (19); `nil` for anything else, such as a date whose day and month cannot be told apart.
    init?(exported text: String) {
        if let instant = Timestamp(iso8601: text) {
            self = instant
            return
        }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count > 1 ? Array(parts[1]) : [UInt8(ascii: "0")]
        guard parts[0].first != UInt8(ascii: "0"), parts[0].allSatisfy(Self.isDigit), !fraction.isEmpty,
            fraction.allSatisfy(Self.isDigit), let whole = Int64(String(decoding: parts[0], as: UTF8.self))
        else { return nil }
        switch parts[0].count {
        case 10:
            let thousandths = (fraction + [48, 48]).prefix(3).reduce(0) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
            self.init(milliseconds: whole * 1000 + thousandths)
        case 13: self.init(milliseconds: whole)
        case 16: self.init(milliseconds: whole / 1000)
        case 19: self.init(milliseconds: whole / 1_000_000)
        default: return nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}

extension String {
    /// A whole number that is not negative, perhaps with zeros behind a point.
    var exportedCount: Int? {
        let parts = utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count > 1 {
            guard !parts[1].isEmpty, parts[1].allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
        }
        guard parts[0].allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
        return Int(String(decoding: parts[0], as: UTF8.self))
    }

    /// True and false as databases and spreadsheets write them.
    var exportedTruth: Bool? {
        switch lowercased() {
        case "true", "t", "yes", "y", "on", "1", "1.0": true
        case "false", "f", "no", "n", "off", "0", "0.0": false
        default: nil
        }
    }

    /// Without the apostrophe that keeps a spreadsheet from running a cell as a formula.
    var withoutGuard: String {
        guard utf8.first == UInt8(ascii: "'"), let next = utf8.dropFirst().first, "=+-@".utf8.contains(next)
        else { return self }
        return String(dropFirst())
    }

    /// The value without what an export wraps around it: the apostrophe or `="…"` that keep a spreadsheet from
    /// interpreting a cell, `ObjectId("…")`, `ISODate("…")` and their like of the mongo shell.
    var unwrapped: String {
        let text = withoutGuard
        let bytes = text.utf8
        guard bytes.count > 3, let last = bytes.last else { return text }
        if last == .quote, bytes.starts(with: "=\"".utf8) {
            return String(text.dropFirst(2).dropLast()).replacing("\"\"", with: "\"")
        }
        guard last == UInt8(ascii: ")"), let opening = bytes.firstIndex(of: UInt8(ascii: "(")) else { return text }
        var name = text[..<opening]
        if name.hasPrefix("new ") { name = name.dropFirst(4) }
        guard Self.shellConstructors.contains(String(name)) else { return text }
        var inside = text[bytes.index(after: opening)...].dropLast()
        if let quote = inside.utf8.first, quote == .quote || quote == UInt8(ascii: "'"), inside.utf8.count > 1,
            inside.utf8.last == quote
        {
            inside = inside.dropFirst().dropLast()
        }
        return String(inside)
    }

    private static let shellConstructors: Set = [
        "ObjectId", "ObjectID", "ISODate", "Date", "NumberLong", "NumberInt", "NumberDecimal", "Long", "Int32",
        "Double",
    ]
}
