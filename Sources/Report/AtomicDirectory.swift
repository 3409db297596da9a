import Files
import FoundationEssentials
import Glibc
import SystemPackage

/// Something worth saying about a report that was written all the same.
package enum ReportNotice: Sendable {
    /// A file of the older report that a user had edited is here now.
    case kept(String)
    /// Something that is not needed any more could not be removed.
    case leftBehind(path: String, why: String)
}

/// A directory of a report that is complete or not there at all.
///
/// Every writer fills a folder of its own beside the directory and then exchanges the two, so that two writers never mix:
/// the last one to end has the place. Nothing beside the directory is touched but what a killed writer left.
struct AtomicDirectory {
    let path: String
    var onNotice: @Sendable (ReportNotice) -> Void = { _ in }

    /// However the directory is named: a slash at the end changes nothing.
    init(path: String, onNotice: @escaping @Sendable (ReportNotice) -> Void = { _ in }) {
        self.path = FilePath(path).string
        self.onNotice = onNotice
    }

    /// Lets `body` fill a directory aside, brings it to the disk and swaps it in.
    ///
    /// A directory that was there before stays until then. Throws `ReportError`, or what `body` throws.
    func write<Value>(_ body: (HeldFolder) throws -> Value) throws -> Value {
        let place = try prepare()
        let folder = try directory(beside: place)
        do {
            let value = try body(folder.inside)
            try publish(folder, at: place)
            return value
        } catch {
            discard(folder)
            throw error
        }
    }

    /// The same where filling it takes its time.
    func write<Value>(_ body: (HeldFolder) async throws -> Value) async throws -> Value {
        let place = try prepare()
        let folder = try directory(beside: place)
        do {
            let value = try await body(folder.inside)
            try publish(folder, at: place)
            return value
        } catch {
            discard(folder)
            throw error
        }
    }

    /// Writes one file into the directory aside.
    static func writeFile(_ bytes: [UInt8], _ name: String, in folder: HeldFolder) throws(ReportError) {
        var file = try HashingFileWriter(creating: folder.place(name))
        file.buffer = bytes
        _ = try file.finish()
    }

    /// Makes the directory aside and removes it again.
    func check() throws(ReportError) {
        let folder = try directory(beside: prepare())
        do throws(FileError) {
            try folder.remove()
        } catch {
            throw ReportError(error)
        }
    }

    /// Hands over a name beside the directory for a file that exists only while the report is made of it.
    func withPlaceForParts<Value>(_ body: (String) throws -> Value) throws -> Value {
        let place = try place()
        let name = "journal.db"
        do throws(FileError) {
            try WorkingDirectory.forEachLeftover(beside: place, .parts) { folder throws(FileError) in
                guard try folder.names().allSatisfy({ $0.hasPrefix(name) }) else { return }
                try folder.remove()
            }
        } catch {
            onNotice(.leftBehind(path: error.path, why: error.why))
        }
        let folder = try directory(beside: place, for: .parts)
        let result = Result { try body(folder.path + "/" + name) }
        do throws(FileError) {
            try folder.remove()
        } catch {
            onNotice(.leftBehind(path: error.path, why: error.why))
        }
        return try result.get()
    }

    /// The place without links to follow or dots at its end; what killed writers left beside it is removed.
    private func prepare() throws(ReportError) -> Place {
        let place = try place()
        try Self.requireReplaceable(place)
        guard !place.isMountPoint else {
            throw ReportError(
                path: path, why: "a file system is mounted there, so that it cannot be replaced; name a folder in it")
        }
        do throws(FileError) {
            try bringBack(place)
            try WorkingDirectory.forEachLeftover(beside: place, .writing) { folder throws(FileError) in
                // It may be an older report, and what replaced it has to be on the disk first.
                try place.folder.sync()
                try remove(folder, of: place)
            }
        } catch {
            onNotice(.leftBehind(path: error.path, why: error.why))
        }
        return place
    }

    private func place() throws(ReportError) -> Place {
        let path = try resolvedPath()
        do throws(FileError) {
            return try Place(path)
        } catch {
            throw ReportError(error)
        }
    }

