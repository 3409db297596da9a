import Glibc

/// The file that a name or a descriptor stands for, whatever it is called.
struct FileIdentity: Sendable, Equatable {
    let device: dev_t
    let inode: ino_t

    /// `nil` if nothing is at the path; a link is not followed.
    init?(at path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init?(of descriptor: Int32) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { return nil }
        self.init(status)
    }

    private init(_ status: stat) {
        device = status.st_dev
        inode = status.st_ino
    }
}
