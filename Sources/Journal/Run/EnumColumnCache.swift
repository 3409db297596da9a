import RawSQL

/// A word of a small vocabulary, which rows that follow one another mostly have in common.
struct EnumColumnCache<Word: RawRepresentable<String>> {
    private var bytes: [UInt8] = []
    private var word: Word?

    /// The word in a column; `nil` if it is NULL or none of the vocabulary.
    mutating func read(_ rows: borrowing RawRows, _ column: Int32) throws -> Word? {
        guard !rows.isNull(column) else { return nil }
        let found = unsafe try rows.bytes(column)
        if unsafe !found.elementsEqual(bytes) {
            bytes = unsafe Array(found)
            word = Word(rawValue: String(decoding: bytes, as: UTF8.self))
        }
        return word
    }
}
