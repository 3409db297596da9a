package import SystemPackage

/// Why a file or a folder could not be used.
package struct FileError: Error, Sendable, Equatable {
    package var path: String
    /// What the system says, or what is wrong with the place.
    package var why: String
    package var isDiskFull = false
    /// True if the disk failed rather than that the place is unsuitable.
    package var isDiskFailure = false
    /// True if there is no such file or folder.
    package var isMissing = false
    /// What is wrong with the folder, if it is that.
    package var folderFault: FolderFault?

    package init(_ path: String, _ error: Errno) {
        self.path = path
        why = error.description
        isDiskFull = [.noSpace, .diskQuotaExceeded].contains(error)
        isMissing = [.noSuchFileOrDirectory, .notDirectory].contains(error)
        isDiskFailure = isDiskFull || error == .ioError
    }

    package init(_ path: String, why: String) {
        self.path = path
        self.why = why
    }

    package init(_ fault: FolderFault) {
        self.init(fault.folder, why: "\(fault)")
        folderFault = fault
    }

    /// Does `body`, with a failed system call as an error about `path`.
    package static func about<Value>(_ path: String, _ body: () throws(Errno) -> Value) throws(FileError) -> Value {
        do throws(Errno) {
            return try body()
        } catch {
            throw FileError(path, error)
        }
    }
}

extension Errno {
    /// What the last failed call of the C library left.
    package static var last: Errno { Errno(rawValue: systemErrno) }
}
