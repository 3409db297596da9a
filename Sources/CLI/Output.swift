import Glibc
import Model
import Synchronization

/// Standard output carries the result and nothing else; everything said on the way goes to standard error.
///
/// What is drawn on a terminal stands below everything that is written: both pass through one lock, and what is written
/// takes the place of what was drawn, which comes back with its next frame.
enum Output {
    private static let block = Mutex(LiveBlock())

    /// Writes the result of a command, line by line with nothing in it that a terminal obeys.
    ///
    /// - Throws: `OutputError` when it cannot be written, so that a full disk behind `>` does not pass for success.
    static func result(_ text: String) throws {
        try write(harmless(text) + "\n", to: STDOUT_FILENO)
    }

    /// Says in one sentence what happened, on standard error.
    static func say(_ sentence: String) {
        write(sentence.shown + "\n")
    }

    /// Says what takes more than a line, on standard error.
    static func explain(_ text: String) {
        write(harmless(text) + "\n")
    }

    /// Writes a line of a log to standard error as it is.
    static func log(_ line: String) {
        write(line)
    }

    /// Draws rows on the terminal of standard error, in place of those that stand there.
    static func draw(_ rows: [String]) {
        block.withLock { block in
            // Nobody is left to tell when standard error fails.
            try? put(block.draw(rows), to: STDERR_FILENO)
        }
    }

    /// Leaves what was drawn where it is, because the terminal is somebody else's now.
    static func leave() {
        block.withLock { $0.leave() }
    }

    /// Removes what was drawn.
    static func erase() {
        write("")
    }

    /// Says what went wrong on standard error.
    static func complain(_ text: String) {
        say("visitor-merge: \(text)")
    }

    /// Line ends are ours; whatever else steers a terminal is from outside.
    private static func harmless(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).shown }.joined(separator: "\n")
    }

    private static func write(_ text: String) {
        // Nobody is left to tell when standard error fails.
        try? write(text, to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) throws {
        try block.withLock { block in
            let erasure = block.erase()
            if descriptor == STDERR_FILENO {
                try put(erasure + text, to: descriptor)
            } else {
                try? put(erasure, to: STDERR_FILENO)
                try put(text, to: descriptor)
            }
        }
    }

    private static func put(_ text: String, to descriptor: Int32) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // A reader that went away has read what it wanted.
            if count < 0, errno == EPIPE { return }
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
