import Glibc
package import Journal
import Model

/// Writes the report of a job as a directory that is complete or not there at all.
package struct ReportDirectory: Sendable {
    package let path: String

    package init(at path: String) {
        self.path = path
    }

    /// Builds the report aside and swaps it in; a report that was there before stays until then.
    ///
    /// - Throws: `ReportError`, or what the journal throws.
    @discardableResult
    package func write(_ journal: Journal) throws -> Reconciliation {
        let aside = path + ".writing"
        try removeDirectory(aside)
        guard unsafe mkdir(aside, 0o700) == 0 else { throw ReportError(path: path) }
        do {
            var reconciliation = try Reconciliation(of: journal)
            var attention = Attention()
            let files = try writeTables(journal, in: aside, checking: &reconciliation, noting: &attention)
            try writeFile(HTMLReport(reconciliation, attention).rendered(), "report.html", in: aside)
            try writeFile(JSONReport(reconciliation, files: files).encoded(), "report.json", in: aside)
            try sync(aside)
            try swapIn(aside)
            return reconciliation
        } catch {
            // The first error is the one to tell; a leftover is removed by the next report.
            try? removeDirectory(aside)
            throw error
        }
    }

    /// The tables, each row of the journal once; what they hold counts for the balance too.
    private func writeTables(
        _ journal: Journal, in folder: String, checking reconciliation: inout Reconciliation,
        noting attention: inout Attention
    ) throws -> [String: ReportedFile] {
        var lines = try CSVFile(creating: folder + "/lines.csv", .neutral, header: LineTable.header)
        var unsettled = try CSVFile(creating: folder + "/unsettled.csv", .exact, header: UnsettledTable.header)
        try journal.forEachLine { row in
            try lines.add(LineTable.cells(row))
            if !row.outcome.isWell {
                try unsettled.add(UnsettledTable.cells(row))
                attention.add(row)
            }
        }
        var operations = try CSVFile(creating: folder + "/operations.csv", .neutral, header: OperationTable.header)
        try journal.forEachOperation { try operations.add(OperationTable.cells($0)) }
        reconciliation.balance.check(lines: lines.rows, operations: operations.rows)
        return [
            "lines.csv": try lines.finish(), "unsettled.csv": try unsettled.finish(),
            "operations.csv": try operations.finish(),
        ]
    }

    private func writeFile(_ bytes: [UInt8], _ name: String, in folder: String) throws(ReportError) {
        let file = folder + "/" + name
        let descriptor = unsafe open(file, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ReportError(path: file) }
        defer { close(descriptor) }
        try writeAll(bytes, to: descriptor, path: file)
        guard fsync(descriptor) == 0 else { throw ReportError(path: file) }
    }

    private func sync(_ folder: String) throws(ReportError) {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReportError(path: folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw ReportError(path: folder) }
    }
}