    private func resolvedPath() throws(ReportError) -> String {
        guard let last = FilePath(path).lastComponent else {
            throw ReportError(path: path, why: path.isEmpty ? "its name is empty" : "it is the root of all folders")
        }
        guard last.kind != .regular else { return path }
        guard let resolved = unsafe realpath(path, nil) else { throw ReportError(path: path) }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    private func directory(
        beside place: Place, for use: WorkingName.Use = .writing
    ) throws(ReportError) -> WorkingDirectory {
        do throws(FileError) {
            return try WorkingDirectory(beside: place, for: use)
        } catch {
            throw ReportError(error)
        }
    }

    private func publish(_ folder: borrowing WorkingDirectory, at place: Place) throws(ReportError) {
        try Self.requireReplaceable(place)
        let replaced: [Place]
        do throws(FileError) {
            replaced = try folder.publish(at: place)
        } catch {
            throw ReportError(error)
        }
        for name in replaced {
            do throws(FileError) {
                if let older = try WorkingDirectory(takingOver: name) {
                    try remove(older, of: place)
                }
            } catch {
                onNotice(.leftBehind(path: error.path, why: error.why))
            }
        }
    }

    private func discard(_ folder: borrowing WorkingDirectory) {
        // There is an error to tell already; a leftover is removed by the next report.
        try? folder.remove()
    }

    /// A kill between the two steps in which a report is replaced on some file systems leaves the older one.
    private func bringBack(_ place: Place) throws(FileError) {
        try WorkingDirectory.forEachLeftover(beside: place, .replaced) { folder throws(FileError) in
            do throws(Errno) {
                try folder.place.moveToNew(place)
            } catch {
                guard error == .fileExists else { throw FileError(folder.path, error) }
                try remove(folder, of: place)
            }
        }
    }

    /// Removes a report, or a part of one, unless it holds something else.
    private func remove(_ folder: borrowing WorkingDirectory, of place: Place) throws(FileError) {
        do throws(ReportError) {
            try Self.requireReport(folder.inside)
        } catch {
            throw error.error
        }
        try keepEdits(in: folder.inside, of: place)
        try folder.remove()
    }

    /// The files that people are asked to correct.
    private static let mappings = ["unsettled.csv", "new-rooms.csv"]

    /// Puts what was written after the older report was finished beside the new one: it is a user's work.
    private func keepEdits(in retired: HeldFolder, of place: Place) throws(FileError) {
        guard let finished = try Self.lastWrite(of: retired.place("report.json")) else { return }
        for name in Self.mappings {
            let file = retired.place(name)
            guard let written = try Self.lastWrite(of: file), written > finished else { continue }
            let kept = try FileError.about(file.path) { () throws(Errno) in
                try Self.move(file, toFreeName: place.adding("." + name))
            }
            onNotice(.kept(kept.path))
        }
    }

    /// `nil` for what is no file of the caller's: nobody has corrected that.
    private static func lastWrite(of file: Place) throws(FileError) -> Duration? {
        let status = try FileError.about(file.path) { () throws(Errno) in try file.status() }
        guard let status, status.type == .regular, status.userID.rawValue == geteuid() else { return nil }
        return .seconds(status.st_mtim.tv_sec) + .nanoseconds(status.st_mtim.tv_nsec)
    }

    /// Moves to the name, or to the first one with a number that nothing has.
    private static func move(_ file: Place, toFreeName name: Place) throws(Errno) -> Place {
        var (candidate, number) = (name, 1)
        while true {
            do throws(Errno) {
                try file.moveToNew(candidate)
                return candidate
            } catch {
                guard error == .fileExists else { throw error }
                number += 1
                candidate = name.adding(".\(number)")
            }
        }
    }

    /// The names of the files that reports consist of.
    private static let names: Set = [
        "lines.csv", "operations.csv", "unsettled.csv", "emptied-visitors.csv", "contacts.csv", "rooms.csv",
        "new-rooms.csv",
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
    private static func requireReplaceable(_ place: Place) throws(ReportError) {
        let folder: HeldFolder
        do throws(Errno) {
            guard let status = try place.status() else { return }
            guard status.type != .symbolicLink else { throw .tooManySymbolicLinkLevels }
            folder = try HeldFolder(at: place)
        } catch {
            switch error {
            case .tooManySymbolicLinkLevels:
                throw ReportError(path: place.path, why: "it is a symbolic link, and nothing is written through one")
            case .notDirectory: throw ReportError(path: place.path, why: "it is there and is no directory")
            case .permissionDenied: throw ReportError(path: place.path, why: "it cannot be listed")
            default: throw ReportError(FileError(place.path, error))
            }
        }
        try requireReport(folder)
    }

    /// Refuses a folder that is open and holds anything but a report of the caller's.
    private static func requireReport(_ folder: HeldFolder) throws(ReportError) {
        do throws(FileError) {
            let status = try FileError.about(folder.path) { () throws(Errno) in try folder.status() }
            // What stands in it is removed, or kept as what its user has corrected.
            do throws(FolderFault) {
                try TrustedFolder.require(folder)
            } catch {
                throw FileError(error)
            }
            guard status.userID.rawValue == geteuid() else {
                throw FileError(folder.path, why: "it belongs to another user")
            }
            if let stranger = try folder.names().first(where: { !names.contains($0) }) {
                throw FileError(folder.path, why: "it holds \(stranger), which is no part of a report")
            }
        } catch {
            throw ReportError(error)
        }
    }
}
