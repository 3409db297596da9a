extension String {
    /// The text with each of these scalars replaced.
    ///
    /// What reads the text again (a shell, a browser, a spreadsheet) works on bytes or scalars. A quotation mark with a
    /// combining mark after it is one `Character`, so an escape by characters would leave it as it is.
    package func escaped(_ replacement: (Unicode.Scalar) -> String?) -> String {
        var escaped = UnicodeScalarView()
        for scalar in unicodeScalars {
            if let replacement = replacement(scalar) {
                escaped.append(contentsOf: replacement.unicodeScalars)
            } else {
                escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}
