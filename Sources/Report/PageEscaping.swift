import Model
import Mustache

/// What keeps a value of the page text, whatever characters it has.
///
/// The library's own escaping goes by grapheme clusters, so that a quotation mark with a combining character after it
/// passes and ends an attribute. This one goes by scalars.
struct PageEscaping: MustacheContentType {
    /// The name by which the templates ask for it.
    static let name = "PAGE"

    func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.shown.unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(scalar)
            }
        }
        return String(escaped)
    }
}

extension String {
    /// The beginning of a text that is longer than a page has room for, with what is left out.
    func clipped(to limit: Int) -> String {
        // Most texts are short in bytes already, which is quicker to tell than their characters.
        guard utf8.count > limit, unicodeScalars.count > limit else { return self }
        return "\(String(unicodeScalars.prefix(limit)))… (\(unicodeScalars.count.grouped) characters)"
    }
}
