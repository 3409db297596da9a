import FoundationEssentials
import Glibc
package import Model

/// The right to run on a journal: an operating system lock that dies with its owner.
///
/// The lock is on a file beside the journal, which also says who holds it; the text means nothing without the lock.
package struct JournalLock: ~Copyable {
    private let descriptor: Int32
    private let path: String

    /// Takes the lock of the journal at `path`, which need not exist yet.
    ///
    /// `holder` is who takes it, for the sentence that a second run is refused with. Throws `JournalError.locked` with
    /// the present holder, or `cannotCreate`.
    package init(ofJournalAt journal: String, holder: Holder) throws {
        try self.init(ofJournalAt: journal, holder: holder.description)
    }

    init(ofJournalAt journal: String, holder: String) throws {
        let path = journal + ".lock"
        try JournalPlace(path: journal).requireLocalDisk()
        let descriptor = try Self.lockedFile(path, of: journal)
        let text = Array(holder.utf8)
        guard ftruncate(descriptor, 0) == 0, unsafe pwrite(descriptor, text, text.count, 0) == text.count else {
            let why = Journal.errnoText()
            unsafe unlink(path)
            close(descriptor)
            throw JournalError.cannotCreate(path: journal, why: why)
        }
        self.path = path
        self.descriptor = descriptor
    }

    /// The holder unlinks the file when it lets go, so a lock won on an unlinked file is none: look again.
    ///
    /// Each turn means that somebody else has just come and gone, so a few are enough.
    private static func lockedFile(_ path: String, of journal: String) throws -> Int32 {
        for _ in 0..<100 {
            let descriptor = try file(path, of: journal)
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                if flock(descriptor, LOCK_SH | LOCK_NB) == 0 {
                    // Only somebody who asks for the holder, which takes no time.
                    close(descriptor)
                    continue
                }
                let holder = text(of: descriptor)
                close(descriptor)
                throw JournalError.locked(path: journal, holder: holder.isEmpty ? "another run" : holder)
            }
            if isStillNamed(path, descriptor) {
                return descriptor
            }
            close(descriptor)
        }
        throw JournalError.locked(path: journal, holder: "runs that come and go")
    }

    /// Opens or makes the file; never through a link, and never somebody else's.
    private static func file(_ path: String, of journal: String) throws -> Int32 {
        let descriptor = unsafe open(path, O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            let why = Journal.errnoText()
            guard [ELOOP, EISDIR, ENXIO, EACCES].contains(errno), Journal.exists(at: path) else {
                throw JournalError.cannotCreate(path: journal, why: why)
            }
            throw JournalError.inTheWay(path: path)
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, JournalPlace.isPlainFile(status), JournalPlace.isTrusted(status)
        else {
            close(descriptor)
            throw JournalError.inTheWay(path: path)
        }
        return descriptor
    }

    deinit {
        unsafe unlink(path)
        close(descriptor)
    }

    /// Who holds the lock of a journal, or `nil` if nobody does.
    package static func holder(ofJournalAt journal: String) -> String? {
        let descriptor = unsafe open(journal + ".lock", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
        return text(of: descriptor)
    }

    private static func text(of descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    private static func isStillNamed(_ path: String, _ descriptor: Int32) -> Bool {
        var named = stat()
        var held = stat()
        return unsafe lstat(path, &named) == 0 && fstat(descriptor, &held) == 0 && named.st_ino == held.st_ino
            && named.st_dev == held.st_dev
    }
}

/// Who works on a journal.
package struct Holder: Sendable, CustomStringConvertible {
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
