// How numbers read in a sentence, and where it ends.

extension Int {
    /// With a comma between thousands: 1,204.
    package var grouped: String {
        var digits = String(magnitude)[...]
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        groups.insert(digits, at: 0)
        return (self < 0 ? "-" : "") + groups.joined(separator: ",")
    }
}

/// A number with its noun, in the plural unless it is one.
package func counted(_ number: Int, _ noun: String) -> String {
    "\(number.grouped) \(noun)\(number == 1 ? "" : "s")"
}

/// A verb as one or several do it.
package func verb(_ number: Int, _ verb: String) -> String {
    number == 1 ? verb + "s" : verb
}

extension String {
    /// With a full stop, unless it ends with a mark already.
    package var asSentence: String { last.map { "?!.".contains($0) } == true ? self : self + "." }
}
