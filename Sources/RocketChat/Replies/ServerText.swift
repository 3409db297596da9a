import Model

/// Makes words of a server fit to be shown: journals, reports and terminals get them.
package enum ServerText {
    /// The longest text that goes into a detail, in Unicode scalars.
    static let limit = 200

    /// The text on one line, without invisible characters, without `secret`, cut to ``limit``.
    package static func clean(_ text: String, without secret: String = "") -> String {
        if secret.isEmpty, text.utf8.count <= limit, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
            // Printable ASCII, as nearly every id is.
            return text
        }
        var scalars = String.UnicodeScalarView()
        var count = 0
        for scalar in hiding(secret, in: text) {
            guard count < limit else {
                scalars.append("…")
                break
            }
            scalars.append(scalar.isInvisible ? " " : scalar)
            count += 1
        }
        return String(scalars)
    }

    /// Compares scalar by scalar, because a combining mark after the secret would make it another string.
    private static func hiding(_ secret: String, in text: String) -> String.UnicodeScalarView {
        let secret = secret.unicodeScalars
        // As much as can show after the cut, were it nothing but secrets.
        var rest = text.unicodeScalars.prefix((limit + 1) * max(1, secret.count))
        var shown = String.UnicodeScalarView()
        while !secret.isEmpty, let hit = rest.firstRange(of: secret) {
            shown += rest[..<hit.lowerBound]
            shown += "<redacted>".unicodeScalars
            rest = rest[hit.upperBound...]
        }
        return shown + rest
    }
}
