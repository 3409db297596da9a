#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif
package import Model

/// What a file system says of a file: while it says the same, nobody has written the file or put another in its place.
///
/// Every write sets the instant of the last change to the present, which no program can set itself.
package struct FileFingerprint: Sendable {
    /// As it stands in a journal, to be compared.
    package let text: String
    private let lastChange: Timestamp

    /// The seal of a regular file; `nil` of everything else.
    package init?(of source: MappingSource) {
        var status = stat()
        guard case .file(let path) = source, unsafe stat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init?(ofDescriptor descriptor: Int32) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init?(_ status: stat) {
        #if canImport(Darwin)
            let (changed, modified) = (status.st_ctimespec, status.st_mtimespec)
        #else
            let (changed, modified) = (status.st_ctim, status.st_mtim)
        #endif
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        let numbers = [
            Int64(status.st_dev), Int64(status.st_ino), Int64(status.st_size), Int64(modified.tv_sec),
            Int64(modified.tv_nsec), Int64(changed.tv_sec), Int64(changed.tv_nsec),
        ]
        text = numbers.map(String.init).joined(separator: ":")
        lastChange = Timestamp(milliseconds: Int64(max(changed.tv_sec, modified.tv_sec)) * 1000)
    }

    /// Whether a write at that instant would certainly have given the file another seal.
    ///
    /// Two writes in one tick of the file system's clock look the same, and the coarsest clocks tick every two seconds.
    package func isSettled(at instant: Timestamp) -> Bool {
        lastChange.milliseconds < instant.milliseconds - 4000
    }
}
