import FoundationEssentials
import Model

/// A value as JSON: indented, keys in order, so that two reports can be compared line by line.
///
/// What cannot be seen is escaped, which to a reader of JSON is the same text and to a terminal a harmless one. All that
/// is written as JSON passes through here; `isOneLine` leaves the layout out.
package func jsonText(_ value: some Encodable, isOneLine: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if !isOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
    let scalars = String(decoding: try encoder.encode(value), as: UTF8.self).unicodeScalars
    return scalars.reduce(into: "") { text, scalar in
        // Below are line ends, which are layout: the encoder has escaped what texts hold of them.
        if scalar.value >= 0x7F, scalar.isInvisible {
            for unit in String(scalar).utf16 {
                let digits = String(unit, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        } else {
            text.unicodeScalars.append(scalar)
        }
    }
}
