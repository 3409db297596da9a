#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An open input that is closed when its owner goes.
///
/// Standard input is left open: it belongs to the process.
struct InputFile: ~Copyable {
    /// How often a pipe without data is asked whether the reader is still wanted, in milliseconds.
    private static let interval: Int32 = 100

    let name: String
    private let descriptor: Int32
    private let isOwned: Bool
    private let isRegularFile: Bool
    private let isAskedToStop: @Sendable () -> Bool

    /// Opens an input; does not wait for a writer.
    ///
    /// `isAskedToStop` is asked from the thread that reads, while it waits for more.
    init(
        _ source: MappingSource, isAskedToStop: @escaping @Sendable () -> Bool = { false }
    ) throws(MappingError) {
        let descriptor = try Self.open(source)
        let isOwned = source != .standardInput
        let flags = fcntl(descriptor, F_GETFL)
        // A closed standard input was given a place holder that cannot be read.
        guard flags >= 0, flags & O_ACCMODE != O_WRONLY else {
            if isOwned { _ = close(descriptor) }
            throw .inputOutput(source.name, reason: "it is closed")
        }
        let type = Self.type(of: descriptor)
        guard type != S_IFDIR else {
            if isOwned { _ = close(descriptor) }
            throw .directory(source.name)
        }
        name = source.name
        isRegularFile = type == S_IFREG
        self.descriptor = descriptor
        self.isOwned = isOwned
        self.isAskedToStop = isAskedToStop
    }

    /// `nil` if it cannot be had.
    private static func type(of descriptor: Int32) -> mode_t? {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : nil
    }

    private static func open(_ source: MappingSource) throws(MappingError) -> Int32 {
        let descriptor: Int32
        switch source {
        case .standardInput:
            descriptor = STDIN_FILENO
        case .file(let path):
            descriptor = systemOpen(path, O_RDONLY | O_CLOEXEC)
        case .stream(let path):
            if let handedOver = handedOverDescriptor(path) {
                descriptor = isHandedOver(handedOver) ? fcntl(handedOver, F_DUPFD_CLOEXEC, 0) : -1
            } else {
                descriptor = systemOpen(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            }
        }
        guard descriptor >= 0 else {
            let code = errno
            throw code == ENOENT ? .missing(source.name) : .unreadable(source.name, reason: text(of: code))
        }
        return descriptor
    }

    deinit {
        if isOwned, descriptor >= 0 { _ = close(descriptor) }
    }

    /// Fills an array with the next bytes, and tells how many there are and whether nothing follows them.
    ///
    /// Of a file it reads as many as fit, so that the number of calls depends on its size alone. What comes through a
    /// pipe is handed on when the pipe pauses.
    ///
    /// - Throws: `MappingError`; `.stopped` when the reader was asked to stop while it waited.
    func read(into bytes: inout [UInt8]) throws(MappingError) -> (count: Int, isAtEnd: Bool) {
        var filled = 0
        while filled < bytes.count {
            if !isRegularFile {
                guard try awaitData(atOnce: filled > 0) else { break }
            }
            // The system call writes into the array; there is no other way to let it.
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                return unsafe systemRead(descriptor, rest.baseAddress, rest.count)
            }
            if got > 0 {
                filled += got
            } else if got == 0 {
                return (filled, true)
            } else if errno != EINTR, errno != EAGAIN {
                throw .inputOutput(name, reason: Self.text(of: errno))
            }
        }
        return (filled, false)
    }

    /// Waits until there is something to read, or the end, or an error; with `atOnce` it only looks.
    private func awaitData(atOnce: Bool) throws(MappingError) -> Bool {
        while true {
            guard !isAskedToStop() else { throw .stopped }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if unsafe poll(&waiting, 1, atOnce ? 0 : Self.interval) > 0 { return true }
            if atOnce { return false }
        }
    }

    private static func text(of code: Int32) -> String {
        guard let message = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: message)
    }
}

/// The system's `open`, under a name that a method called `open` does not hide.
private func systemOpen(_ path: String, _ flags: Int32) -> Int32 {
    unsafe open(path, flags)
}

/// The system's `read`, under a name that a method called `read` does not hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(descriptor, buffer, count)
}
