import FoundationEssentials

/// One line of JSON: an object of which three values matter.
struct JSONLine {
    private(set) var text = RecordText()
    /// Why the line is malformed.
    private(set) var flaw: String?
    /// The keys that were not read.
    private(set) var ignored: [String] = []

    /// Reads a line; whatever is wrong with it is a flaw, never an error.
    init(_ bytes: ArraySlice<UInt8>, hasHighBytes: Bool, rules: ColumnRules, decoder: JSONDecoder) {
        if hasHighBytes, String(validating: bytes, as: UTF8.self) == nil {
            flaw = "not UTF-8"
            return
        }
        switch JSONOutline.shape(of: bytes.span) {
        case .tooDeep: flaw = "nested more than \(JSONOutline.deepest) levels deep"
        case .broken: flaw = bytes.contains(0) ? "not JSON: a zero byte" : "not JSON"
        case .other: flaw = "not a JSON object"
        case .object(let members): read(bytes, members: members, rules: rules, decoder: decoder)
        }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, members count: Int, rules: ColumnRules, decoder: JSONDecoder)
    {
        do {
            let members = try decoder.decode(Members.self, from: Data(bytes), configuration: rules)
            text = members.text
            ignored = members.ignored
            flaw = members.count < count ? "the same key twice" : members.flaw
        } catch {
            flaw = "not JSON"
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
