import Model

// How numbers, times and shares read in a sentence.

extension Int {
    /// With a comma between thousands: 1,204.
    var grouped: String {
        var digits = String(magnitude)[...]
        var groups: [Substring] = []
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        groups.insert(digits, at: 0)
        return (self < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// As a share of a whole, with one decimal that is cut off: only the whole is 100%, and only nothing is 0%.
    func share(of whole: Int) -> String {
        guard self != whole else { return "100%" }
        let thousandths = Int((Double(self) * 1000 / Double(whole)).rounded(.down))
        guard thousandths > 0 else { return self == 0 ? "0%" : "<0.1%" }
        return "\(thousandths / 10).\(thousandths % 10)%"
    }
}

/// A number with its noun, in the plural unless it is one.
func counted(_ number: Int, _ noun: String) -> String {
    "\(number.grouped) \(noun)\(number == 1 ? "" : "s")"
}

/// A verb as one or several do it.
func verb(_ number: Int, _ verb: String) -> String {
    number == 1 ? verb + "s" : verb
}

extension Timestamp {
    /// To the second in UTC, for a person: 2 May 2024, 14:47:45 UTC.
    var inWords: String {
        let (year, _, time) = parts
        return "\(dayInWords) \(year), \(time) UTC"
    }

    /// To the minute in UTC, where there is little room: 2 May, 14:47 UTC.
    var brieflyInWords: String { "\(dayInWords), \(parts.time.prefix(5)) UTC" }

    private var dayInWords: String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        let digits = parts.day.split(separator: "-").compactMap { Int($0) }
        return "\(digits[1]) \(months[digits[0] - 1])"
    }

    /// The year, `MM-DD` and `HH:MM:SS`.
    private var parts: (year: Substring, day: Substring, time: Substring) {
        let text = iso8601
        let date = text.prefix { $0 != "T" }
        return (date.dropLast(6), date.suffix(5), text.dropFirst(date.count + 1).prefix(8))
    }
}

/// Milliseconds as a person says them: 2 h 14 min, 14 min 3 s, 4.2 s.
func duration(milliseconds: Int) -> String {
    let seconds = milliseconds / 1000
    switch seconds {
    case ..<10: return "\(seconds).\(milliseconds / 100 % 10) s"
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
    default: return "\((seconds / 3600).grouped) h \(seconds / 60 % 60) min"
    }
}
