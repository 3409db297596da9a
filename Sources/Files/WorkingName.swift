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
        /// A journal that is not planned to its end.
        case planning
    }

    private let place: Place
    private let stem: String

    /// For what will be at `place`.
    package init(beside place: Place) {
        self.place = place
        var stem = place.name
        // A name may have 255 bytes.
        while stem.utf8.count > 228 {
            stem.removeLast()
        }
        self.stem = stem
    }

    /// A name that nothing has and that nobody can foresee.
    package func free(for use: Use = .writing) -> Place {
        let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
        return place.beside(".\(stem).\(String(repeating: "0", count: 16 - digits.count))\(digits).\(use.rawValue)")
    }

    /// The names of this form that something has, in use or not.
    package func found(_ use: Use) throws(FileError) -> [Place] {
        // Nothing of ours can be found in a folder that may not be listed; what is written there says more.
        guard unsafe faccessat(place.folder.descriptor, ".", R_OK, AT_EACCESS) == 0 else { return [] }
        return try place.folder.names().filter { isOfThisForm($0, use) }.map(place.beside)
    }

    private func isOfThisForm(_ name: String, _ use: Use) -> Bool {
        let (start, end) = (".\(stem).", ".\(use.rawValue)")
        guard name.hasPrefix(start), name.hasSuffix(end) else { return false }
        let random = name.utf8.dropFirst(start.utf8.count).dropLast(end.utf8.count)
        return random.count == 16 && random.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Removes the unfinished files that killed processes left.
    package func clearFiles() throws(FileError) {
        for place in try found(.writing) {
            guard let held = try Self.claim(place, .regular, O_WRONLY | O_NONBLOCK) else { continue }
            defer { held.release() }
            try FileError.about(place.path) { () throws(Errno) in try place.remove() }
        }
    }

    /// Takes over what a killed process left; `nil` if somebody has it, or if it is none of ours.
    static func claim(_ place: Place, _ type: FileType, _ flags: Int32) throws(FileError) -> HeldName? {
        guard let status = try FileError.about(place.path, { () throws(Errno) in try place.status() }),
            isOurs(status, type)
        else { return nil }
        let descriptor: Int32
        do throws(Errno) {
            descriptor = try place.open(flags)
        } catch {
            guard error != .noSuchFileOrDirectory else { return nil }
            throw FileError(place.path, error)
        }
        let held = HeldName(place: place, descriptor: descriptor)
        // What is open now may be something else than what was looked at.
        guard held.lock(), held.isStillNamed, let opened = try? Stat(FileDescriptor(rawValue: descriptor)),
            isOurs(opened, type)
        else {
            held.release()
            return nil
        }
        return held
    }

    private static func isOurs(_ status: Stat, _ type: FileType) -> Bool {
        status.type == type && status.userID.rawValue == geteuid() && (type == .directory || status.linkCount == 1)
    }
}

/// Something that is open and locked under a name.
struct HeldName {
    var place: Place
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
    var isStillNamed: Bool { place.isName(of: descriptor) }

    func release() {
        close(descriptor)
    }
}
