/// Why a sandbox cannot serve.
package enum SandboxError: Error, Equatable, CustomStringConvertible {
    /// Another program listens there.
    case portTaken(Int)
    /// The seed file cannot be opened or read.
    case seedUnreadable(path: String, reason: String)
    /// The seed contains something that cannot be; the reason says where and what.
    case badSeed(reason: String)
    /// A fault that is unknown or makes no sense; the reason lists what is known.
    case badFault(reason: String)

    package var description: String {
        switch self {
        case .portTaken(let port):
            "Port \(port) on 127.0.0.1 is taken by another program. Choose another one, or 0 for a free one."
        case .seedUnreadable(let path, let reason): "The seed file \(path) cannot be read: \(reason)"
        case .badSeed(let reason): "The seed is not usable: \(reason)."
        case .badFault(let reason): "The fault is not usable: \(reason)."
        }
    }
}
