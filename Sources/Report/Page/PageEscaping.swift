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
        text.shown.escaped { scalar in
            switch scalar {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            case "\"": "&quot;"
            case "'": "&#39;"
            default: nil
            }
        }
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
