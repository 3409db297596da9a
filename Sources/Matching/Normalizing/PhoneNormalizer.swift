/// Telephone numbers in the form in which they are compared.
///
/// - `+` or `00` begins a number with its country, and a `(0)` in it is dropped.
/// - A number without one is of the default country, if there is one: a `0` in front of it is dropped, in North America
///   (1) a `1` in front of ten digits. Without a default country it is compared with others of its kind alone.
/// - Spaces, hyphens, dots, slashes, brackets and a `tel:` in front do not count.
///
/// Not handled: extensions, letters (`1-800-FLOWERS`), prefixes other than 0, countries that keep the 0 (Italy), and
/// `49…` that means `+49…`. Numbers with letters or extensions are no evidence; the others are not found equal.
enum PhoneNormalizer {
    /// The fewest and the most digits; below are extensions, above is nothing that could be dialled (E.164).
    private static let lengths = 6...15
    /// Nobody writes fifteen digits in more bytes.
    private static let longest = 64

    /// `+` and all digits where the country is known, the digits alone otherwise; `nil` for what is no number.
    static func text(of number: String, defaultCountry: CallingCode?) -> String? {
        guard number.utf8.count <= longest, var spelling = Spelling(number) else { return nil }
        if !spelling.hasPlus, let defaultCountry { spelling.add(defaultCountry) }
        guard lengths.contains(spelling.digits.count), !spelling.isPlaceholder else { return nil }
        return String(decoding: spelling.hasPlus ? [.plus] + spelling.digits : spelling.digits, as: UTF8.self)
    }
}

/// What a number is made of.
private struct Spelling {
    /// The digits say which country it is of.
    private(set) var hasPlus = false
    /// In ASCII.
    private(set) var digits: [UInt8] = []

    /// Reads a number; `nil` if anything is in it that no number has.
    init?(_ number: String) {
        var bytes = Self.ascii(number.trimmed)[...]
        if bytes.prefix(4).elementsEqual("tel:".utf8, by: { $0 | 0x20 == $1 }) { bytes = bytes.dropFirst(4) }
        // A spreadsheet's guard against formulas.
        if bytes.first == UInt8(ascii: "'") { bytes = bytes.dropFirst() }
        digits.reserveCapacity(bytes.count)
        var trunkPrefix: Int?
        for index in bytes.indices {
            switch bytes[index] {
            case .zero...UInt8(ascii: "9"):
                // `(0)` is what callers from abroad leave out.
                if trunkPrefix == nil, bytes[index...].starts(with: "0)".utf8), bytes[..<index].last == .opening {
                    trunkPrefix = digits.count
                }
                digits.append(bytes[index])
            case .plus:
                guard !hasPlus, digits.isEmpty else { return nil }
                hasPlus = true
            case .space, .opening, UInt8(ascii: ")"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"): continue
            default: return nil
            }
        }
        let isInternational = hasPlus || digits.starts(with: [.zero, .zero])
        if isInternational, let trunkPrefix, trunkPrefix > 0 { digits.remove(at: trunkPrefix) }
        if !hasPlus, isInternational {
            hasPlus = true
            digits.removeFirst(2)
        }
    }

    mutating func add(_ country: CallingCode) {
        hasPlus = true
        let isNorthAmerican = country.digits == "1" && digits.count == 11 && digits.first == UInt8(ascii: "1")
        if digits.first == .zero || isNorthAmerican { digits.removeFirst() }
        digits = Array(country.digits.utf8) + digits
    }

    /// What is typed where a number must be and none is given: one digit all over, or counting up.
    var isPlaceholder: Bool {
        guard let first = digits.first else { return true }
        if digits.allSatisfy({ $0 == first }) { return true }
        return zip(digits, digits.dropFirst()).allSatisfy { one, next in
            next == (one == UInt8(ascii: "9") ? .zero : one + 1)
        }
    }

    /// Digits of any script, signs and spaces as ASCII has them; a character that has no place in a number as 0.
    private static func ascii(_ text: String) -> [UInt8] {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.map { $0 == .tab ? .space : $0 } }
        return text.unicodeScalars.map { scalar in
            if scalar.isASCII { return UInt8(scalar.value) }
            if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
                return .zero + UInt8(value)
            }
            if scalar == "\u{FF0B}" { return .plus }
            return !scalar.isVisible || scalar.properties.generalCategory == .dashPunctuation ? .space : 0
        }
    }
}

extension UInt8 {
    fileprivate static let plus = UInt8(ascii: "+")
    fileprivate static let zero = UInt8(ascii: "0")
    fileprivate static let opening = UInt8(ascii: "(")
    fileprivate static let space = UInt8(ascii: " ")
    fileprivate static let tab = UInt8(ascii: "\t")
}
