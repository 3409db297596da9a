import Files
import Glibc
import SystemPackage

/// The file that a name or a descriptor stands for, whatever it is called.
struct FileIdentity: Sendable, Equatable {
    private let device: DeviceID
    private let inode: Inode

    /// `nil` if nothing is at the path; a link is not followed.
    init?(at path: String) {
        guard let status = try? Stat(FilePath(path), followTargetSymlink: false) else { return nil }
        self.init(status)
    }

    init?(of descriptor: Int32) {
        guard let status = try? Stat(FileDescriptor(rawValue: descriptor)) else { return nil }
        self.init(status)
    }

    init(_ status: Stat) {
        device = status.deviceID
        inode = status.inode
    }
}
