import Files
import FoundationEssentials
import Glibc
package import Model
import Synchronization
import SystemPackage

/// The right to run on a journal: an operating system lock that dies with its owner.
///
/// The lock is on a file beside the journal, which also says who holds it; the text means nothing without the lock. The
/// journal itself is locked too, so that a lock file which is removed by hand lets no second run in. SQLite's own locks
/// are of another kind and not affected.
///
/// A class because the lock is watched while the run that holds it goes on; all of its state is behind one lock.
package final class JournalLock: Sendable {
    /// Descriptors of the locked files; closing them lets go.
    private struct Held {
        var file: Int32
        /// `nil` as long as there is no journal.
        var journal: Int32?
        /// The log and its index, as they were when the run began to write.
        var log: [String: FileIdentity] = [:]
        /// What is in them; `nil` before the run begins to write.
        var content: JournalContent?
        /// What was found of it, because a write may hide it again.
        var overwritten: JournalLoss?
    }

    private let journal: String
    /// The file of the lock, in a folder that is held.
    private let place: Place
    private let holder: String
    private let held: Mutex<Held>

    /// The file that says who holds the lock.
    package var path: String { journal + ".lock" }

    /// Takes the lock of the journal at `path`, which need not exist yet.
    ///
    /// `holder` is who takes it, for the sentence that a second run is refused with. Throws `JournalError.locked` with
    /// the present holder, or `cannotCreate`.
    package convenience init(ofJournalAt journal: String, holder: LockOwner) throws {
        try self.init(ofJournalAt: journal, holder: holder.description)
    }

    init(ofJournalAt journal: String, holder: String) throws {
        let place = try JournalFiles.heldToCreate(journal).adding(".lock")
        try JournalFiles(path: journal).requireLocalDisk()
        let file = try Self.lockedFile(place, of: journal)
        do {
            try Self.write(holder, to: file, of: journal)
            held = Mutex(Held(file: file, journal: try Self.lockedJournal(journal)))
        } catch {
            // There is an error to tell already.
            try? place.remove()
            close(file)
            throw error
        }
        self.journal = journal
        self.place = place
        self.holder = holder
    }

    /// Locks the journal that has been made since the lock was taken.
    ///
    /// Before SQLite opens it: closing a descriptor of a file lets go of the locks that SQLite has on it.
    package func takeJournal() throws {
        try held.withLock { held in
            if let descriptor = held.journal {
                guard FileIdentity(of: descriptor) != FileIdentity(at: journal) else { return }
                close(descriptor)
                held.journal = nil
            }
            held.journal = try Self.lockedJournal(journal)
        }
    }

    /// Puts the lock file back if it was removed: it tells others who works on the journal.
    ///
    /// - Returns: whether it had to be put back.
    package func restoreFile() throws -> Bool {
        try held.withLock { held in
            guard try place.status() == nil else { return false }
            let file = try Self.lockedFile(place, of: journal)
            close(held.file)
            held.file = file
            try Self.write(holder, to: file, of: journal)
            return true
        }
    }

    /// Remembers which files SQLite keeps beside the journal and what shows that they are its own, from now on for
    /// ``loss()``.
    package func takeLog() {
        held.withLock { held in
            if held.content == nil, let descriptor = held.journal {
                held.content = JournalContent(journal: descriptor, log: journal + "-wal", index: journal + "-shm")
            }
            for name in ["-wal", "-shm"].map({ journal + $0 }) {
                held.log[name] = FileIdentity(at: name)
            }
        }
    }

    /// What became of the journal since it was locked, or `nil` while every file of it is where it was.
    package func loss() -> JournalLoss? {
        held.withLock { held in
            if let loss = held.overwritten { return loss }
            guard let descriptor = held.journal else { return nil }
            if let loss = JournalLoss(of: journal, descriptor, was: FileIdentity(of: descriptor)) { return loss }
            for (name, identity) in held.log.sorted(by: { $0.key < $1.key }) {
                if let loss = JournalLoss(of: name, nil, was: identity) { return loss }
            }
            if let damage = held.content?.damage() {
                held.overwritten = JournalLoss(overwritten: damage == .journal ? journal : journal + "-wal")
            }
            return held.overwritten
        }
    }

    /// Removes the log of a journal that is gone; one that stands beside another journal by now is left alone.
    package func removeLog() {
        held.withLock { held in
            guard FileIdentity(at: journal) == nil else { return }
            for (name, identity) in held.log where FileIdentity(at: name) == identity {
                // What stays is what the run ends with in any case.
                try? JournalFiles(path: name).held().remove()
            }
        }
    }

    private static func write(_ holder: String, to file: Int32, of journal: String) throws {
        let text = Array(holder.utf8)
        guard ftruncate(file, 0) == 0, unsafe pwrite(file, text, text.count, 0) == text.count else {
            throw JournalError.cannotCreate(path: journal, why: Journal.errnoText())
        }
    }

    /// `nil` if there is no journal, or none that can be opened: whoever uses it next says why.
    private static func lockedJournal(_ journal: String) throws -> Int32? {
        let descriptor = unsafe open(journal, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        do throws(Errno) {
            guard try !lock(descriptor, LOCK_EX) else { return descriptor }
        } catch {
            close(descriptor)
            throw cannotLock(journal, of: journal, error)
        }
        close(descriptor)
        throw JournalError.locked(path: journal, holder: runner(of: journal) ?? "another run")
    }

    /// Takes a lock without waiting for it.
    ///
    /// - Returns: `false` if another process has it; every other reason why it cannot be taken is thrown.
    static func lock(_ descriptor: Int32, _ kind: Int32) throws(Errno) -> Bool {
        while flock(descriptor, kind | LOCK_NB) != 0 {
            switch Errno.last {
            case .interrupted: continue
            case .wouldBlock: return false
            default: throw .last
            }
        }
        return true
    }

    private static func cannotLock(_ file: String, of journal: String, _ error: Errno) -> JournalError {
        .failed(
            path: journal,
            why: "its lock cannot be taken on \(file) (\(error)), and without that two runs could work on it at once. "
                + "Use a folder on a file system that has locks")
    }

    /// Who began the run that the journal says is going.
    private static func runner(of journal: String) -> String? {
        // Only for a better sentence: a journal that cannot be read leaves it at that.
        guard let run = try? Journal(at: journal, for: .read).runs().last, run.endedAt == nil else { return nil }
        return LockOwner(host: run.host, pid: run.pid, user: run.user, since: run.startedAt).description
    }

    /// The holder unlinks the file when it lets go, so a lock won on an unlinked file is none: look again.
    ///
    /// Each turn means that somebody else has just come and gone, so a few are enough.
    private static func lockedFile(_ place: Place, of journal: String) throws -> Int32 {
        for _ in 0..<100 {
            let descriptor = try file(place, of: journal)
            var holder: String?
            do throws(Errno) {
                if try lock(descriptor, LOCK_EX) {
                    if place.isName(of: descriptor) { return descriptor }
                } else if try !lock(descriptor, LOCK_SH) {
                    // Else another command asks for the holder, which takes no time.
                    holder = text(of: descriptor)
                }
            } catch {
                close(descriptor)
                throw cannotLock(place.path, of: journal, error)
            }
            close(descriptor)
            if let holder { throw JournalError.locked(path: journal, holder: holder.isEmpty ? "another run" : holder) }
        }
        throw JournalError.locked(path: journal, holder: "runs that come and go")
    }

    /// Opens or makes the file; never through a link, and never somebody else's.
    private static func file(_ place: Place, of journal: String) throws -> Int32 {
        let descriptor: Int32
        do throws(Errno) {
            descriptor = try place.open(O_CREAT | O_RDWR | O_NONBLOCK, mode: 0o600)
        } catch {
            let isObstacle = [.tooManySymbolicLinkLevels, .isDirectory, .noSuchAddressOrDevice, .permissionDenied]
                .contains(error)
            guard isObstacle, (try? place.status()) != nil else {
                throw JournalError.cannotCreate(path: journal, why: "\(error)")
            }
            throw JournalError.inTheWay(path: place.path)
        }
        guard let status = try? Stat(FileDescriptor(rawValue: descriptor)), JournalFiles.isPlainFile(status),
            JournalFiles.isTrusted(status)
        else {
            close(descriptor)
            throw JournalError.inTheWay(path: place.path)
        }
        return descriptor
    }

    deinit {
        held.withLock { held in
            // What stands there instead belongs to somebody else.
            if place.isName(of: held.file) {
                // A lock file that stays has no lock.
                try? place.remove()
            }
            close(held.file)
            held.content?.close()
            if let journal = held.journal {
                close(journal)
            }
        }
    }

    /// Who holds the lock of a journal, or `nil` if nobody does.
    package static func holder(ofJournalAt journal: String) -> String? {
        let descriptor = unsafe open(journal + ".lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // What another user holds is no lock of the journal's.
        guard let lock = try? Stat(FileDescriptor(rawValue: descriptor)) else { return nil }
        let file = try? Stat(FilePath(journal), followTargetSymlink: false)
        let isJournals = lock.userID == file?.userID
        guard isJournals || JournalFiles.isTrusted(lock) else { return nil }
        // Where no lock can be taken none shows who works on it.
        guard let isFree = try? Self.lock(descriptor, LOCK_SH), !isFree else { return nil }
        return text(of: descriptor)
    }

    private static func text(of descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}

/// Who works on a journal.
package struct LockOwner: Sendable, CustomStringConvertible {
    package var host: String
    package var pid: Int
    package var user: String
    package var since: Timestamp

    package init(host: String, pid: Int, user: String, since: Timestamp) {
        self.host = host
        self.pid = pid
        self.user = user
        self.since = since
    }

    package var description: String { description(since: since.iso8601) }

    /// The description with the instant as the reader has it.
    package func description(since instant: String) -> String {
        "process \(pid) on \(host), run by \(user) since \(instant)"
    }

    /// Reads a description; `nil` for text of another form.
    package init?(_ description: String) {
        guard let parts = description.wholeMatch(of: /process (\d+) on (.*?), run by (.*) since (\S+)/),
            let pid = Int(parts.1), let since = Timestamp(iso8601: String(parts.4))
        else { return nil }
        self.init(host: String(parts.2), pid: pid, user: String(parts.3), since: since)
    }
}
