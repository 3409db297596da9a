import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// A terminal of the system with a screen behind it, for programs that look whether they write to one.
///
/// A class because the program's output arrives while tests look at the screen; the screen is behind one lock.
package final class PseudoTerminal: Sendable {
    private let controller: FileDescriptor
    private let name: String
    private let state: Mutex<TerminalScreen>
    private let bytes = Mutex<[UInt8]>([])

    // TIOCSPTLCK and TIOCGPTN, which Swift cannot import: what `unlockpt` and `ptsname` ask the kernel on Linux.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430

    package init(columns: Int, rows: Int = 24, resizing: TerminalScreen.Resizing = .breaksAnew) throws {
        controller = FileDescriptor(
            rawValue: unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC))
        var isLocked: Int32 = 0
        var number: UInt32 = 0
        guard controller.rawValue >= 0, unsafe ioctl(controller.rawValue, Self.setLock, &isLocked) == 0,
            unsafe ioctl(controller.rawValue, Self.getNumber, &number) == 0
        else { throw Errno(rawValue: errno) }
        name = "/dev/pts/\(number)"
        state = Mutex(TerminalScreen(columns: columns, rows: rows, resizing: resizing))
        setSize(columns, rows)
    }

    deinit {
        try? controller.close()
    }

    /// What the user sees now.
    package var screen: TerminalScreen { state.withLock { $0 } }

    /// Everything that was written so far, as it came.
    package var written: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Gives it another size, as if the user had pulled at a corner of the window.
    package func resize(columns: Int, rows: Int) {
        state.withLock { $0.resize(columns: columns, rows: rows) }
        setSize(columns, rows)
    }

    /// Shows what is written while `body` takes, which gets the end that programs have, down to the last of it.
    func shown<Result: Sendable>(
        _ body: @Sendable (FileDescriptor) async throws -> Result
    ) async throws -> Result {
        let device = FileDescriptor(rawValue: unsafe open(name, O_RDWR | O_NOCTTY | O_CLOEXEC))
        guard device.rawValue >= 0 else { throw Errno(rawValue: errno) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = await eventually(within: .seconds(600)) { self.isOver() } }
            // What was written last is there when nobody has the other end any more, and not before.
            defer { try? device.close() }
            return try await body(device)
        }
    }

    /// Takes what was written; whether nothing more can come.
    private func isOver() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        return state.withLock { screen in
            while true {
                let count = unsafe read(controller.rawValue, &buffer, buffer.count)
                guard count > 0 else { return count < 0 && errno == EIO }
                screen.feed(buffer.prefix(count))
                bytes.withLock { $0 += buffer.prefix(count) }
            }
        }
    }

    private func setSize(_ columns: Int, _ rows: Int) {
        var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
        _ = unsafe ioctl(controller.rawValue, UInt(TIOCSWINSZ), &size)
    }
}

extension Program {
    /// Runs the program with its standard error, and its standard output unless that is captured, on a terminal.
    package func run(
        _ arguments: [String], on terminal: PseudoTerminal, capturingOutput: Bool = false,
        while body: @Sendable (Going) async throws -> Void
    ) async throws -> Ended {
        try await terminal.shown { device in
            let device = FileDescriptorOutput.fileDescriptor(device, closeAfterSpawningProcess: false)
            guard capturingOutput else {
                let result = try await start(arguments, output: device, error: device, while: body)
                return Ended(status: result.terminationStatus.number, output: "", errors: "")
            }
            let result = try await start(arguments, output: .string(limit: 1 << 20), error: device, while: body)
            return Ended(status: result.terminationStatus.number, output: result.standardOutput, errors: "")
        }
    }
}
