import Model

/// What a file of JSON begins with that is not one object a line.
package enum JSONStart: Equatable, Sendable {
    /// One array that holds the objects.
    case array
    /// Objects that take several lines each.
    case spread
    /// Objects a line, in a file that is read as CSV.
    case lines
    /// CSV, in a file that is read as JSON.
    case csv
    /// JSON of which nothing is an object, such as an array of arrays.
    case noObjects

    /// The lines that are looked at, and the most bytes of them.
    private static let linesSeen = 10
    private static let bytesSeen = 64 * 1024

    /// Looks at the first lines of a file that is read as one object a line.
    ///
    /// - Returns: what they are instead, or `nil`: a bad line alone never stops a file.
    static func check(
        jsonLines records: inout RecordReader, name: String, rules: ColumnRules
    ) throws(MappingError) {
        let lines = try firstLines(of: &records)
        let shapes = lines.map { JSONValidator.shape(of: $0.span) }
        let objects = zip(lines, shapes).filter { if case .object = $0.1 { true } else { false } }.map(\.0)
        if let start = start(lines, hasObjects: !objects.isEmpty) { throw .json(start, name: name) }
        if let keys = foreignKeys(objects, among: lines.count, rules) { throw .foreignKeys(keys, name: name) }
        guard objects.isEmpty, shapes.allSatisfy({ $0 == .broken || $0 == .other }), let first = lines.first else {
            return
        }
        if shapes.contains(.other) { throw .json(.noObjects, name: name) }
        if let content = FileSignature.content(of: lines.joined()) { throw .foreignContent(content, name: name) }
        for delimiter in Delimiter.allCases {
            let names = first.split(separator: delimiter.byte).map {
                TrimmedField($0.filter { $0 != .quote }[...]).text
            }
            let places = rules.places(in: names)
            if places[.old]?.count == 1, places[.new]?.count == 1 { throw .json(.csv, name: name) }
        }
    }

    /// Looks at the first lines of a file that is read as CSV.
    static func check(csv records: inout RecordReader, name: String) throws(MappingError) {
        guard let byte = records.firstByte, byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") else { return }
        let lines = try firstLines(of: &records)
        if let start = start(lines, hasObjects: false) { throw .json(start, name: name) }
        guard let first = lines.first else { return }
        switch JSONValidator.shape(of: first.span) {
        case .object: throw .json(.lines, name: name)
        case .other: throw .json(.noObjects, name: name)
        case .tooDeep, .broken: break
        }
    }

    private static func start(_ lines: [ArraySlice<UInt8>], hasObjects: Bool) -> JSONStart? {
        guard let first = lines.first, let byte = first.first(where: { $0 != .space && $0 != .tab }) else { return nil }
        let isCutOff = JSONValidator.isCutOff(first.span)
        switch byte {
        case UInt8(ascii: "["):
            // With one element a line the last one would pass for an object of its own.
            if isCutOff { return .array }
            guard !hasObjects, JSONValidator.shape(of: first.span) == .other else { return nil }
            let inside = first.drop { $0 == .space || $0 == .tab }.dropFirst()
            return inside.first { $0 != .space && $0 != .tab } == UInt8(ascii: "{") ? .array : nil
        case UInt8(ascii: "{"): return isCutOff && !hasObjects && lines.count > 1 ? .spread : nil
        default: return nil
        }
    }

    /// The keys of the objects, if all lines are objects and none has a key for a visitor.
    private static func foreignKeys(
        _ objects: [ArraySlice<UInt8>], among count: Int, _ rules: ColumnRules
    ) -> [String]? {
        guard !objects.isEmpty, objects.count == count else { return nil }
        var keys: [String] = []
        for object in objects {
            var found: [String] = []
            do {
                try RawJSON(object).forEachMember { (key, _) throws(RawJSON.Flaw) in
                    found.append(try RawJSON.text(between: key))
                }
            } catch {
                return nil
            }
            let places = rules.places(in: found)
            guard !found.isEmpty, places[.old, default: []].isEmpty, places[.new, default: []].isEmpty else {
                return nil
            }
            for key in found where !keys.contains(where: { $0.hasSameBytes(as: key) }) { keys.append(key) }
        }
        return keys
    }

    /// The first lines that are not blank, each whole.
    private static func firstLines(of records: inout RecordReader) throws(MappingError) -> [ArraySlice<UInt8>] {
        let bytes = try records.peek(Self.bytesSeen)
        var lines = bytes.split { $0 == .lineFeed || $0 == .carriageReturn }
        // The last one may go on behind what was looked at.
        if bytes.count == Self.bytesSeen, lines.last?.endIndex == bytes.endIndex { lines.removeLast() }
        return Array(lines.filter { !$0.allSatisfy { $0 == .space || $0 == .tab } }.prefix(Self.linesSeen))
    }

    /// What the file is, and what makes of it what it should be.
    func sentence(_ name: String) -> String {
        let title = MappingError.title(name)
        switch self {
        case .array: return "\(title) is a JSON array, and one object a line is wanted. \(conversion("'.[]'", name))"
        case .spread:
            return
                "\(title) has JSON objects of several lines, and one object a line is wanted. \(conversion(".", name))"
        case .lines: return "\(title) looks like JSON, one object a line, and is read as CSV. Add --format jsonl."
        case .noObjects:
            return
                "\(title) is JSON without objects, and one object a line is wanted, such as "
                + #"{"old_visitor_id":"…","new_visitor_id":"…","room_id":"…"}."#
        case .csv: return "\(title) looks like CSV and is read as JSON, one object a line. Add --format csv."
        }
    }

    private func conversion(_ filter: String, _ name: String) -> String {
        guard name != "-" else { return "Send it through jq -c \(filter) first." }
        let stem = [".jsonl", ".ndjson", ".json", ".csv", ".tsv"].first { name.lowercased().hasSuffix($0) }
            .map { String(name.dropLast($0.count)) }
        return "This makes it: jq -c \(filter) \(name.fileForShell) > \(((stem ?? name) + ".lines.jsonl").fileForShell)"
    }
}
