import FoundationEssentials
import Glibc
import Model

/// A directory that is complete or not there at all.
struct AtomicDirectory {
    let path: String
    /// Is told where a file went that somebody had corrected in the older directory.
    var onKept: @Sendable (String) -> Void = { _ in }

    /// Lets `body` fill a directory aside, brings it to the disk and swaps it in.
    ///
    /// A directory that was there before stays until then. Throws `ReportError`, or what `body` throws.
    func write<Value>(_ body: (String) throws -> Value) throws -> Value {
        let aside = try begin()
        do {
            let value = try body(aside)
            try publish(aside)
            return value
        } catch {
            discard(aside)
            throw error
        }
    }

    /// The same where filling it takes its time.
    func write<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let aside = try begin()
        do {
            let value = try await body(aside)
            try publish(aside)
            return value
        } catch {
            discard(aside)
            throw error
        }
    }

    /// Writes one file into the directory aside.
    static func writeFile(_ bytes: [UInt8], _ name: String, in folder: String) throws(ReportError) {
        let file = folder + "/" + name
        let descriptor = unsafe open(file, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ReportError(path: file) }
        defer { close(descriptor) }
        try writeAll(bytes, to: descriptor, path: file)
        guard fsync(descriptor) == 0 else { throw ReportError(path: file) }
    }

    /// Makes the directory aside and removes it again.
    func check() throws(ReportError) {
        discard(try begin())
    }

    private func begin() throws(ReportError) -> String {
        let aside = path + ".writing"
        try requireReplaceable(path)
        // A kill left the older report there, and what somebody had corrected in it.
        try requireReplaceable(path + ".old")
        try keepEdits(in: path + ".old")
        try removeDirectory(path + ".old")
        try removeDirectory(aside)
        guard unsafe mkdir(aside, 0o700) == 0 else { throw ReportError(path: path) }
        return aside
    }

    private func publish(_ aside: String) throws(ReportError) {
        try sync(aside)
        try swapIn(aside)
    }

    private func discard(_ aside: String) {
        // There is an error to tell already; a leftover is removed by the next report.
        try? removeDirectory(aside)
    }

    private func sync(_ folder: String) throws(ReportError) {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ReportError(path: folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw ReportError(path: folder) }
    }

    /// Gives the finished directory its name; an older one steps aside first and is removed last.
    ///
    /// A kill between the two renames leaves the older report under another name and the new one complete: the journal
    /// has everything, and the next report clears both away.
    private func swapIn(_ aside: String) throws(ReportError) {
        let retired = path + ".old"
        try requireReplaceable(path)
        var status = stat()
        if unsafe lstat(path, &status) == 0 {
            guard unsafe rename(path, retired) == 0 else { throw ReportError(path: path) }
        }
        CrashPoint.reportRename.reach()
        guard unsafe rename(aside, path) == 0 else { throw ReportError(path: path) }
        try keepEdits(in: retired)
        try removeDirectory(retired)
    }

    /// The files that people are asked to correct.
    private static let mappings = ["unsettled.csv", "new-rooms.csv"]

    /// Puts what was written after the older report was finished beside the new one: it is somebody's work.
    private func keepEdits(in retired: String) throws(ReportError) {
        guard let finished = Self.lastWrite(of: retired + "/report.json") else { return }
        for name in Self.mappings {
            let file = retired + "/" + name
            guard let written = Self.lastWrite(of: file), written > finished else { continue }
            let kept = Self.freeName(for: path + "." + name)
            guard unsafe rename(file, kept) == 0 else { throw ReportError(path: kept) }
            onKept(kept)
        }
    }

    private static func lastWrite(of file: String) -> Duration? {
        var status = stat()
        guard unsafe lstat(file, &status) == 0 else { return nil }
        return .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec)
    }

    /// The name, or the first one with a number that nothing has.
    private static func freeName(for name: String) -> String {
        var (candidate, number) = (name, 1)
        while unsafe access(candidate, F_OK) == 0 {
            number += 1
            candidate = "\(name).\(number)"
        }
        return candidate
    }

    /// The names of the files that reports consist of.
    private static let names: Set = [
        "lines.csv", "operations.csv", "unsettled.csv", "emptied-visitors.csv", "rooms.csv", "new-rooms.csv",
        "report.html", "report.json",
    ]

    /// Whether the directory holds what every report has, and nothing that none has.
    var isReport: Bool {
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: path) else { return false }
        let tables = ["lines.csv", "rooms.csv"]
        return found.contains("report.json") && found.contains(where: tables.contains)
            && found.allSatisfy(Self.names.contains)
    }

    /// Refuses a place that holds anything but a report: what is replaced is removed.
    private func requireReplaceable(_ folder: String) throws(ReportError) {
        var status = stat()
        guard unsafe lstat(folder, &status) == 0 else {
            guard errno == ENOENT else { throw ReportError(path: folder) }
            return
        }
        guard status.st_mode & S_IFMT != S_IFLNK else {
            throw ReportError(path: folder, why: "it is a symbolic link, and nothing is written through one")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw ReportError(path: folder, why: "it is there and is no directory")
        }
        let found: [String]
        do {
            found = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw ReportError(path: folder)
        }
        if let stranger = found.first(where: { !Self.names.contains($0) }) {
            throw ReportError(path: folder, why: "it holds \(stranger), which is no part of a report")
        }
    }

    /// Removes a directory of ours with the files in it; it is no error if there is none.
    private func removeDirectory(_ folder: String) throws(ReportError) {
        try requireReplaceable(folder)
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch let error as CocoaError where error.code == .fileNoSuchFile {
            return
        } catch {
            throw ReportError(path: folder)
        }
    }
}
