extension String {
    /// Begins with a character with which spreadsheets begin a formula, in either of its widths.
    package var beginsFormula: Bool {
        switch unicodeScalars.first {
        case "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
        default: false
        }
    }
}
