import Model

/// A date as HTTP servers write it: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, IMF-fixdate).
///
/// The two obsolete forms of the RFC are not read: no server of the last twenty years sends them. Read by its bytes,
/// because every answer has one.
struct HTTPDate: Equatable {
    let timestamp: Timestamp

    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 29, bytes[3] == UInt8(ascii: ","), bytes[19] == UInt8(ascii: ":"),
            bytes[22] == UInt8(ascii: ":"), [4, 7, 11, 16].allSatisfy({ bytes[$0] == UInt8(ascii: " ") }),
            bytes[25...].elementsEqual(" GMT".utf8),
            let day = Self.number(bytes[5..<7]), (1...31).contains(day),
            let month = Self.months.firstIndex(where: { bytes[8..<11].elementsEqual($0.utf8) }),
            let year = Self.number(bytes[12..<16]), year >= 1970,
            let hour = Self.number(bytes[17..<19]), hour < 24,
            let minute = Self.number(bytes[20..<22]), minute < 60,
            let second = Self.number(bytes[23..<25]), second <= 60
        else { return nil }
        let days = Self.daysSince1970(year: year, month: month + 1, day: day)
        timestamp = Timestamp(milliseconds: Int64(((days * 24 + hour) * 60 + minute) * 60 + second) * 1000)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    /// Counts in years that begin in March, so that a leap day is the last day of its year.
    static func daysSince1970(year: Int, month: Int, day: Int) -> Int {
        let marchYear = month > 2 ? year : year - 1
        let monthsSinceMarch = (month + 9) % 12
        let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
        let dayOfYear = (153 * monthsSinceMarch + 2) / 5 + day - 1
        // From the first of March of the year 0 to the first of January 1970.
        return marchYear * 365 + leapDays + dayOfYear - 719_468
    }
}
