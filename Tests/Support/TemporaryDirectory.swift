import FoundationEssentials

/// A private folder for one test, removed when the test is over.
///
/// A class because its end is the end of the folder.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        path = FileManager.default.temporaryDirectory.path + "/visitor-merge-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        // A file that a test made unremovable is for the system to clear.
        try? FileManager.default.removeItem(atPath: path)
    }

    package func callAsFunction(_ name: String) -> String { path + "/" + name }

    @discardableResult
    package func write(_ text: String, as name: String) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: self(name)))
        return self(name)
    }

    /// The names of everything in the folder, in order.
    package var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
    }

    /// The text of a file in the folder.
    package func text(_ name: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: self(name))), as: UTF8.self)
    }
}
