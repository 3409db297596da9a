import FoundationEssentials
import Glibc

extension ReportDirectory {
    /// Gives the finished directory its name; an older report steps aside first and is removed last.
    ///
    /// A kill between the two renames leaves the older report under another name and the new one complete: the journal
    /// has everything, and the next report clears both away.
    func swapIn(_ aside: String) throws(ReportError) {
        let retired = path + ".old"
        try removeDirectory(retired)
        var status = stat()
        if unsafe lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else {
                errno = status.st_mode & S_IFMT == S_IFLNK ? ELOOP : ENOTDIR
                throw ReportError(path: path)
            }
            guard unsafe rename(path, retired) == 0 else { throw ReportError(path: path) }
        }
        guard unsafe rename(aside, path) == 0 else { throw ReportError(path: path) }
        try removeDirectory(retired)
    }

    /// Removes a directory of ours with the files in it; it is no error if there is none.
    func removeDirectory(_ folder: String) throws(ReportError) {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch let error as CocoaError where error.code == .fileNoSuchFile {
            return
        } catch {
            throw ReportError(path: folder)
        }
    }
}
