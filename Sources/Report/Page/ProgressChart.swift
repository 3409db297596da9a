import Journal
import Model

/// The operations settled over the time in which runs worked, as the curves of a chart of 1000 by 1000 units.
///
/// Pauses between runs are left out: a job is often an hour of work in each of many nights.
struct ProgressChart {
    /// More runs than this are too narrow to be told apart.
    static let runs = 24
    static let slices = 48
    private static let gap = 8.0
    private static let leastWidth = 12.0
    /// So narrow that its name would run into the next.
    private static let leastLabelled = 110.0

    struct Curve {
        var run: Int64
        var area: String
        var line: String
        /// Where the name of the run stands, in hundredths of the width.
        var centre: String
        var hasLabel: Bool
    }

    let title: String
    let runs: [Curve]
    let top: String
    let middle: String
    let from: String
    let until: String
    let caption: String

    /// `nil` when no run settled anything.
    init?(_ progress: [RunProgress], settled: Int, of total: Int, in job: ToldJob) {
        guard let first = progress.first, let last = progress.last, total > 0 else { return nil }
        let drawn = progress.reduce(0) { $0 + $1.settled.reduce(0, +) }
        let earlier = settled - drawn
        let places = spread(progress.map { Double($0.length) }, gap: Self.gap, least: Self.leastWidth)
        var height = earlier
        runs = zip(progress, places).map { run, place in
            Curve(
                run, from: &height, of: total, at: place,
                isLabelled: progress.count > 1 && place.width >= Self.leastLabelled)
        }
        title = job.isAudit ? "Rooms looked at" : "Rooms settled"
        top = counted(total, "room")
        middle = total % 2 == 0 ? (total / 2).grouped : ""
        from = first.from.brieflyInWords
        until = last.until.brieflyInWords
        caption = Self.caption(progress, settled: settled, earlier: earlier, total: total, in: job)
    }

    private static func caption(
        _ progress: [RunProgress], settled: Int, earlier: Int, total: Int, in job: ToldJob
    ) -> String {
        let work = duration(milliseconds: progress.reduce(0) { $0 + $1.length })
        let what = job.isAudit ? "looked at" : "settled"
        var sentence = "\(settled.grouped) of \(counted(total, "room")) \(what)"
        sentence += progress.count == 1 ? " in \(work)." : " in \(progress.count) runs, \(work) of work."
        if progress.count > 1 {
            sentence += " The pauses between the runs are left out."
        }
        if earlier > 0 {
            sentence += " The curve begins at \(earlier.grouped): they were \(what) before, or while planning."
        }
        return sentence
    }
}

extension ProgressChart.Curve {
    fileprivate init(
        _ progress: RunProgress, from height: inout Int, of total: Int, at place: (start: Double, width: Double),
        isLabelled: Bool
    ) {
        func y(_ count: Int) -> String { (1000 - 1000 * Double(count) / Double(total)).coordinate }
        var line = "M\(place.start.coordinate) \(y(height))"
        for (slice, count) in progress.settled.enumerated() {
            height += count
            let x = place.start + place.width * Double(slice + 1) / Double(progress.settled.count)
            line += "L\(x.coordinate) \(y(height))"
        }
        self.line = line
        area = line + "V1000H\(place.start.coordinate)Z"
        run = progress.run
        centre = ((place.start + place.width / 2) / 10).coordinate
        hasLabel = isLabelled
    }
}

extension RunProgress {
    /// Milliseconds of work.
    fileprivate var length: Int { Int(until.milliseconds - from.milliseconds) }
}
