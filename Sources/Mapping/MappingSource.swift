import Model

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

    /// What a sentence that begins with the source calls it.
    package var title: String { self == .standardInput ? "Standard input" : name.shown }
}
