import Model

/// Why a file cannot be an export of visitors as it is, and what makes one of it.
package enum VisitorFileTrouble: Equatable, Sendable {
    /// One array that holds the objects.
    case array(name: String)
    /// Objects of several lines.
    case spread(name: String)
    /// One object a line, read as CSV.
    case lines(name: String)
    /// CSV, read as one object a line.
    case csv(name: String)
    /// Objects without a key for the id; `list` is one that holds objects.
    case noID(keys: [String], list: String?, name: String)

    /// What the first line of a file gives away; `line` is `nil` if it is too long to be one.
    init?(firstByte: UInt8?, line: ArraySlice<UInt8>?, format: MappingFormat, name: String) {
        let text = line?.filter { $0 != .space && $0 != .tab }
        let isObject = line.map { JSONValidator.shape(of: $0.span) != .broken } ?? false
        switch (firstByte, format) {
        case (UInt8(ascii: "["), .jsonl): self = .array(name: name)
        // Some databases put brackets around the names of columns.
        case (UInt8(ascii: "["), .csv) where text.map { $0.count < 2 || $0[1] == UInt8(ascii: "{") } ?? true:
            self = .array(name: name)
        case (UInt8(ascii: "{"), _) where text?.last.map { ",{[".utf8.contains($0) } ?? false:
            self = .spread(name: name)
        case (UInt8(ascii: "{"), .csv) where isObject: self = .lines(name: name)
        case (_, .jsonl) where firstByte != UInt8(ascii: "{") && Self.hasIDColumn(line): self = .csv(name: name)
        default: return nil
        }
    }

    private static func hasIDColumn(_ line: ArraySlice<UInt8>?) -> Bool {
        guard let line else { return false }
        return Delimiter.allCases.contains { delimiter in
            line.split(separator: delimiter.byte).contains { name in
                let name = TrimmedField(name.filter { $0 != .quote }[...]).text
                return if case .id = VisitorField(named: name, custom: []) { true } else { false }
            }
        }
    }
}

extension VisitorFileTrouble: CustomStringConvertible {
    package var description: String {
        switch self {
        case .array(let name):
            "\(Self.title(name)) is a JSON array, and one object a line is wanted. \(Self.conversion(".[]", name))"
        case .spread(let name):
            "\(Self.title(name)) has JSON objects of several lines, and one object a line is wanted. "
                + Self.conversion(".", name)
        case .lines(let name): "\(Self.title(name)) looks like JSON, one object a line. Add --format jsonl."
        case .csv(let name): "\(Self.title(name)) looks like CSV. Add --format csv."
        case .noID(let keys, let list, let name): Self.sentence(keys, list, name)
        }
    }

    private static func sentence(_ keys: [String], _ list: String?, _ name: String) -> String {
        let problem =
            "The objects in \(name == "-" ? "standard input" : name) have no key for the id of a visitor (_id, id or "
            + "visitor_id). Their keys are \(keys.listedForPerson)."
        if let list {
            return "\(problem) \(list.quotedForPerson) holds objects, and one of them a line is wanted. "
                + conversion("\(path(of: list))[]", name)
        }
        guard let likely = keys.first(where: { $0.lowercased().contains("id") }) ?? keys.first else { return problem }
        return "\(problem) If \(likely.quotedForPerson) holds the id, call it _id. "
            + conversion("._id = \(path(of: likely))", name)
    }

    private static func title(_ name: String) -> String { name == "-" ? "Standard input" : name }

    private static func conversion(_ filter: String, _ name: String) -> String {
        let filter = filter.quotedForShell
        guard name != "-" else { return "Send it through jq -c \(filter) first." }
        let stem = [".jsonl", ".ndjson", ".json", ".csv", ".tsv"].first { name.lowercased().hasSuffix($0) }
            .map { String(name.dropLast($0.count)) }
        let lines = (stem ?? name) + ".lines.jsonl"
        return "This makes it: jq -c \(filter) \(name.fileForShell) > \(lines.fileForShell)"
    }

    /// A key as jq is given it.
    private static func path(of key: String) -> String {
        let isPlain = !key.isEmpty && key.utf8.allSatisfy { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }
        let escaped = key.escaped { $0 == "\\" || $0 == "\"" ? "\\\($0)" : nil }
        return isPlain ? ".\(key)" : ".[\"\(escaped)\"]"
    }
}

/// The keys of objects without an id, until one with an id comes.
struct KeysWithoutID {
    /// Objects that are looked at.
    static let most = 10

    private(set) var objects = 0
    private(set) var keys: [String] = []
    /// A key that holds a list of objects, such as in the answer of a server.
    private(set) var list: String?

    mutating func add(_ document: RawJSON) throws(RawJSON.Flaw) {
        objects += 1
        try document.forEachMember { (key, value) throws(RawJSON.Flaw) in
            let name = String(decoding: key, as: UTF8.self)
            if keys.count <= MappingNotes.namesKept, !keys.contains(name) { keys.append(name) }
            guard list == nil, value.kind == .array else { return }
            var holdsObjects = false
            try value.forEachElement { (element) throws(RawJSON.Flaw) in
                holdsObjects = holdsObjects || element.kind == .object
            }
            if holdsObjects { list = name }
        }
    }
}
