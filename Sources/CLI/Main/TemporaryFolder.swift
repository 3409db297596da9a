import Files
import FoundationEssentials

/// A private folder for the length of a closure; what killed commands left of theirs is removed.
enum TemporaryFolder {
    static func with<Value>(_ body: (String) throws -> Value) throws -> Value {
        let folder = try make(in: FileManager.default.temporaryDirectory.path)
        let result = Result { try body(folder.path) }
        remove(folder, "which holds the mapping")
        return try result.get()
    }

    /// The same where the work takes its time, for what holds nothing of the mapping.
    static func withHeld<Value>(_ body: (HeldFolder) async throws -> Value) async throws -> Value {
        let folder = try make(in: FileManager.default.temporaryDirectory.path)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(folder.inside))
        } catch {
            result = .failure(error)
        }
        remove(folder, "which holds nothing of worth")
        return try result.get()
    }

    private static func remove(_ folder: borrowing WorkingDirectory, _ content: String) {
        do throws(FileError) {
            try folder.remove()
        } catch {
            Output.complain("could not remove \(error.path), \(content): \(error.why). Remove it by hand.")
        }
    }

    private static func make(in parent: String) throws -> WorkingDirectory {
        do throws(FileError) {
            let place = try Place(parent + "/visitor-merge")
            try WorkingDirectory.forEachLeftover(beside: place, .parts) { leftover throws(FileError) in
                try leftover.remove()
            }
            return try WorkingDirectory(beside: place, for: .parts)
        } catch {
            throw ConfigurationError("Cannot use a folder in \(parent): \(error.why). Set TMPDIR to another place.")
        }
    }
}
