import Files
import Glibc
import SystemPackage

/// Where the metrics of a run go, for a collector such as node_exporter's to pick up.
///
/// A reader finds the old file or the new one, never a half: the text is written under a ``WorkingName``, which does not
/// end as the collector wants it, and renamed.
package struct MetricsFile: Sendable {
    package let path: String

    package init(at path: String) {
        self.path = path
    }

    /// Finds out whether the file can be written, before a job begins whose end it tells; removes what killed commands
    /// left.
    package func check() throws(MetricsFileError) {
        try requireReplaceable()
        do throws(FileError) {
            let place = try Place(path, isForOthers: true)
            try WorkingName(beside: place).clearFiles()
            try AtomicFile(at: place).discard()
        } catch {
            throw MetricsFileError(error)
        }
    }

    /// Replaces the file; what it said of the last end stays while this run goes, and of the last success when this run was none.
    package func write(_ metrics: InvocationMetrics) throws(MetricsFileError) {
        try requireReplaceable()
        var metrics = metrics
        if let text = previousText() { metrics = metrics.following(text) }
        do throws(FileError) {
            try write(metrics.text(inFileNamed: name))
        } catch {
            throw MetricsFileError(error)
        }
    }

    private func write(_ text: String) throws(FileError) {
        let file = try AtomicFile(at: Place(path, isForOthers: true))
        do throws(FileError) {
            do throws(ReportError) {
                try writeAll(Array(text.utf8), to: file.descriptor.rawValue, path: path)
            } catch {
                throw error.error
            }
            // The collector is another user, whatever the umask says; counts and the names of files are no secrets.
            guard fchmod(file.descriptor.rawValue, 0o644) == 0 else { throw FileError(path, .last) }
            try file.publish(replacing: true)
        } catch {
            // There is an error to tell already; a leftover is removed by the next command.
            try? file.discard()
            throw error
        }
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
    private let error: FileError

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

    package var description: String {
        "Cannot write the metrics file \(path): \(error.why). Make that place usable, or name another file with --metrics-file."
    }
}
