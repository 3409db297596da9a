import Glibc

/// What keeps a report from being written.
package struct ReportError: Error, Sendable, Equatable, CustomStringConvertible {
    package var path: String
    package var isDiskFull: Bool
    private(set) var why: String

    /// Takes the reason from the failed system call.
    init(path: String) {
        let number = errno
        self.path = path
        isDiskFull = number == ENOSPC || number == EDQUOT
        why = unsafe String(cString: strerror(number))
    }

    init(path: String, why: String) {
        self.path = path
        self.why = why
        isDiskFull = false
    }

    package var description: String {
        "Cannot write the report \(path): \(why). Everything that was done is in the journal. Name another directory with "
            + "--report, here or for: visitor-merge report JOURNAL"
    }
}
