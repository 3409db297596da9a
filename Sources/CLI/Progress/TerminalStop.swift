import Glibc

/// What happens when the user of a terminal stops the process for a while (Ctrl-Z).
enum TerminalStop {
    /// Erases what is drawn before the process stops, in place of stopping at once.
    static func eraseFirst() {
        // Two calls that a signal handler may make; the cursor rests where the block begins.
        signal(SIGTSTP) { _ in
            let erasure: StaticString = "\r\u{1B}[J"
            _ = unsafe write(STDERR_FILENO, erasure.utf8Start, erasure.utf8CodeUnitCount)
            raise(SIGSTOP)
        }
    }

    /// Stops as every process does.
    static func likeOthers() {
        signal(SIGTSTP, SIG_DFL)
    }
}
