import Model

/// What the first bytes of a file give away.
enum FileSignature {
    /// The number of bytes that are needed to tell.
    static let length = 4
    /// The number of bytes that tell what is in a ZIP file, and all other kinds of files for certain.
    static let moreLength = 128

    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Refuses what is certainly no UTF-8 text, because it could only be read as rubbish.
    static func check(_ bytes: ArraySlice<UInt8>, name: String) throws(MappingError) {
        if let encoding = encoding(of: bytes) { throw .encoding(what: encoding, name: name) }
        for (start, content) in contents where bytes.starts(with: start) {
            throw .foreignContent(content == .zip && isWorkbook(bytes) ? .workbook : content, name: name)
        }
    }

    /// True if ``moreLength`` bytes tell more than the first ones.
    static func needsMore(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.starts(with: zip) || bytes.starts(with: database.prefix(length))
    }

    private static let database = Array("SQLite format 3\0".utf8)
    private static let zip: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

    private static let contents: [(start: [UInt8], content: ForeignContent)] = [
        (zip, .zip), ([0x1F, 0x8B], .packed(by: "gzip")), ([0x42, 0x5A, 0x68, 0x39], .packed(by: "bzip2")),
        ([0xFD, 0x37, 0x7A, 0x58], .packed(by: "xz")), ([0x28, 0xB5, 0x2F, 0xFD], .packed(by: "zstd")),
        ([0x37, 0x7A, 0xBC, 0xAF], .known("a 7z archive")), ([0xD0, 0xCF, 0x11, 0xE0], .workbook),
        (Array("%PDF".utf8), .known("a PDF")), (database, .database),
    ]

    /// True if the first file in a ZIP file is one of those that a workbook begins with.
    private static func isWorkbook(_ bytes: ArraySlice<UInt8>) -> Bool {
        // The name stands behind the 30 bytes of its header; a file cut short may have it at once.
        let names = ["[Content_Types].xml", "_rels/", "docProps/", "xl/", "mimetypeapplication/vnd.oasis.opendocument"]
        return [30, zip.count].contains { start in names.contains { bytes.dropFirst(start).starts(with: $0.utf8) } }
    }

    /// What the bytes with which a file without a header begins seem to be, if that is not text; `why` is what is wrong with
    /// them as a header.
    static func content(of bytes: some Collection<UInt8>, why: String? = nil) -> ForeignContent? {
        if bytes.first(where: { $0 != .space && $0 != .tab }) == UInt8(ascii: "<") { return .markup }
        // Two of them divide the fields of some files.
        let controls = bytes.count { $0 < 0x20 && ![.tab, 0x01, 0x1F].contains($0) }
        let isText = String(validating: bytes, as: UTF8.self) != nil
        // Of bytes at random one in ten is a control character; in text of any encoding hardly one in a thousand.
        return controls * 25 >= bytes.count && controls >= (isText ? 8 : 2) ? .binary(why) : nil
    }

    /// The encoding by its byte order mark or, without one, by where the zero bytes of its first letters are; as `iconv`
    /// calls it.
    private static func encoding(of bytes: ArraySlice<UInt8>) -> String? {
        for mark: [UInt8] in [[0xFF, 0xFE, 0x00, 0x00], [0x00, 0x00, 0xFE, 0xFF]] where bytes.starts(with: mark) {
            return "UTF-32"
        }
        for mark: [UInt8] in [[0xFF, 0xFE], [0xFE, 0xFF]] where bytes.starts(with: mark) {
            return "UTF-16"
        }
        switch bytes.prefix(length).map({ $0 == 0 }) {
        case [false, true, true, true]: return "UTF-32LE"
        case [true, true, true, false]: return "UTF-32BE"
        case [false, true, false, true]: return "UTF-16LE"
        case [true, false, true, false]: return "UTF-16BE"
        default: return nil
        }
    }
}
