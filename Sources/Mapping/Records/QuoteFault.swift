/// What is wrong with the quotes of a CSV record.
struct QuoteFault: Equatable {
    /// A habit of the program that wrote the file, which breaks every record with such a field.
    enum Habit {
        /// Spaces between a delimiter and a quote.
        case spaces
        /// A backslash before a quote that belongs to the text.
        case backslash
    }

    let detail: String
    var habit: Habit?

    static let tooLong = QuoteFault(detail: "longer than 1 MiB")
    static let openTooLong = QuoteFault(detail: "longer than 1 MiB, perhaps for a quote left open")

    static func neverClosed(field: Int) -> QuoteFault {
        QuoteFault(detail: "the quote that opens field \(field) is never closed")
    }

    /// A quote behind the text with which an unquoted field begins.
    static func inside(field: Int, _ text: Span<UInt8>) -> QuoteFault {
        var fault = QuoteFault(detail: "a quote inside field \(field), which does not begin with one")
        if !text.isEmpty, text[text.count - 1] == UInt8(ascii: "\\") {
            fault.habit = .backslash
        } else if !text.isEmpty, text.indices.allSatisfy({ text[$0] == .space || text[$0] == .tab }) {
            fault.habit = .spaces
        }
        return fault
    }

    /// Something behind the quote at `closing`, which closes a field; whether that is nothing but spaces shows at the end of
    /// the field.
    static func after(field: Int, _ bytes: Span<UInt8>, closing: Int) -> QuoteFault {
        var fault = QuoteFault(detail: "text after the closing quote of field \(field)")
        if closing > 0, bytes[closing - 1] == UInt8(ascii: "\\") {
            fault.habit = .backslash
        }
        return fault
    }
}
