import Glibc

/// Where the metrics of a run go, for a collector such as node_exporter's to pick up.
///
/// A reader finds the old file or the new one, never a half: the text is written aside and renamed. The name aside does
/// not end as the collector wants it and is another one each time, so that neither collector nor two runs meet over it.
package struct MetricsFile: Sendable {
    package let path: String

    package init(at path: String) {
        self.path = path
    }

    /// Finds out whether the file can be written, before a job begins whose end it tells.
    package func check() throws(MetricsFileError) {
        try requireReplaceable()
        let (aside, descriptor) = try create()
        close(descriptor)
        unsafe unlink(aside)
    }

    /// Replaces the file; what it said of the last success stays when this run was none.
    package func write(_ metrics: RunMetrics) throws(MetricsFileError) {
        try requireReplaceable()
        var metrics = metrics
        metrics.previousSuccess = previousText().flatMap(RunMetrics.lastSuccess)
        let (aside, descriptor) = try create()
        do throws(MetricsFileError) {
            defer { close(descriptor) }
            try fill(descriptor, with: metrics.text(inFileNamed: name))
        } catch {
            unsafe unlink(aside)
            throw error
        }
        guard unsafe rename(aside, path) == 0 else {
            let error = MetricsFileError(path: path)
            unsafe unlink(aside)
            throw error
        }
    }

    private func fill(_ descriptor: Int32, with text: String) throws(MetricsFileError) {
        do throws(ReportError) {
            try writeAll(Array(text.utf8), to: descriptor, path: path)
        } catch {
            throw MetricsFileError(error)
        }
        // The collector is another user, whatever the umask says; counts and the names of files are no secrets.
        guard fchmod(descriptor, 0o644) == 0, fsync(descriptor) == 0 else { throw MetricsFileError(path: path) }
    }

    /// A new file beside the metrics file, under a name that nobody can foresee.
    private func create() throws(MetricsFileError) -> (path: String, descriptor: Int32) {
        let aside = "\(folder).\(name).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
        let descriptor = unsafe open(aside, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw MetricsFileError(path: path) }
        return (aside, descriptor)
    }

    /// Refuses everything but a file of ours, or a place where there is none yet.
    private func requireReplaceable() throws(MetricsFileError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            guard errno == ENOENT, !name.isEmpty else { throw MetricsFileError(path: path) }
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFLNK:
            throw MetricsFileError(path: path, why: "it is a symbolic link, and nothing is written through one")
        case S_IFDIR: throw MetricsFileError(path: path, why: "it is a folder")
        default: throw MetricsFileError(path: path, why: "it is there and is no file")
        }
        guard isOurs(status) else {
            throw MetricsFileError(
                path: path, why: "it belongs to another user in a folder that everybody may write to")
        }
    }

    /// Whether the file can be given up for another: in a sticky folder that is for its owner to say.
    private func isOurs(_ file: stat) -> Bool {
        var parent = stat()
        guard unsafe stat(folder.isEmpty ? "." : folder, &parent) == 0, parent.st_mode & S_ISVTX != 0 else {
            return true
        }
        return [0, file.st_uid, parent.st_uid].contains(geteuid())
    }

    /// The text of the file as it is; as little as a file of ours has.
    private func previousText() -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    /// The folder with its slash; empty for the working directory.
    private var folder: String { String(path.dropLast(name.count)) }

    private var name: String { String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]) }
}

/// What keeps a metrics file from being written.
package struct MetricsFileError: Error, Sendable, Equatable, CustomStringConvertible {
    package var path: String
    package var isDiskFull: Bool
    private var why: String

    /// Takes the reason from the failed system call.
    init(path: String) {
        let number = errno
        self.path = path
        isDiskFull = number == ENOSPC || number == EDQUOT
        why = unsafe String(cString: strerror(number))
    }

    init(_ error: ReportError) {
        path = error.path
        isDiskFull = error.isDiskFull
        why = error.why
    }

    init(path: String, why: String) {
        self.path = path
        self.why = why
        isDiskFull = false
    }

    package var description: String {
        "Cannot write the metrics file \(path): \(why). Make that place usable, or name another file with --metrics-file."
    }
}
