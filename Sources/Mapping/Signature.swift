/// What the first bytes of a file give away.
enum Signature {
    /// The number of bytes that are needed to tell.
    static let length = 4

    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Refuses what is certainly no UTF-8 text, because it could only be read as rubbish.
    static func check(_ bytes: ArraySlice<UInt8>, name: String) throws(MappingError) {
        if let encoding = encoding(of: bytes) { throw .encoding(what: encoding) }
        if containers.contains(where: { bytes.starts(with: $0) }) { throw .unknownFormat(name) }
    }

    /// ZIP (and with it every modern workbook), gzip, and the workbooks of old.
    private static let containers: [[UInt8]] = [
        [0x50, 0x4B, 0x03, 0x04], [0x1F, 0x8B], [0xD0, 0xCF, 0x11, 0xE0],
    ]

    /// The encoding by its byte order mark or, without one, by where the zero bytes of its first letters are.
    private static func encoding(of bytes: ArraySlice<UInt8>) -> String? {
        for mark: [UInt8] in [[0xFF, 0xFE, 0x00, 0x00], [0x00, 0x00, 0xFE, 0xFF]] where bytes.starts(with: mark) {
            return "UTF-32"
        }
        for mark: [UInt8] in [[0xFF, 0xFE], [0xFE, 0xFF]] where bytes.starts(with: mark) {
            return "UTF-16"
        }
        switch bytes.prefix(length).map({ $0 == 0 }) {
        case [false, true, true, true], [true, true, true, false]: return "UTF-32"
        case [false, true, false, true], [true, false, true, false]: return "UTF-16"
        default: return nil
        }
    }
}
