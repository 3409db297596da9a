import Glibc
import Subprocess
import Synchronization
import SystemPackage

/// A pipe that holds a page and refuses what it has no room for, as the pipes of Node.js do.
///
/// A class because the program's output arrives while the test waits; what was read is behind one lock.
private final class NarrowPipe: Sendable {
    let writing: FileDescriptor
    private let reading: FileDescriptor
    private let bytes = Mutex<[UInt8]>([])

    init() throws {
        (reading, writing) = try FileDescriptor.pipe()
        for end in [reading, writing] {
            _ = fcntl(end.rawValue, F_SETFL, fcntl(end.rawValue, F_GETFL) | O_NONBLOCK)
        }
        _ = fcntl(writing.rawValue, Self.setSize, 4096)
    }

    // F_SETPIPE_SZ, which Swift cannot import.
    private static let setSize: Int32 = 1031

    deinit {
        try? reading.close()
    }

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

    /// Reads everything, but nothing before the writer has had to wait.
    func read() async {
        _ = await eventually(within: .seconds(60)) { waiting > 3000 }
        _ = await eventually(within: .seconds(120)) { isOver() }
    }

    private var waiting: Int32 {
        var count: Int32 = 0
        return unsafe ioctl(reading.rawValue, UInt(FIONREAD), &count) == 0 ? count : 0
    }

    /// Takes what is there; whether nothing more can come.
    private func isOver() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe Glibc.read(reading.rawValue, &buffer, buffer.count)
            guard count > 0 else { return count == 0 }
            bytes.withLock { $0 += buffer.prefix(count) }
        }
    }
}

extension Program {
    /// Runs the program with standard output, or standard error, on a pipe that is full for a time; the other stream is
    /// captured as usual.
    package func run(_ arguments: [String], withNarrowErrors isErrors: Bool) async throws -> Ended {
        let pipe = try NarrowPipe()
        let narrow = FileDescriptorOutput.fileDescriptor(pipe.writing, closeAfterSpawningProcess: true)
        guard isErrors else {
            let result = try await start(arguments, output: narrow, error: .string(limit: 16 << 20)) { _ in
                await pipe.read()
            }
            return Ended(status: result.terminationStatus.number, output: pipe.text, errors: result.standardError)
        }
        let result = try await start(arguments, output: .string(limit: 16 << 20), error: narrow) { _ in
            await pipe.read()
        }
        return Ended(status: result.terminationStatus.number, output: result.standardOutput, errors: pipe.text)
    }
}
