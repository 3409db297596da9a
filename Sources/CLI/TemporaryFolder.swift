import Files
import FoundationEssentials

/// A private folder for the length of a closure; what killed commands left of theirs is removed.
enum TemporaryFolder {
    static func with<Value>(_ body: (String) throws -> Value) throws -> Value {
        let folder = try make(in: FileManager.default.temporaryDirectory.path)
        let result = Result { try body(folder.path) }
        do throws(FileError) {
            try folder.remove()
        } catch {
            Output.complain("could not remove \(error.path), which holds the mapping: \(error.why). Remove it by hand.")
        }
        return try result.get()
    }

    private static func make(in parent: String) throws -> WorkingDirectory {
        let place = parent + "/visitor-merge"
        do throws(FileError) {
            try WorkingDirectory.forEachLeftover(beside: place, .parts) { leftover throws(FileError) in
                try leftover.remove()
            }
            return try WorkingDirectory(beside: place, for: .parts)
        } catch {
            throw ConfigurationError("Cannot use a folder in \(parent): \(error.why). Set TMPDIR to another place.")
        }
    }
}
