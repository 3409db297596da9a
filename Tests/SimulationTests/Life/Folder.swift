import FoundationEssentials
import Glibc

/// Where a life keeps its files, in memory where the machine has a place for that.
///
/// A class because its end is the end of the folder.
final class Folder: Sendable {
    private let root: String

    init() throws {
        let base =
            FileManager.default.isWritableFile(atPath: "/dev/shm")
            ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        // Short, because a debug build takes long to look at a path.
        root = base + "/vm-" + UUID().uuidString.prefix(8)
        try clear()
    }

    deinit {
        // What cannot be removed is for the system to clear.
        for path in [root, root + "k"] { try? FileManager.default.removeItem(atPath: path) }
    }

    func callAsFunction(_ name: String) -> String { root + "/" + name }

    func kept(_ name: String) -> String { root + "k/" + name }

    func write(_ text: String, as name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: self(name)))
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: self(name)) }

    /// Begins with nothing.
    func clear() throws {
        for path in [root, root + "k"] where FileManager.default.fileExists(atPath: path) {
            try FileManager.default.removeItem(atPath: path)
        }
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        unsafe chmod(root, 0o700)
    }

    /// Copies all files as they are now: what a process that is killed at this moment leaves behind.
    ///
    /// The index of a log is not among them: nobody is left who has locked it, so SQLite makes it anew. What the disk may
    /// have lost of them when the power fails is another matter.
    func keep() throws {
        try FileManager.default.createDirectory(atPath: root + "k", withIntermediateDirectories: true)
        for name in try FileManager.default.contentsOfDirectory(atPath: root)
        where !name.hasSuffix("-shm") {
            try FileManager.default.copyItem(atPath: self(name), toPath: root + "k/" + name)
        }
    }

    /// Puts them in the place of what is there, once the process is gone that worked on it.
    func restore() throws {
        try FileManager.default.removeItem(atPath: root)
        try FileManager.default.moveItem(atPath: root + "k", toPath: root)
        unsafe chmod(root, 0o700)
    }
}
