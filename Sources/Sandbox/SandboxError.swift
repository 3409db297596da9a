/// Why a sandbox cannot serve.
package enum SandboxError: Error, Equatable, CustomStringConvertible {
    /// Another program listens there.
    case portTaken(Int)
    /// There is no such seed file.
    case seedMissing(path: String)
    /// The seed file cannot be opened or read.
    case seedUnreadable(path: String, reason: String)
    /// The seed is no JSON; without a path it came from elsewhere than a file.
    case seedNotJSON(path: String? = nil)
    /// The seed contains something that cannot be; the reason says where and what.
    case badSeed(path: String? = nil, reason: String)
    /// A fault that is unknown or makes no sense; the reason lists what is known.
    case badFault(reason: String)

    package var description: String {
        switch self {
        case .portTaken(let port):
            "Port \(port) on 127.0.0.1 is taken by another program. Choose another one, or 0 for a free one."
        case .seedMissing(let path): "There is no file \(path)."
        case .seedUnreadable(let path, let reason): "The seed file \(path) cannot be read: \(reason)."
        case .seedNotJSON(let path): "\(Self.seed(path)) is not valid JSON."
        case .badSeed(let path, let reason): "\(Self.seed(path)) is not usable: \(reason)."
        case .badFault(let reason): "The fault is not usable: \(reason)."
        }
    }

    private static func seed(_ path: String?) -> String {
        path.map { "The seed file \($0)" } ?? "The seed"
    }

    /// The same about a seed that was read from the file at `path`.
    func about(_ path: String) -> Self {
        switch self {
        case .seedNotJSON: .seedNotJSON(path: path)
        case .badSeed(_, let reason): .badSeed(path: path, reason: reason)
        case .portTaken, .seedMissing, .seedUnreadable, .badFault: self
        }
    }
}
