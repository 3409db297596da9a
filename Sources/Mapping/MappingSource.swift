/// Where a mapping is read from.
package enum MappingSource: Sendable, Equatable {
    case file(String)
    case standardInput

    /// The path as it was given, or `-` for standard input.
    package var name: String {
        switch self {
        case .file(let path): path
        case .standardInput: "-"
        }
    }
}
