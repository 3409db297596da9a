/// Which part of a list is asked for (TheReads, "Paging").
struct Page: Sendable {
    /// A field with its direction.
    struct SortKey: Sendable, Equatable {
        let field: String
        let isAscending: Bool
    }

    /// What a list answers: a page and how many there are in all.
    struct Slice {
        let elements: [JSON]
        let offset: Int
        let total: Int

        /// The members of the answer, the elements under their own name first.
        func json(_ name: String) -> JSON {
            .object([
                JSON.Member(key: name, value: .array(elements)),
                JSON.Member(key: "count", value: .integer(elements.count)),
                JSON.Member(key: "offset", value: .integer(offset)),
                JSON.Member(key: "total", value: .integer(total)),
                JSON.Member(key: "success", value: true),
            ])
        }
    }

    private static let defaultCount = 50
    private static let greatestCount = 100
    private static let newestFirst = [SortKey(field: "ts", isAscending: false)]

    /// The most elements; `nil` for all of them.
    let count: Int?
    let offset: Int
    let sort: [SortKey]

    init(query: JSON) throws(APIError) {
        let asked = Self.number(query["count"]) ?? Self.defaultCount
        // API_Allow_Infinite_Count is on by default: 0 asks for everything.
        count = asked == 0 ? nil : Int(min(asked.magnitude, UInt(Self.greatestCount)))
        offset = max(0, Self.number(query["offset"]) ?? 0)
        sort = try query["sort"]?.string.map(Self.sortKeys) ?? Self.newestFirst
    }

    private static func number(_ value: JSON?) -> Int? {
        value?.string.flatMap(Double.init).flatMap { Int(exactly: $0.rounded(.towardZero)) }
    }

    private static func sortKeys(_ text: String) throws(APIError) -> [SortKey] {
        let refusal = APIError.coded("error-invalid-sort", reason: "Invalid sort parameter provided: \"\(text)\"")
        let value: JSON
        do {
            value = try JSONParser.parse(text.utf8)
        } catch {
            throw refusal
        }
        guard case .object(let members) = value else { throw refusal }
        var keys: [SortKey] = []
        for member in members {
            guard let direction = member.value.int, [1, -1].contains(direction) else { throw refusal }
            keys.append(SortKey(field: member.key, isAscending: direction == 1))
        }
        return keys
    }

    /// The page of what is sorted already.
    func cut<Records: RandomAccessCollection>(_ sorted: Records, _ json: (Records.Element) -> JSON?) -> Slice {
        let rest = sorted.dropFirst(offset)
        return Slice(elements: rest.prefix(count ?? rest.count).compactMap(json), offset: offset, total: sorted.count)
    }

    /// Whether one record comes before another.
    func sorts<Record: Sortable>(_ left: Record, before right: Record) -> Bool {
        for key in sort {
            let keys = (left.sortKey(key.field), right.sortKey(key.field))
            if keys.0 != keys.1 { return key.isAscending ? keys.0 < keys.1 : keys.0 > keys.1 }
        }
        return false
    }
}
