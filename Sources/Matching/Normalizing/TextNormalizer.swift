import Mapping

/// Usernames and custom fields in the form in which they are compared.
enum TextNormalizer {
    /// More than any number or name a person would be known by.
    private static let longest = 256
    /// The text without spaces around it, in small letters; `nil` for what says nothing.
    static func text(of value: String) -> String? {
        let value = value.trimmed
        guard value.utf8.count <= longest else { return nil }
        let folded = value.lowercased()
        guard !folded.meansNothing,
            folded.unicodeScalars.allSatisfy({ $0.isVisible || $0 == " " }),
            folded.contains(where: { $0.isLetter || $0.isNumber })
        else { return nil }
        return folded
    }
}

extension String {
    /// The text without white space and invisible characters around it.
    var trimmed: String {
        guard let first = utf8.first, let last = utf8.last else { return self }
        // Nearly every value: no look at its characters is needed.
        if "!"..."~" ~= Unicode.Scalar(first), "!"..."~" ~= Unicode.Scalar(last) { return self }
        let scalars = unicodeScalars
        guard let start = scalars.firstIndex(where: \.isVisible), let end = scalars.lastIndex(where: \.isVisible) else {
            return ""
        }
        return String(scalars[start...end])
    }
}

extension Unicode.Scalar {
    /// Neither white space nor a character that only changes how others are shown.
    var isVisible: Bool {
        if "!"..."~" ~= self { return true }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator, .surrogate, .unassigned,
            .privateUse:
            false
        default: true
        }
    }
}
