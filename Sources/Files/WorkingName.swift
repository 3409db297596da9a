import FoundationEssentials
import Glibc
import SystemPackage

/// What files and folders are called beside their place until they are complete: `.NAME.RANDOM.writing`.
///
/// Each writer has a name of its own, so that two writers of one place never meet, and holds a lock on what has that
/// name, so that what a killed process left can be told from what is being written. Nothing else is ever removed: the
/// name, the owner and the lock have to fit.
package struct WorkingName: Sendable {
    /// What a name is for.
    package enum Use: String, Sendable {
        /// What is being written.
        case writing
        /// What had the place before, on file systems where two names cannot be exchanged.
        case replaced
        /// What is put together to make something from it.
        case parts
    }

    /// The folder in which the place is.
    package let folder: String
    private let stem: String

    /// For what will be at `place`.
    package init(beside place: String) {
        let path = FilePath(place)
        let parent = path.removingLastComponent()
        folder = parent.isEmpty ? "." : parent.string
        var stem = path.lastComponent?.string ?? ""
        // A name may have 255 bytes.
        while stem.utf8.count > 228 {
            stem.removeLast()
        }
        self.stem = stem
    }

    /// A name that nothing has and that nobody can foresee.
    package func path(for use: Use = .writing) -> String {
        let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
        return path(of: ".\(stem).\(String(repeating: "0", count: 16 - digits.count))\(digits).\(use.rawValue)")
    }

    private func path(of name: String) -> String { folder == "." ? name : "\(folder == "/" ? "" : folder)/\(name)" }

    /// The names of this form that something has, in use or not.
    package func found(_ use: Use) throws(FileError) -> [String] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch let error as CocoaError where error.code == .fileReadNoPermission || error.code == .fileReadNoSuchFile {
            // Nothing of ours can be found in a folder that may not be listed; what is written there says more.
            return []
        } catch {
            throw FileError(folder, why: "it cannot be listed")
        }
        return names.filter { isOfThisForm($0, use) }.map(path(of:))
    }

    private func isOfThisForm(_ name: String, _ use: Use) -> Bool {
        let (start, end) = (".\(stem).", ".\(use.rawValue)")
        guard name.hasPrefix(start), name.hasSuffix(end) else { return false }
        let random = name.utf8.dropFirst(start.utf8.count).dropLast(end.utf8.count)
        return random.count == 16 && random.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Removes the unfinished files that killed processes left.
    package func clearFiles() throws(FileError) {
        for name in try found(.writing) {
            guard let lock = try Self.claim(name, .regular, O_WRONLY | O_NONBLOCK) else { continue }
            defer { lock.release() }
            try FileError.about(name) { () throws(Errno) in try Names.remove(name) }
        }
    }

    /// Takes over what a killed process left; `nil` if somebody has it, or if it is none of ours.
    static func claim(_ name: String, _ type: FileType, _ flags: Int32) throws(FileError) -> HeldName? {
        guard let status = try FileError.about(name, { () throws(Errno) in try Names.status(of: name) }),
            status.type == type, status.userID.rawValue == geteuid(), type == .directory || status.linkCount == 1
        else { return nil }
        let descriptor = unsafe open(name, flags | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard Errno.last != .noSuchFileOrDirectory else { return nil }
            throw FileError(name, .last)
        }
        let held = HeldName(name: name, descriptor: descriptor)
        guard held.lock(), held.isStillNamed else {
            held.release()
            return nil
        }
        return held
    }
}

/// Something that is open and locked under a name.
struct HeldName {
    var name: String
    var descriptor: Int32

    /// Takes the lock that ends with the process; false if another process has it, or if the file system has no locks.
    func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    /// The same, after the process that has it lets go.
    func lockInTurn() {
        while flock(descriptor, LOCK_EX) != 0, Errno.last == .interrupted {}
    }

    func unlock() {
        flock(descriptor, LOCK_UN)
    }

    /// Whether the name still means what is open.
    var isStillNamed: Bool {
        guard let named = try? Names.status(of: name), let open = try? Stat(FileDescriptor(rawValue: descriptor)) else {
            return false
        }
        return named.inode == open.inode && named.deviceID == open.deviceID
    }

    func release() {
        close(descriptor)
    }
}
