import FoundationEssentials

/// One line of JSON: an object of which three values matter.
struct JSONLine {
    private(set) var text = RecordText()
    /// Why the line is malformed.
    private(set) var flaw: String?
    /// The keys that were not read.
    private(set) var ignored: [String] = []

    /// No person's line nests deeper, and a decoder that follows any nesting runs out of stack.
    static let deepest = 100

    /// Reads a line; whatever is wrong with it is a flaw, never an error.
    init(_ bytes: ArraySlice<UInt8>, hasHighBytes: Bool, rules: ColumnRules, decoder: JSONDecoder) {
        if hasHighBytes, String(validating: bytes, as: UTF8.self) == nil {
            flaw = "not UTF-8"
            return
        }
        let outline = Outline(bytes)
        guard !outline.hasZeroBytes else {
            // A decoder would take the line for UTF-16.
            flaw = "not JSON: a zero byte"
            return
        }
        guard outline.depth <= Self.deepest else {
            flaw = "nested more than \(Self.deepest) levels deep"
            return
        }
        do {
            let members = try decoder.decode(Members.self, from: Data(bytes), configuration: rules)
            text = members.text
            ignored = members.ignored
            flaw = members.count < outline.members ? "the same key twice" : members.flaw
        } catch DecodingError.typeMismatch, DecodingError.valueNotFound {
            flaw = "not a JSON object"
        } catch {
            flaw = "not JSON"
        }
    }

    /// What the decoder does not tell, or too late; only to be believed of a line that it accepts.
    private struct Outline {
        var depth = 0
        /// The members of the outermost object, equal keys counted each.
        var members = 0
        var hasZeroBytes = false

        init(_ bytes: ArraySlice<UInt8>) {
            var level = 0
            var isInString = false
            var isEscaped = false
            for byte in bytes {
                if byte == 0 { hasZeroBytes = true }
                if isInString {
                    if byte == .quote, !isEscaped { isInString = false }
                    isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                    continue
                }
                switch byte {
                case .quote: isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    level += 1
                    depth = max(depth, level)
                case UInt8(ascii: "}"), UInt8(ascii: "]"): level -= 1
                case UInt8(ascii: ":") where level == 1: members += 1
                default: break
                }
            }
        }
    }
}

/// The members of an object, read by the names that the mapping's columns have.
private struct Members: DecodableWithConfiguration {
    var text = RecordText()
    var flaw: String?
    var ignored: [String] = []
    let count: Int

    init(from decoder: any Decoder, configuration rules: ColumnRules) throws {
        let container = try decoder.container(keyedBy: AnyKey.self)
        // The decoder's order is that of a hash table; sorted, messages are the same every time.
        let keys = container.allKeys.sorted { $0.stringValue < $1.stringValue }
        count = keys.count
        let places = rules.places(in: keys.map(\.stringValue))
        for role in ColumnRole.allCases {
            read(places[role, default: []].map { keys[$0] }, as: role, from: container)
        }
        let used = Set(places.values.joined())
        ignored = keys.indices.filter { !used.contains($0) }.map { keys[$0].stringValue }
    }

    private mutating func read(_ keys: [AnyKey], as role: ColumnRole, from container: KeyedDecodingContainer<AnyKey>) {
        var values: [FieldText] = []
        for key in keys {
            do {
                let value = try container.decodeIfPresent(String.self, forKey: key) ?? ""
                values.append(FieldText(Array(value.utf8)[...]))
            } catch DecodingError.typeMismatch {
                flaw = flaw ?? "the value of \(key.stringValue.quotedForPerson) is not a string"
            } catch {
                flaw = flaw ?? "the value of \(key.stringValue.quotedForPerson) is no text"
            }
        }
        guard let value = values.first else { return }
        if values.contains(where: { $0.text != value.text }) {
            let names = keys.map(\.stringValue.quotedForPerson).joined(separator: " and ")
            flaw = flaw ?? "\(names) say different things"
        }
        switch role {
        case .old: text.old = value
        case .new: text.new = value
        case .room: text.room = value
        }
    }
}

/// A key of any name.
private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}
