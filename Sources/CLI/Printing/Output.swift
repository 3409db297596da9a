import Glibc
import Journal
import Model
import Synchronization

/// Standard output carries the result and nothing else; everything said on the way goes to standard error.
///
/// What is drawn on a terminal stands below everything that is written: both pass through one lock, and what is written
/// takes the place of what was drawn, which comes back with its next frame.
enum Output {
    private struct State {
        var block = LiveBlock()
        var format = LogFormat.text
        var isQuiet = false
        /// A question waits for its answer: nothing is drawn meanwhile.
        var isAsking = false
        /// The cursor stands behind it.
        var isBehindQuestion = false
        /// Remarks that were made: settings are looked at more than once.
        var remarks: Set<String> = []
    }

    private static let state = Mutex(State())

    /// Gives everything on standard error its form from now on; if it is quiet, only errors are said.
    static func speak(_ format: LogFormat, isQuiet: Bool) {
        state.withLock { ($0.format, $0.isQuiet) = (format, isQuiet) }
    }

    /// Whether there is room for what is drawn among the lines of standard error.
    static var takesDrawings: Bool { state.withLock { $0.format == .text } }

    /// Writes the result of a command, line by line with nothing in it that a terminal obeys.
    ///
    /// - Throws: `OutputError` when it cannot be written, so that a full disk behind `>` does not pass for success.
    static func result(_ text: String) throws {
        try write(harmless(text) + "\n", to: STDOUT_FILENO)
    }

    /// Says in one sentence what happened, on standard error.
    static func say(_ sentence: String) {
        say(sentence, level: "info", asText: sentence)
    }

    /// Says once what the user may want to know and no result depends on; nothing with `--quiet`.
    static func remark(_ sentence: String) {
        let isWanted = state.withLock { !$0.isQuiet && $0.remarks.insert(sentence).inserted }
        if isWanted { say(sentence) }
    }

    /// Asks the user of a terminal, who answers on the same line.
    static func prompt(_ text: String, on terminal: Int32) {
        // A terminal that is gone is noticed when it is read.
        try? put(text, to: isatty(STDERR_FILENO) == 1 ? STDERR_FILENO : terminal)
    }

    /// Asks a question that is answered on its last line; nothing is drawn below it until it ends.
    static func ask(_ question: String) {
        state.withLock { state in
            (state.isAsking, state.isBehindQuestion) = (true, true)
            // A terminal that is gone is noticed when it is read.
            try? put(state.block.erase() + harmless(question), to: STDERR_FILENO)
        }
    }

    /// The user has ended the line of the question.
    static func noteAnswer() {
        state.withLock { $0.isBehindQuestion = false }
    }

    /// The question has its answer, or gets none.
    static func endQuestion() {
        state.withLock { state in
            // Nobody is left to tell when standard error fails.
            if state.isBehindQuestion { try? put("\n", to: STDERR_FILENO) }
            (state.isAsking, state.isBehindQuestion) = (false, false)
        }
    }

    /// Says what takes more than a line, on standard error.
    static func explain(_ text: String) {
        write(harmless(text))
    }

    /// Writes a line of the log to standard error: in local time on a terminal, in UTC where it is kept.
    static func log(_ line: LogLine) {
        let clock = isatty(STDERR_FILENO) == 1 ? LocalClock.here : .utc
        write(takesDrawings ? line.text(clock: clock) : line.json)
    }

    /// Draws rows on the terminal of standard error, in place of those that stand there.
    static func draw(_ rows: [String]) {
        state.withLock { state in
            guard !state.isAsking else { return }
            // Nobody is left to tell when standard error fails.
            try? put(state.block.draw(rows), to: STDERR_FILENO)
        }
    }

    /// Leaves what was drawn where it is, because the terminal is somebody else's now.
    static func leave() {
        state.withLock { $0.block.leave() }
    }

    /// Removes what was drawn, unless a writer is waiting for its reader: then the process can still end at once.
    static func erase() {
        state.withLockIfAvailable { state in
            // Nobody is left to tell when standard error fails.
            try? put(state.block.erase(), to: STDERR_FILENO)
        }
    }

    /// Whether what reads standard output is gone, as in `… | head -1`.
    static var isReaderGone: Bool {
        var state = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
        return unsafe poll(&state, 1, 0) > 0 && Int32(state.revents) & POLLERR != 0
    }

    /// Writes what the argument parser made, which is ours as it stands.
    ///
    /// - Throws: `OutputError`, as for a result.
    static func help(_ text: String) throws {
        try write(text + "\n", to: STDOUT_FILENO)
    }

    /// Says what may go wrong on standard error.
    static func warn(_ sentence: String) {
        say(sentence, level: "warning", asText: "visitor-merge: \(sentence)")
    }

    /// Says that what a journal shows may not be all.
    static func warn(ofLogOf journal: Journal) {
        guard journal.isLogMissing else { return }
        warn(
            "The last run on \(journal.path) did not end, and the log with its last steps, \(journal.path)-wal, is not "
                + "there. If this is a copy, copy the log too: without it rooms that this job moved count as moved before, "
                + "and undo leaves them. If the journal never left its place, it is complete: run the same command again."
        )
    }

    /// Says what went wrong on standard error.
    static func complain(_ text: String) {
        say(text, level: "error", asText: "visitor-merge: \(text)")
    }

    private static func say(_ sentence: String, level: String, asText text: String) {
        let line = LogLine(time: CurrentProcess.now, level: level, message: sentence)
        guard takesDrawings else { return write(line.json) }
        write(text.shown)
    }

    /// Line ends are ours; whatever else steers a terminal is from outside.
    private static func harmless(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).shown }.joined(separator: "\n")
    }

    private static func write(_ line: String) {
        // Nobody is left to tell when standard error fails.
        try? write(line + "\n", to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) throws {
        try state.withLock { state in
            let erasure = (state.isBehindQuestion ? "\n" : "") + state.block.erase()
            state.isBehindQuestion = false
            if descriptor == STDERR_FILENO {
                try put(erasure + text, to: descriptor)
            } else {
                try? put(erasure, to: STDERR_FILENO)
                try put(text, to: descriptor)
            }
        }
    }

    /// Waits until a pipe or a terminal that was set not to block has room again.
    private static func waitForRoom(_ descriptor: Int32) {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // Whatever ends the waiting shows in the next attempt to write.
        unsafe poll(&ready, 1, -1)
    }

    /// A terminal that was closed takes nothing more; a disk that fails is another matter.
    private static func isTerminalGone(_ descriptor: Int32) -> Bool {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
    }

    private static func put(_ text: String, to descriptor: Int32) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // A reader that went away has read what it wanted.
            if count < 0, errno == EPIPE || (errno == EIO && isTerminalGone(descriptor)) { return }
            if count < 0, errno == EAGAIN {
                waitForRoom(descriptor)
                continue
            }
            guard count > 0 else { throw OutputError(why: unsafe String(cString: strerror(errno))) }
            bytes = bytes.dropFirst(count)
        }
    }
}

/// The result of a command could not be written.
struct OutputError: Error, CustomStringConvertible {
    var why: String

    var description: String { "Cannot write the result to standard output: \(why)." }
}
