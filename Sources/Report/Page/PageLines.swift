import Files
import Journal
import Model

/// What the page says of single lines, gathered while they pass: a few in memory, the others in a spool.
struct PageLines: ~Copyable {
    /// Lines with one outcome for one reason.
    struct Group: Hashable {
        var outcome: LineOutcome
        var reason: ReasonCode?
    }

    /// More than can be read on paper.
    static let staticLimit = 300

    /// The first lines that need a person, for paper and for browsers without script.
    private(set) var needingPerson: [PageLine] = []
    private(set) var groups: [Group: Int] = [:]
    var embedded: PageData

    /// For `total` lines; when they are more than `limit`, the page carries those alone that need a person.
    init(of total: Int, limit: Int, spoolingAt place: Place) throws(ReportError) {
        embedded = try PageData(of: total, limit: limit, spoolingAt: place)
    }

    mutating func add(_ row: LineRow) throws(ReportError) {
        groups[Group(outcome: row.outcome, reason: row.reason), default: 0] += 1
        let isStatic = row.outcome.needsPerson && needingPerson.count < Self.staticLimit
        guard isStatic || embedded.takes(row.outcome) else { return }
        let line = PageLine(row)
        if isStatic {
            needingPerson.append(line)
        }
        try embedded.add(line)
    }
}
