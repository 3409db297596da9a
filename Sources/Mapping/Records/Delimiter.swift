/// What stands between two fields of a CSV record.
package enum Delimiter: String, CaseIterable, Sendable {
    case comma
    case semicolon
    case tab
    case pipe

    /// The delimiter that a person names, by the character itself, by its name, or as `\t`.
    package init?(argument: String) {
        switch argument.lowercased() {
        case ",", "comma": self = .comma
        case ";", "semicolon": self = .semicolon
        case "\t", "\\t", "tab": self = .tab
        case "|", "pipe": self = .pipe
        default: return nil
        }
    }

    var byte: UInt8 {
        switch self {
        case .comma: UInt8(ascii: ",")
        case .semicolon: UInt8(ascii: ";")
        case .tab: UInt8(ascii: "\t")
        case .pipe: UInt8(ascii: "|")
        }
    }
}
