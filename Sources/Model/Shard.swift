/// One of several parts of a mapping, for more than one process to work on: each line is in exactly one of them.
///
/// Which part a line is in never changes between releases, because the parts of one job may be carried out by several.
package struct Shard: Sendable, Equatable, CustomStringConvertible {
    /// As many as one report can put together again.
    package static let most = 1024

    /// 1 to ``count``.
    package let index: Int
    /// 1 to ``most``.
    package let count: Int

    /// `nil` for parts that there cannot be.
    package init?(_ index: Int, of count: Int) {
        guard (1...Self.most).contains(count), (1...count).contains(index) else { return nil }
        self.index = index
        self.count = count
    }

    /// Reads `2/8`; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]) else { return nil }
        self.init(index, of: count)
    }

    package var description: String { "\(index)/\(count)" }

    /// As it stands in the names of files: `2-of-8`.
    package var fileName: String { "\(index)-of-\(count)" }

    /// Whether what has this key is in this part.
    ///
    /// Keys are hashes like ``RoomID/key``, or numbers that follow one another.
    package func holds(_ key: Int64) -> Bool {
        // The last bits of a key depend on the last bits of its bytes alone, so all of them are mixed first (the
        // finalizer of MurmurHash3, which never changes).
        var mixed = UInt64(bitPattern: key)
        mixed = (mixed ^ mixed >> 33) &* 0xFF51_AFD7_ED55_8CCD
        mixed = (mixed ^ mixed >> 33) &* 0xC4CE_B9FE_1A85_EC53
        mixed ^= mixed >> 33
        return mixed % UInt64(count) == UInt64(index - 1)
    }
}
