/// A random part of what a job that only reads would look at.
///
/// What has the same key is in the same samples of a seed, whatever else there is.
package struct Sample: Sendable, Equatable {
    /// How large it is, as it was asked for.
    package enum Size: Sendable, Equatable, CustomStringConvertible {
        case count(Int)
        /// In hundredths of a percent, 1 to ``whole``.
        case share(Int)

        package static let whole = 10_000

        /// Reads `200` or `2.5%`; `nil` for anything else.
        package init?(_ text: String) {
            if text.hasSuffix("%") {
                guard let percent = Double(text.dropLast()), percent > 0, percent <= 100 else { return nil }
                self = .share(max(1, Int((percent * 100).rounded())))
            } else {
                guard let count = Int(text), count > 0 else { return nil }
                self = .count(count)
            }
        }

        package var description: String {
            switch self {
            case .count(let count): "\(count)"
            case .share(let share) where share.isMultiple(of: 100): "\(share / 100)%"
            case .share(let share): "\(share / 100).\(share % 100 < 10 ? "0" : "")\(share % 100)%"
            }
        }
    }

    /// Seeds that a person may give.
    package static let seeds = 0...Int(UInt32.max)

    package var size: Size
    /// One of ``seeds``.
    package var seed: Int

    package init(size: Size, seed: Int) {
        self.size = size
        self.seed = seed
    }

    /// Where a key stands among all others in the order of this seed; the sample is the beginning of that.
    package func rank(of key: Int64) -> Int64 {
        // The finalizer of MurmurHash3, twice, so that neither the seed nor the key shows in the order.
        let mixed = Self.mixed(Self.mixed(UInt64(seed) &+ 0x9E37_79B9_7F4A_7C15) ^ UInt64(bitPattern: key))
        return Int64(mixed >> 1)
    }

    /// The highest rank in a sample of that share; `nil` if it is given as a number.
    package var highestRank: Int64? {
        guard case .share(let share) = size else { return nil }
        return share == Size.whole ? .max : Int64.max / Int64(Size.whole) * Int64(share)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ mixed >> 33) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ mixed >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return mixed ^ mixed >> 33
    }
}
