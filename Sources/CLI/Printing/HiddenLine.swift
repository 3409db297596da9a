import Glibc
import Synchronization

/// A line that the user of a terminal types without seeing it.
enum HiddenLine {
    /// The signal that came while the line was awaited; 0 for none.
    private static let signalled = Atomic<Int32>(0)
    /// How often it looks whether one came, in milliseconds.
    private static let interval: Int32 = 100

    /// Prompts and reads one line; the terminal is as it was afterwards, also when a signal ends the process.
    static func ask(_ prompt: String, on descriptor: Int32) throws -> [UInt8] {
        var usual = termios()
        guard unsafe tcgetattr(descriptor, &usual) == 0 else { throw unreadable }
        var hidden = usual
        hidden.c_lflag &= ~tcflag_t(ECHO)
        hidden.c_lflag |= tcflag_t(ICANON | ISIG | ECHONL)
        signalled.store(0, ordering: .relaxed)
        let ending = [SIGINT, SIGTERM, SIGHUP, SIGQUIT].filter { !isIgnored($0) }
        let handlers = ending.map { signal($0) { HiddenLine.signalled.store($0, ordering: .relaxed) } }
        Output.prompt(prompt, on: descriptor)
        guard unsafe tcsetattr(descriptor, TCSAFLUSH, &hidden) == 0 else { throw unreadable }
        defer {
            _ = unsafe tcsetattr(descriptor, TCSANOW, &usual)
            for (number, handler) in zip(ending, handlers) { signal(number, handler) }
        }
        guard let line = try line(from: descriptor) else {
            _ = unsafe tcsetattr(descriptor, TCSANOW, &usual)
            _exit(128 + signalled.load(ordering: .relaxed))
        }
        return line
    }

    /// What was typed; `nil` if a signal came first.
    private static func line(from descriptor: Int32) throws -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 8192)
        while signalled.load(ordering: .relaxed) == 0 {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&waiting, 1, interval) > 0 else { continue }
            let count = unsafe read(descriptor, &bytes, bytes.count)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count >= 0 else { throw unreadable }
            return Array(bytes.prefix(count))
        }
        return nil
    }

    private static var unreadable: ConfigurationError {
        ConfigurationError("The terminal cannot be asked for the token: \(unsafe String(cString: strerror(errno))).")
    }
}
