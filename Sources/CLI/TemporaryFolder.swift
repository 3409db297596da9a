import FoundationEssentials
import Glibc

/// A private folder for the length of a closure.
enum TemporaryFolder {
    static func with<Value>(_ body: (String) throws -> Value) throws -> Value {
        let parent = FileManager.default.temporaryDirectory.path
        let path = parent + "/visitor-merge-" + UUID().uuidString
        guard unsafe mkdir(path, 0o700) == 0 else {
            throw ConfigurationError(
                "Cannot create a folder in \(parent): \(unsafe String(cString: strerror(errno))). Set TMPDIR to another place."
            )
        }
        defer {
            // What is left in a temporary folder is no reason to fail; the system clears it.
            try? FileManager.default.removeItem(atPath: path)
        }
        return try body(path)
    }
}
