extension String {
    /// Begins with a character with which spreadsheets begin a formula, in either of its widths.
    package var beginsFormula: Bool { unicodeScalars.first?.beginsFormula ?? false }

    /// The text of a CSV cell in which no spreadsheet finds a formula, whatever it takes for the delimiter: an apostrophe
    /// stands before each character with which one would begin.
    ///
    /// A spreadsheet in which another sign divides the cells cuts this one where that stands, and passes over spaces and
    /// quotation marks at the beginning of what is behind.
    package var withoutFormulas: String {
        var isBeginning = true
        return escaped { scalar in
            defer {
                switch scalar {
                case ";", ",", "|", "\t", "\n", "\r": isBeginning = true
                case " ", "\"": break
                default: isBeginning = false
                }
            }
            return isBeginning && scalar.beginsFormula ? "'\(scalar)" : nil
        }
    }
}

extension Unicode.Scalar {
    fileprivate var beginsFormula: Bool {
        switch self {
        case "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
        default: false
        }
    }
}
