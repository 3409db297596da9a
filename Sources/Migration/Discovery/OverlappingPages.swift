/// The position in a list that is read in pages, and the rule that decides whether a page joins the entries before it.
///
/// The server cuts pages for each call, so entries that come or go between two calls shift the others (TheReads,
/// "Paging").
/// In an order that never changes, an entry that comes pushes others to later pages, where they are met again; an entry
/// that goes pulls others to earlier pages, where they would be skipped. Each page therefore begins with the last entry
/// of the page before. If its first entry is not known, entries may be missing before it, and the reading steps back.
package struct OverlappingPages: Sendable, Equatable {
    /// What to do with a page.
    package enum Verdict: Sendable, Equatable {
        case take
        /// Take it: the list is at its end.
        case takeLast
        /// Drop it, and read from the new ``OverlappingPages/offset``.
        case stepBack
        /// The server keeps sending what it sent before.
        case goesInCircles
    }

    /// The server gives no more entries a page (TheReads, "Paging").
    package static let pageSize = 100

    /// Where the next page begins.
    package private(set) var offset: Int
    /// The page before had an entry to spare that the next one begins with.
    private var overlaps: Bool
    /// How far the next step back leads: as far as a page, and twice as far as the one before.
    private var step = OverlappingPages.pageSize
    /// Since a new entry was met: entries that were known already, and how many of them are due to steps back.
    private var (known, expected) = (0, 0)
    /// Steps back since a new entry was met.
    private var stepsBack = 0

    /// Many more than lead from the end of the longest list to its beginning.
    private static let mostStepsBack = 50

    /// `offset` is where the next page of an interrupted reading begins.
    package init(resumingAt offset: Int = 0) {
        self.offset = offset
        overlaps = offset > 0
    }

    /// The calls that reading a list of so many entries takes while it stays as it is.
    package static func calls(forEntries count: Int) -> Int {
        max((count + pageSize - 3) / (pageSize - 1), 1)
    }

    /// Judges the page that was read at ``offset``.
    ///
    /// - Parameters:
    ///   - count: how many entries it has.
    ///   - total: how many entries the server says that the whole list has.
    ///   - isFirstKnown: whether its first entry was read before.
    ///   - news: how many of its entries were not read before.
    ///   - knownBefore: how many were read before altogether: however many entries come and push others to later pages,
    ///     no more than those are met again.
    /// - Returns: what to do with the page.
    package mutating func judge(
        count: Int, total: Int, isFirstKnown: Bool, news: Int, knownBefore: Int
    ) -> Verdict {
        if count == 0, offset == 0 || (!overlaps && offset >= total) { return .takeLast }
        if overlaps, count == 0 || !isFirstKnown { return stepBack() }
        if offset + count >= total { return .takeLast }
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
