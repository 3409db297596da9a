extension Timestamp {
    /// Reads ISO 8601: a date, perhaps a time down to fractions of a second, perhaps a zone; UTC without one.
    ///
    /// By hand, because a million lines of an export each have a date or two.
    package init?(iso8601 text: String) {
        // Nothing that can be read has more bytes.
        guard text.utf8.count <= 40 else { return nil }
        var rest = ByteReader(text.utf8)
        guard let year = rest.takeNumber(digits: 4), rest.take(UInt8(ascii: "-")),
            let month = rest.takeNumber(digits: 2), (1...12).contains(month), rest.take(UInt8(ascii: "-")),
            let day = rest.takeNumber(digits: 2), (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        var milliseconds = Self.daysSince1970(year, month, day) * 86_400_000
        if rest.take(UInt8(ascii: "T")) || rest.take(UInt8(ascii: "t")) || rest.take(UInt8(ascii: " ")) {
            guard let time = rest.takeTime(), let offset = rest.takeZone() else { return nil }
            milliseconds += time - offset * 60_000
        }
        guard rest.isAtEnd else { return nil }
        self.init(milliseconds: Int64(milliseconds))
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Counts years from March, so that the leap day is the last of its year.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let (years, months) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let leapDays = years / 4 - years / 100 + years / 400
        // From 0000-03-01, which was 719,468 days before 1970.
        return years * 365 + leapDays + (months * 153 + 2) / 5 + day - 1 - 719_468
    }
}

/// The bytes of a date, taken from the front.
private struct ByteReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: String.UTF8View) {
        self.bytes = Array(bytes)
    }

    var isAtEnd: Bool { place == bytes.count }

    private var next: UInt8? { isAtEnd ? nil : bytes[place] }

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        place += 1
        return true
    }

    private mutating func take(_ word: String) -> Bool {
        guard bytes[place...].starts(with: word.utf8) else { return false }
        place += word.utf8.count
        return true
    }

    mutating func takeNumber(digits count: Int) -> Int? {
        var number = 0
        for _ in 0..<count {
            guard let byte = next, Self.digits ~= byte else { return nil }
            number = number * 10 + Int(byte - UInt8(ascii: "0"))
            place += 1
        }
        return number
    }

    /// `hh:mm`, `hh:mm:ss` or with a fraction, in milliseconds; what is finer is cut off.
    mutating func takeTime() -> Int? {
        guard let hours = takeNumber(digits: 2), hours < 24, take(UInt8(ascii: ":")),
            let minutes = takeNumber(digits: 2), minutes < 60
        else { return nil }
        var milliseconds = (hours * 60 + minutes) * 60_000
        guard take(UInt8(ascii: ":")) else { return milliseconds }
        // 60 is a leap second, which the server's clock counts as the next one.
        guard let seconds = takeNumber(digits: 2), seconds <= 60 else { return nil }
        milliseconds += seconds * 1000
        guard take(UInt8(ascii: ".")) || take(UInt8(ascii: ",")) else { return milliseconds }
        let start = place
        var unit = 100
        while let digit = next, Self.digits ~= digit {
            milliseconds += Int(digit - UInt8(ascii: "0")) * unit
            unit /= 10
            place += 1
        }
        return place > start ? milliseconds : nil
    }

    /// `Z`, `UTC`, `GMT`, `+hh:mm`, `+hhmm`, `+hh` or nothing, perhaps behind a space, in minutes east of UTC.
    mutating func takeZone() -> Int? {
        if isAtEnd || take(UInt8(ascii: "Z")) || take(UInt8(ascii: "z")) { return 0 }
        _ = take(UInt8(ascii: " "))
        if take("UTC") || take("GMT") { return 0 }
        let isEast = take(UInt8(ascii: "+"))
        guard isEast || take(UInt8(ascii: "-")), let hours = takeNumber(digits: 2), hours < 24 else { return nil }
        _ = take(UInt8(ascii: ":"))
        guard let minutes = isAtEnd ? 0 : takeNumber(digits: 2), minutes < 60 else { return nil }
        return (isEast ? 1 : -1) * (hours * 60 + minutes)
    }
}
