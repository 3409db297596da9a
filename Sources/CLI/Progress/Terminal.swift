import FoundationEssentials
import Glibc

/// The terminal that standard error is, and what can be drawn on it.
struct Terminal: Sendable {
    var hasColours: Bool
    /// Whether it shows more than ASCII.
    var hasUnicode: Bool

    /// The terminal behind standard error; `nil` if that is none, or one that knows no control sequences.
    static var ofStandardError: Terminal? {
        isatty(STDERR_FILENO) == 1 ? Terminal(ProcessInfo.processInfo.environment) : nil
    }

    /// Whether the user sees what goes to standard output on a terminal.
    static var showsResults: Bool { isatty(STDOUT_FILENO) == 1 }

    /// A terminal as the environment describes it.
    init?(_ environment: [String: String]) {
        func text(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        guard let name = text("TERM"), name != "dumb" else { return nil }
        hasColours = text("NO_COLOR") == nil
        let locale = (text("LC_ALL") ?? text("LC_CTYPE") ?? text("LANG") ?? "").lowercased()
        hasUnicode = locale.contains("utf-8") || locale.contains("utf8")
    }

    /// Columns and rows now; those of the oldest terminals where it does not say.
    var size: (columns: Int, rows: Int) {
        var size = winsize()
        guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return (80, 24)
        }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Whether the process is the one that the user of the terminal looks at, not one behind a shell.
    var isInForeground: Bool {
        let group = tcgetpgrp(STDERR_FILENO)
        // Negative where the terminal is nobody's: then there is no shell to disturb.
        return group < 0 || group == getpgrp()
    }
}
