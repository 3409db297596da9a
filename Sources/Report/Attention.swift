import Journal
import Model

/// The first lines that are not settled well, for the views that cannot show all of them.
struct Attention {
    /// More belong in a table of their own: `unsettled.csv` has them all.
    static let bound = 1000

    private var forPerson: [LineRow] = []
    private var forLater: [LineRow] = []
    private(set) var count = 0

    /// Those that need a person first, each kind in file order.
    var lines: [LineRow] { Array((forPerson + forLater).prefix(Self.bound)) }

    mutating func add(_ line: LineRow) {
        count += 1
        if line.outcome.needsPerson {
            if forPerson.count < Self.bound { forPerson.append(line) }
        } else if forLater.count < Self.bound {
            forLater.append(line)
        }
    }
}
