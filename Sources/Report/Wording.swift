import Model

// How times and shares read in a sentence.

extension Int {
    /// As a share of a whole, with one decimal that is cut off: only the whole is 100%, and only nothing is 0%.
    func share(of whole: Int) -> String {
        guard self != whole else { return "100%" }
        let thousandths = Int((Double(self) * 1000 / Double(whole)).rounded(.down))
        guard thousandths > 0 else { return self == 0 ? "0%" : "<0.1%" }
        return "\(thousandths / 10).\(thousandths % 10)%"
    }
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
