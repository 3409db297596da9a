import Journal

/// The first lines that are not settled well, for the views that cannot show all of them.
struct Attention {
    /// More belong in a table of their own: `unsettled.csv` has them all.
    static let bound = 1000

    private(set) var lines: [LineRow] = []
    private(set) var count = 0

    mutating func add(_ line: LineRow) {
        count += 1
        if lines.count < Self.bound {
            lines.append(line)
        }
    }
}
