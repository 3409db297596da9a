import Glibc
import Model

/// Standard output carries the result and nothing else; everything said on the way goes to standard error.
enum Output {
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

    /// Writes to standard error as it is, for what is drawn rather than said.
    static func write(_ text: String) {
        // Nobody is left to tell when standard error fails.
        try? write(text, to: STDERR_FILENO)
    }

    /// Says what went wrong on standard error.
    static func complain(_ text: String) {
        say("visitor-merge: \(text)")
    }

    /// Line ends are ours; whatever else steers a terminal is from outside.
    private static func harmless(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).shown }.joined(separator: "\n")
    }

    private static func write(_ text: String, to descriptor: Int32) throws {
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
