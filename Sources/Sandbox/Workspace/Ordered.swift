/// A record that lists can be sorted by.
protocol Sortable: Sendable {
    var id: String { get }
    /// ISO 8601 with milliseconds.
    var ts: String { get }
    /// The text to compare for a field; the same for all records when the field does not exist.
    func sortKey(_ field: String) -> String
}

/// Records by id, that also know their order by time.
///
/// The order is worked out when it is first asked for and lives until a record comes or goes, so that a sweep over
/// 100,000 rooms sorts once and not once for each page.
struct Ordered<Record: Sortable>: Sendable {
    private let isListed: @Sendable (Record) -> Bool
    private var records: [String: Record] = [:]
    private var oldestFirst: [String]?

    /// - Parameter isListed: Which records appear in lists; must not change while a record is there.
    init(listing isListed: @escaping @Sendable (Record) -> Bool) {
        self.isListed = isListed
    }

    var count: Int { records.count }

    /// The record with that id.
    ///
    /// A replacement must keep its `ts`.
    subscript(id: String) -> Record? {
        get { records[id] }
        set {
            if (newValue == nil) != (records[id] == nil) { oldestFirst = nil }
            records[id] = newValue
        }
    }

    /// Changes a record in place; `nil` when there is none.
    mutating func update<Value>(_ id: String, _ change: (inout Record) -> Value) -> Value? {
        guard let index = records.index(forKey: id) else { return nil }
        return change(&records.values[index])
    }

    /// All records in no particular order.
    var values: some Sequence<Record> { records.values }

    /// A page of the listed records, or only of those a test lets through.
    mutating func slice(_ page: Page, where test: ((Record) -> Bool)?, _ json: (Record) -> JSON) -> Page.Slice {
        var ids = idsOldestFirst()
        if let test { ids = ids.filter { records[$0].map(test) ?? false } }
        return slice(page, ofOldestFirst: ids, json)
    }

    /// A page of a few records only.
    func slice(_ page: Page, of ids: some Sequence<String>, _ json: (Record) -> JSON) -> Page.Slice {
        slice(page, ofOldestFirst: Self.oldestFirst(ids.compactMap { records[$0] }.filter(isListed)), json)
    }

    private func slice(_ page: Page, ofOldestFirst ids: [String], _ json: (Record) -> JSON) -> Page.Slice {
        func row(_ id: String) -> JSON? { records[id].map(json) }
        guard let first = page.sort.first else { return page.cut(ids, row) }
        if first.field == "ts" { return first.isAscending ? page.cut(ids, row) : page.cut(ids.reversed(), row) }
        return page.cut(ids.compactMap { records[$0] }.sorted(by: page.sorts(_:before:)), json)
    }

    private mutating func idsOldestFirst() -> [String] {
        if let oldestFirst { return oldestFirst }
        let ids = Self.oldestFirst(records.values.filter(isListed))
        oldestFirst = ids
        return ids
    }

    private static func oldestFirst(_ records: [Record]) -> [String] {
        records.map { ($0.ts, $0.id) }.sorted { $0 < $1 }.map { $0.1 }
    }
}
