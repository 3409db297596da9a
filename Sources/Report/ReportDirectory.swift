import Files
package import Journal
import Model
import SystemPackage

/// Writes the report of a job as a directory that is complete or not there at all.
package struct ReportDirectory: Sendable {
    package let path: String
    private let linesOnPage: Int
    private let onNotice: @Sendable (ReportNotice) -> Void

    /// Names the directory; nothing is written yet.
    ///
    /// `linesOnPage` is the most lines that the page carries: with more, a browser on an old notebook is no longer quick,
    /// and the page has only those that need a person. `onNotice` gets what is worth saying when an older report is
    /// replaced.
    package init(
        at path: String, linesOnPage: Int = 100_000, onNotice: @escaping @Sendable (ReportNotice) -> Void = { _ in }
    ) {
        self.linesOnPage = linesOnPage
        self.onNotice = onNotice
        self.path = FilePath(path).string
    }

    /// Whether a report is there, and nothing else in its directory.
    package var isReport: Bool { AtomicDirectory(path: path).isReport }

    /// Finds out whether the report can be written, before a job begins whose end it is.
    package func check() throws {
        try AtomicDirectory(path: path, onNotice: onNotice).check()
    }

    /// Hands over a name beside the directory for a journal that is put together for this report alone.
    package func withPlaceForParts<Value>(_ body: (String) throws -> Value) throws -> Value {
        try AtomicDirectory(path: path, onNotice: onNotice).withPlaceForParts(body)
    }

    /// Adds the journal up and writes every file of the report.
    ///
    /// - Throws: `ReportError`, or what the journal throws; an older report then stays as it was.
    @discardableResult
    ///
    /// `isRunning` says that a run is working on the journal meanwhile.
    package func write(_ journal: Journal, isRunning: Bool = false) throws -> Reconciliation {
        try write(journal, isRunning: isRunning) { $1 }
    }

    /// The same, with what `body` reads from the journal at the moment of the report.
    package func write<Value>(
        _ journal: Journal, isRunning: Bool = false, reading body: (JournalSnapshot, Reconciliation) throws -> Value
    ) throws -> Value {
        try AtomicDirectory(path: path, onNotice: onNotice).write { folder in
            try journal.snapshot { try body($0, fill(folder, from: $0, isRunning: isRunning)) }
        }
    }

    private func fill(
        _ folder: HeldFolder, from journal: JournalSnapshot, isRunning: Bool
    ) throws -> Reconciliation {
        var reconciliation = try Reconciliation(of: journal)
        reconciliation.isRunning = isRunning
        let page = folder.place("report.html")
        var lines = try PageLines(
            of: reconciliation.balance.linesAccounted, limit: linesOnPage, spoolingAt: page)
        var files = try writeTables(journal, in: folder, checking: &reconciliation, noting: &lines)
        if let contacts = try ContactsJournal(readingBeside: journal.path) {
            reconciliation.contacts = try ContactCounts(contacts)
            var table = try CSVFile(creating: folder.place("contacts.csv"), .neutral, header: ContactTable.header)
            try contacts.forEachPair { try table.add(ContactTable.cells($0)) }
            files["contacts.csv"] = try table.finish()
            try contacts.close()
        }
        let progress = try journal.progress(runs: ProgressChart.runs, slices: ProgressChart.slices)
        files["report.html"] = try HTMLReport(reconciliation, progress).write(to: page, with: &lines)
        try AtomicDirectory.writeFile(
            JSONReport(reconciliation, files: files).encoded(), "report.json", in: folder)
        return reconciliation
    }

    /// The tables, each row of the journal once; what they hold counts for the balance too.
    private func writeTables(
        _ journal: JournalSnapshot, in folder: HeldFolder, checking reconciliation: inout Reconciliation,
        noting page: inout PageLines
    ) throws -> [String: ReportedFile] {
        var lines = try CSVFile(creating: folder.place("lines.csv"), .neutral, header: LineTable.header)
        var unsettled = try CSVFile(creating: folder.place("unsettled.csv"), .exact, header: UnsettledTable.header)
        try journal.forEachLine { row in
            try lines.add(LineTable.cells(row))
            if !row.outcome.isWell {
                try unsettled.add(UnsettledTable.cells(row))
            }
            try page.add(row)
        }
        var operations = try CSVFile(creating: folder.place("operations.csv"), .neutral, header: OperationTable.header)
        try journal.forEachOperation { try operations.add(OperationTable.cells($0)) }
        var emptied = try CSVFile(creating: folder.place("emptied-visitors.csv"), .neutral, header: EmptiedTable.header)
        if reconciliation.emptiedVisitors > 0 { try journal.forEachEmptied { try emptied.add(EmptiedTable.cells($0)) } }
        reconciliation.balance.check(lines: lines.rows, operations: operations.rows)
        return [
            "lines.csv": try lines.finish(), "unsettled.csv": try unsettled.finish(),
            "operations.csv": try operations.finish(), "emptied-visitors.csv": try emptied.finish(),
        ]
    }
}
