import Glibc

/// What of a journal's files shows that only SQLite has written into them.
///
/// Read through descriptors that stay open as long as the lock: to close another one of the same file would let go of
/// SQLite's locks on it.
struct JournalContent: Sendable {
    private let journal: Int32
    private let log: Int32
    private let index: Int32
    /// What the journal's file had when the run began to write.
    private let mark: LogMark?
    /// The greatest size of the journal's file so far; SQLite makes it smaller only when no other process has it open.
    private var size: off_t = 0

    /// `nil` if one of the files cannot be opened; `journal` stays the caller's.
    init?(journal: Int32, log: String, index: String) {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        self.journal = journal
        self.log = unsafe open(log, flags)
        self.index = unsafe open(index, flags)
        mark = JournalHead(of: journal)?.mark
        guard self.log >= 0, self.index >= 0, mark != nil else {
            close()
            return nil
        }
    }

    /// Lets go of the files, after SQLite has closed them.
    func close() {
        for descriptor in [log, index] where descriptor >= 0 {
            Glibc.close(descriptor)
        }
    }

    /// What was written into; `nil` if nothing was.
    mutating func damage() -> Damage? {
        let present = Self.size(of: journal) ?? 0
        defer { size = max(size, present) }
        // What SQLite writes at this moment may be seen in parts.
        if present < size || !isJournalOurs && !isJournalOurs { return .journal }
        return isLogOurs ? nil : .log
    }

    enum Damage: Sendable { case journal, log }

    private var isJournalOurs: Bool {
        guard let present = JournalHead(of: journal)?.mark, let mark else { return false }
        return present.follows(mark)
    }

    private var isLogOurs: Bool {
        guard let before = LogIndex(of: index), before.frames > 0 else { return true }
        let isSame = (Self.size(of: log) ?? 0) >= before.logSize && LogIndex.salt(ofLog: log) == before.salt
        // Another process may have restarted the log in between.
        return isSame || LogIndex(of: index)?.isSame(as: before) != true
    }

    private static func size(of descriptor: Int32) -> off_t? {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? status.st_size : nil
    }
}

/// The beginning of a journal's file as SQLite documents it.
private struct JournalHead {
    /// `nil` if it has none.
    let mark: LogMark?

    /// `nil` if it is no journal of this tool.
    init?(of descriptor: Int32) {
        let bytes = readBytes(100, of: descriptor, at: 0)
        guard bytes.count == 100, bytes.starts(with: "SQLite format 3\0".utf8),
            UInt32(bigEndianAt: 68, in: bytes) == UInt32(Schema.applicationID)
        else { return nil }
        mark = LogMark(stored: UInt32(bigEndianAt: 60, in: bytes))
    }
}

/// What the index of a log says about it as SQLite documents it.
private struct LogIndex {
    private let bytes: [UInt8]

    /// `nil` if it cannot be told now: SQLite writes the same twice, and between the two they differ.
    init?(of descriptor: Int32) {
        let both = readBytes(96, of: descriptor, at: 0)
        guard both.count == 96, both[..<48] == both[48...] else { return nil }
        bytes = Array(both[..<48])
    }

    func isSame(as other: LogIndex) -> Bool { bytes == other.bytes }

    /// How many frames of the log are in force.
    var frames: UInt32 { load(16) }

    /// How long the log is at least.
    var logSize: off_t {
        let pageSize: UInt16 = load(14)
        return 32 + off_t(frames) * ((pageSize == 1 ? 65_536 : off_t(pageSize)) + 24)
    }

    /// Two numbers that change whenever the log is restarted.
    var salt: [UInt8] { Array(bytes[32..<40]) }

    /// A number in the byte order of this machine.
    private func load<Number: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> Number {
        unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
    }

    static func salt(ofLog descriptor: Int32) -> [UInt8] { readBytes(8, of: descriptor, at: 16) }
}

private func readBytes(_ count: Int, of descriptor: Int32, at offset: off_t) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = unsafe pread(descriptor, &bytes, count, offset)
    return Array(bytes.prefix(max(0, read)))
}

extension UInt32 {
    fileprivate init(bigEndianAt offset: Int, in bytes: [UInt8]) {
        self = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
