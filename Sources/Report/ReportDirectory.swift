package import Journal
import Model

/// Writes the report of a job as a directory that is complete or not there at all.
package struct ReportDirectory: Sendable {
    package let path: String
    private let linesOnPage: Int
    private let onKept: @Sendable (String) -> Void

    /// Names the directory; nothing is written yet.
    ///
    /// `linesOnPage` is the most lines that the page carries: with more, a browser on an old notebook is no longer quick,
    /// and the page has only those that need a person. `onKept` is told where a file went that somebody had corrected in
    /// an older report.
    package init(
        at path: String, linesOnPage: Int = 100_000, onKept: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.linesOnPage = linesOnPage
        self.onKept = onKept
        // What is written aside goes beside the directory, not into it.
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") {
            path.removeLast()
        }
        self.path = String(path)
    }

    /// Whether a report is there, and nothing else in its directory.
    package var isReport: Bool { AtomicDirectory(path: path).isReport }

    /// Finds out whether the report can be written, before a job begins whose end it is.
    package func check() throws {
        try AtomicDirectory(path: path).check()
    }

    /// Adds the journal up and writes every file of the report.
    ///
    /// - Throws: `ReportError`, or what the journal throws; an older report then stays as it was.
    @discardableResult
    package func write(_ journal: Journal) throws -> Reconciliation {
        try AtomicDirectory(path: path, onKept: onKept).write { folder in
            var reconciliation = try Reconciliation(of: journal)
            let page = folder + "/report.html"
            var lines = try PageLines(
                of: reconciliation.balance.linesAccounted, limit: linesOnPage, spoolingAt: page)
            var files = try writeTables(journal, in: folder, checking: &reconciliation, noting: &lines)
            let progress = try journal.progress(runs: ProgressChart.runs, slices: ProgressChart.slices)
            files["report.html"] = try HTMLReport(reconciliation, progress).write(to: page, with: &lines)
            try AtomicDirectory.writeFile(
                JSONReport(reconciliation, files: files).encoded(), "report.json", in: folder)
            return reconciliation
        }
    }

    /// The tables, each row of the journal once; what they hold counts for the balance too.
    private func writeTables(
        _ journal: Journal, in folder: String, checking reconciliation: inout Reconciliation,
        noting page: inout PageLines
    ) throws -> [String: ReportedFile] {
        var lines = try CSVFile(creating: folder + "/lines.csv", .neutral, header: LineTable.header)
        var unsettled = try CSVFile(creating: folder + "/unsettled.csv", .exact, header: UnsettledTable.header)
        try journal.forEachLine { row in
            try lines.add(LineTable.cells(row))
            if !row.outcome.isWell {
                try unsettled.add(UnsettledTable.cells(row))
            }
            try page.add(row)
        }
        var operations = try CSVFile(creating: folder + "/operations.csv", .neutral, header: OperationTable.header)
        try journal.forEachOperation { try operations.add(OperationTable.cells($0)) }
        var emptied = try CSVFile(creating: folder + "/emptied-visitors.csv", .neutral, header: EmptiedTable.header)
        try journal.forEachEmptied { try emptied.add(EmptiedTable.cells($0)) }
        reconciliation.balance.check(lines: lines.rows, operations: operations.rows)
        return [
            "lines.csv": try lines.finish(), "unsettled.csv": try unsettled.finish(),
            "operations.csv": try operations.finish(), "emptied-visitors.csv": try emptied.finish(),
        ]
    }
}
