/// A record that lists can be sorted by.
protocol Sortable: Sendable {
    var id: String { get }
    /// ISO 8601 with milliseconds.
    var ts: String { get }
    /// The text to compare for a field; the same for all records when the field does not exist.
    func sortKey(_ field: String) -> String
}

/// Records by id, that also know their order by time and by id.
///
/// An order is worked out when it is first asked for and lives until a record comes or goes, so that a sweep over
/// 100,000 rooms sorts once and not once for each page.
struct SortedStore<Record: Sortable>: Sendable {
    /// An order that no two records share a place in, and that no change to a record alters.
    private enum Order: Hashable {
        case oldestFirst
        case byID
    }

    private let isListed: @Sendable (Record) -> Bool
    private var records: [ExactText: Record] = [:]
    private var orders: [Order: [String]] = [:]

    /// - Parameter isListed: Which records appear in lists; must not change while a record is there.
    init(listing isListed: @escaping @Sendable (Record) -> Bool) {
        self.isListed = isListed
    }

    var count: Int { records.count }

    /// The record with that id.
    ///
    /// A replacement must keep its `ts`.
    subscript(id: String) -> Record? {
        get { records[ExactText(id)] }
        set {
            let key = ExactText(id)
            if (newValue == nil) != (records[key] == nil) { orders = [:] }
            records[key] = newValue
        }
    }

    /// Changes a record in place; `nil` when there is none.
    mutating func update<Value>(_ id: String, _ change: (inout Record) -> Value) -> Value? {
        guard let index = records.index(forKey: ExactText(id)) else { return nil }
        return change(&records.values[index])
    }

    /// All records in no particular order.
    var values: some Sequence<Record> { records.values }

    /// A page of the listed records, or only of those a test lets through.
    mutating func slice(_ page: Page, where test: ((Record) -> Bool)?, _ json: (Record) -> JSON) -> Page.Slice {
        let order: Order = page.sort.first?.field == "_id" ? .byID : .oldestFirst
        var ids = self.ids(in: order)
        if let test { ids = ids.filter { self[$0].map(test) ?? false } }
        return slice(page, of: ids, in: order, json)
    }

    /// A page of a few records only.
    func slice(_ page: Page, of ids: some Sequence<String>, _ json: (Record) -> JSON) -> Page.Slice {
        let few = ids.compactMap { self[$0] }.filter(isListed)
        return slice(page, of: Self.sorted(few, in: .oldestFirst), in: .oldestFirst, json)
    }

    private func slice(_ page: Page, of ids: [String], in order: Order, _ json: (Record) -> JSON) -> Page.Slice {
        func row(_ id: String) -> JSON? { self[id].map(json) }
        guard let first = page.sort.first else { return page.cut(ids, row) }
        switch (first.field, order) {
        case ("ts", .oldestFirst), ("_id", .byID):
            return first.isAscending ? page.cut(ids, row) : page.cut(ids.reversed(), row)
        default:
            return page.cut(ids.compactMap { self[$0] }.sorted(by: page.sorts(_:before:)), json)
        }
    }

    private mutating func ids(in order: Order) -> [String] {
        if let ids = orders[order] { return ids }
        let ids = Self.sorted(records.values.filter(isListed), in: order)
        orders[order] = ids
        return ids
    }

    private static func sorted(_ records: [Record], in order: Order) -> [String] {
        switch order {
        case .oldestFirst: records.map { ($0.ts, $0.id) }.sorted { $0 < $1 }.map { $0.1 }
        case .byID: records.map(\.id).sorted()
        }
    }
}
