import Glibc
import Model

/// Where a mapping is read from.
package enum MappingSource: Sendable, Equatable {
    case file(String)
    case standardInput
    /// What has a path and can be read only once: a pipe, a socket, a device.
    case stream(String)

    /// What a path stands for; `-` is standard input, and so is every other name of it.
    ///
    /// What is not there, or cannot be looked at, counts as a file: opening it says why.
    package init(_ path: String) {
        if path == "-" || handedOverDescriptor(path) == STDIN_FILENO {
            self = .standardInput
        } else {
            self = handedOverDescriptor(path) != nil || Self.isStream(path) ? .stream(path) : .file(path)
        }
    }

    private static func isStream(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    /// The path as it was given, or `-` for standard input.
    package var name: String {
        switch self {
        case .file(let path), .stream(let path): path
        case .standardInput: "-"
        }
    }

    /// What a sentence that begins with the source calls it.
    package var title: String { self == .standardInput ? "Standard input" : name.shown }

    /// Throws what keeps a file from being opened; what a pipe holds shows when it is read.
    ///
    /// For commands that would ask for something else first, such as a server.
    package func requireFile() throws(MappingError) {
        guard case .file = self else { return }
        _ = try InputFile(self)
    }

    /// The path of a file; `-` for what cannot be read again, so that nothing is named after it.
    package var fileName: String {
        switch self {
        case .file(let path): path
        case .standardInput, .stream: "-"
        }
    }
}
