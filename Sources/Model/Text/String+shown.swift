extension String {
    /// The text with everything that cannot be seen written out, such as `\u{202E}`, on one line.
    ///
    /// What comes from a file, a server or the environment passes through here before a person reads it on a terminal, in
    /// a log or in a report: it could clear the screen, turn the text around or pass for a line of ours. For reading only;
    /// a text that holds such an escape itself looks the same.
    package var shown: String {
        guard !utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else { return self }
        return unicodeScalars.reduce(into: "") { text, scalar in
            if scalar.isInvisible {
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Unicode.Scalar {
    /// Cannot be seen, or changes how what is around it is seen: control and format characters, separators other than a
    /// space, and what fonts leave out.
    package var isInvisible: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        case .spaceSeparator: self != " "
        default: properties.isDefaultIgnorableCodePoint
        }
    }
}
