import RocketChat

/// Where the reading of a list in pages stands, and whether a page joins what was read before it.
///
/// Pages are cut anew for each call (contract 8.1). In an order that never changes, somebody who comes pushes others to
/// later pages, which is seen as entries that are known already; somebody who goes pulls them to earlier ones, which
/// would be a gap. Each page is therefore asked for from the last entry of the one before: if its first entry is not
/// known, something may be missing before it, and it is read again from further up.
struct VisitorPaging: Sendable, Equatable {
    /// What to do with a page.
    enum Verdict: Equatable {
        case take
        /// Take it: the list is at its end.
        case takeLast
        /// Drop it, and read from the new ``VisitorPaging/offset``.
        case stepBack
        /// The server keeps sending what it sent before.
        case goesInCircles
    }

    /// The server gives no more a page (contract 8.1).
    static let pageSize = 100

    /// Where the next page begins.
    private(set) var offset: Int
    /// The page before had an entry to spare that the next one begins with.
    private var overlaps: Bool
    /// How far the next step back leads: as far as a page, and twice as far as the one before.
    private var step = VisitorPaging.pageSize
    /// Since somebody new was met: entries that were known already, and how many of them are due to steps back.
    private var (known, expected) = (0, 0)
    /// Steps back since somebody new was met.
    private var stepsBack = 0

    /// Many more than lead from the end of the longest list to its beginning.
    private static let mostStepsBack = 50

    /// A reading that goes on where a process that is gone had come to.
    init(resumingAt offset: Int = 0) {
        self.offset = offset
        overlaps = offset > 0
    }

    /// Judges the page that was read at ``offset``.
    ///
    /// `news` is how many of its visitors were not known, `knownBefore` how many were known altogether: however many
    /// come and push others to later pages, no more than those are met again.
    mutating func judge(_ page: VisitorPage, isFirstKnown: Bool, news: Int, knownBefore: Int) -> Verdict {
        let count = page.visitors.count
        if count == 0, offset == 0 || (!overlaps && offset >= page.total) { return .takeLast }
        if overlaps, count == 0 || !isFirstKnown { return stepBack() }
        if offset + count >= page.total { return .takeLast }
        if news > 0 { (known, expected, stepsBack) = (0, 0, 0) }
        known += count - news
        guard count > 0, known <= knownBefore + expected + 2 * Self.pageSize else { return .goesInCircles }
        offset += max(count - 1, 1)
        overlaps = count > 1
        step = count
        return .take
    }

    private mutating func stepBack() -> Verdict {
        stepsBack += 1
        guard stepsBack <= Self.mostStepsBack else { return .goesInCircles }
        expected += step
        offset = max(0, offset - step)
        overlaps = offset > 0
        step *= 2
        return .stepBack
    }
}
