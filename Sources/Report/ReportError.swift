import Files
import SystemPackage

/// What keeps a report from being written.
package struct ReportError: Error, Sendable, Equatable, CustomStringConvertible {
    let error: FileError

    package var path: String { error.path }
    package var isDiskFull: Bool { error.isDiskFull }
    /// True if the disk failed rather than that the place is unsuitable.
    package var isDiskFailure: Bool { error.isDiskFailure }

    /// Takes the reason from the failed system call.
    init(path: String) {
        self.init(FileError(path, .last))
    }

    init(path: String, why: String) {
        self.init(FileError(path, why: why))
    }

    init(_ error: FileError) {
        self.error = error
    }

    var why: String { error.why }

    /// The path as the end of a sentence's beginning; some paths are no words.
    private var place: String {
        switch path {
        case "": ""
        case ".", "./": " into this folder (\(path))"
        case "..", "../": " into the folder above (\(path))"
        default: " \(path)"
        }
    }

    package var description: String {
        error.folderFault.map { "\($0)" }
            ?? "Cannot write the report\(place): \(why). Everything that was done is in the journal. Name another directory with "
            + "--report, here or for: visitor-merge report JOURNAL"
    }
}
