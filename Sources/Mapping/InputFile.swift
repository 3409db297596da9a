#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An open file that is closed when its owner goes.
///
/// Standard input is left open: it belongs to the process.
struct InputFile: ~Copyable {
    let name: String
    private let descriptor: Int32
    private let isOwned: Bool
    private let sealAtOpening: String?

    init(_ source: MappingSource) throws(MappingError) {
        name = source.name
        switch source {
        case .standardInput:
            descriptor = STDIN_FILENO
            isOwned = false
        case .file(let path):
            descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
            isOwned = true
            guard descriptor >= 0 else { throw Self.openingError(path, code: errno) }
        }
        sealAtOpening = FileSeal(ofDescriptor: descriptor)?.text
    }

    deinit {
        if isOwned, descriptor >= 0 { _ = close(descriptor) }
    }

    /// Fills an array with the next bytes and tells how many there were: fewer than fit only at the end of the file.
    ///
    /// Waits for a slow pipe, so that the number of calls depends on the size of the input alone.
    func read(into bytes: inout [UInt8]) throws(MappingError) -> Int {
        var filled = 0
        while filled < bytes.count {
            // The system call writes into the array; there is no other way to let it.
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
                return unsafe systemRead(descriptor, rest.baseAddress, rest.count)
            }
            if got > 0 {
                filled += got
            } else if got == 0 {
                break
            } else if errno != EINTR {
                throw errno == EISDIR ? .directory(name) : .inputOutput(name, reason: Self.text(of: errno))
            }
        }
        return filled
    }

    /// The seal of the file, if it is the same as when it was opened.
    var seal: FileSeal? {
        guard let seal = FileSeal(ofDescriptor: descriptor), seal.text == sealAtOpening else { return nil }
        return seal
    }

    private static func openingError(_ path: String, code: Int32) -> MappingError {
        code == ENOENT ? .missing(path) : .unreadable(path, reason: text(of: code))
    }

    private static func text(of code: Int32) -> String {
        guard let message = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: message)
    }
}

/// The system's `read`, under a name that a method called `read` does not hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    unsafe read(descriptor, buffer, count)
}
