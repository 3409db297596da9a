import Model
import Testing

@testable import Mapping

struct EncodingTests {
    @Test func `A byte order mark is passed over and noted`() throws {
        let reading = try Reading("\u{FEFF}old,new\na,b\n")
        #expect(reading.summary == ["2 a>b"])
        #expect(reading.notes.hasByteOrderMark)
        #expect(try Reading("\u{FEFF}{\"old\":\"a\",\"new\":\"b\"}", name: "m").summary == ["1 a>b"])
        #expect(try !Reading("old,new\n").notes.hasByteOrderMark)
    }

    @Test(
        arguments: [
            ([0xFF, 0xFE, 0x6F, 0x00], "UTF-16"), ([0xFE, 0xFF, 0x00, 0x6F], "UTF-16"),
            ([0x6F, 0x00, 0x6C, 0x00], "UTF-16LE"),
            ([0x00, 0x6F, 0x00, 0x6C], "UTF-16BE"), ([0xFF, 0xFE, 0x00, 0x00], "UTF-32"),
            ([0x00, 0x00, 0xFE, 0xFF], "UTF-32"),
            ([0x6F, 0x00, 0x00, 0x00], "UTF-32LE"), ([0x00, 0x00, 0x00, 0x6F], "UTF-32BE"),
        ] as [([UInt8], String)])
    func `Text in another encoding is refused with what to do`(bytes: [UInt8], name: String) throws {
        for chunkSize in [1, 4096] {
            let error = mappingError { _ = try Reading(bytes + bytes, chunkSize: chunkSize) }
            guard case .encoding(name, let file)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.description.contains(file) == true)
            #expect(error?.kind == .unusable)
            #expect(error?.description.contains("UTF-8") == true)
        }
    }

    /// The beginning of a ZIP file whose first file has this name and content.
    private static func zip(_ start: String) -> [UInt8] {
        [0x50, 0x4B, 0x03, 0x04] + [UInt8](repeating: 0, count: 26) + Array(start.utf8)
    }

    @Test(
        arguments: [
            ([0x50, 0x4B, 0x03, 0x04, 0x14], .zip), (zip("mapping.csv"), .zip),
            (zip("[Content_Types].xml"), .workbook), (zip("xl/workbook.xml"), .workbook),
            (zip("mimetypeapplication/vnd.oasis.opendocument.spreadsheet"), .workbook),
            ([0xD0, 0xCF, 0x11, 0xE0], .workbook), ([0x1F, 0x8B, 0x08], .packed(by: "gzip")),
            (Array("BZh91AY".utf8), .packed(by: "bzip2")), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], .packed(by: "xz")),
            ([0x28, 0xB5, 0x2F, 0xFD, 4], .packed(by: "zstd")), (Array("%PDF-1.7".utf8), .known("a PDF")),
            (Array("SQLite format 3\0".utf8), .database),
        ] as [([UInt8], ForeignContent)])
    func `A file that is known to be no text is called what it is`(bytes: [UInt8], content: ForeignContent) throws {
        for chunkSize in [1, 4096] {
            guard
                case .foreignContent(content, let name)? = mappingError({
                    _ = try Reading(bytes, name: "Merge.csv", chunkSize: chunkSize)
                })
            else {
                Issue.record("It was taken for something else.")
                return
            }
            #expect(name.hasSuffix("Merge.csv") && content.sentence(name).contains("Merge.csv"))
        }
    }

    @Test(arguments: ["m.csv", "m.jsonl"])
    func `Bytes without a meaning and pages are refused as what they are`(name: String) throws {
        let noise = (0..<3000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) }
        for (bytes, content) in [
            ([UInt8(ascii: "?")] + noise, ForeignContent.binary(nil)),
            (Array("<!DOCTYPE html>\n<table><tr><td>old</td></tr></table>\n".utf8), .markup),
            ([UInt8](repeating: 0, count: 500), .binary(nil)),
        ] {
            guard case .foreignContent(let found, _)? = mappingError({ _ = try Reading(bytes, name: name) }) else {
                Issue.record("\(content) was taken for something else.")
                continue
            }
            if case .binary = content, case .binary = found { continue }
            #expect(found == content)
        }
    }

    @Test func `Of zero bytes in a header it is said that no text has them`() {
        let error = mappingError { _ = try Reading("old,new\u{0}\na,b\n") }
        #expect(error?.kind == .unusable)
        #expect(error?.description.contains("No column for the new visitor") == true)
        #expect(error?.description.contains("mapping.csv holds zero bytes, which no text does") == true)
    }

    @Test(arguments: [[0xE9], [0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80]] as [[UInt8]])
    func `A record that is not UTF-8 is malformed in any of its columns`(bytes: [UInt8]) throws {
        let head = Array("old,new,note\na,b,ü\nx".utf8)
        let ignored = try Reading(Array("old,new,note\na,b,ü\nx,y,".utf8) + bytes + Array("\nc,d,\n".utf8))
        #expect(ignored.summary == ["2 a>b", "3 malformed", "4 c>d"])
        #expect(ignored.details == ["not UTF-8 in field 3"])
        let id = try Reading(head + bytes + Array(",y,\nc,d,\n".utf8))
        #expect(id.summary == ["2 a>b", "3 malformed", "4 c>d"])
        #expect(id.lines[1].oldVisitor.isEmpty && id.lines[1].text?.hasPrefix("x\u{FFFD}") == true)
        let json = try Reading(Array("{\"old\":\"a".utf8) + bytes + Array("\",\"new\":\"b\"}\n".utf8), name: "m.jsonl")
        #expect(json.details == ["not UTF-8"])
    }

    @Test func `A zero byte is harmless where nobody looks`() throws {
        #expect(try Reading("old,new,note\na,b,\u{0}\na\u{0},b,\n").summary == ["2 a>b", "3 bad-id"])
    }

    @Test func `A header that is not UTF-8 does no harm if its columns are found`() throws {
        let reading = try Reading(Array("old,new,stra".utf8) + [0xDF] + Array("e\na,b,c\n".utf8))
        #expect(reading.summary == ["2 a>b"])
        #expect(reading.notes.ignoredColumns == ["stra\u{FFFD}e"])
    }

    private static let encodings: [(bytes: [UInt8], byte: UInt8, isLikeWindows1252: Bool)] = [
        // Müller, größe, créée, à, “x”, – and € in Windows-1252.
        ([0x4D, 0xFC, 0x6C], 0xFC, true), ([0x72, 0xF6, 0xDF, 0x65], 0xF6, true),
        ([0x72, 0xE9, 0xE9, 0x65], 0xE9, true),
        ([0x20, 0xE0, 0x20], 0xE0, true), ([0x93, 0x78, 0x94], 0x93, true), ([0x20, 0x96, 0x20], 0x96, true),
        ([0x35, 0x80], 0x80, true),
        // Müller, José, España and Österreich in Mac Roman.
        ([0x4D, 0x9F, 0x6C], 0x9F, false), ([0x73, 0x8E], 0x8E, false), ([0x61, 0x96, 0x61], 0x96, false),
        ([0x85, 0x73], 0x85, false),
        // Zhang San in GB18030, Ivanov in Windows-1251, Tanaka in Shift JIS, Kim in EUC-KR.
        ([0xD5, 0xC5, 0xC8, 0xFD], 0xD5, false), ([0xC8, 0xE2, 0xE0, 0xED, 0xEE, 0xE2], 0xC8, false),
        ([0x93, 0x63, 0x92, 0x86], 0x93, false), ([0xB1, 0xE8], 0xB1, false),
    ]

    @Test(arguments: encodings)
    func `Of text that is not UTF-8 no more is said than its bytes tell`(
        bytes: [UInt8], byte: UInt8, isLikeWindows1252: Bool
    ) throws {
        for head in ["old,new,note\na,b,", "old,new,note\na,b,\u{FC}"] {
            let isMixed = head.last != ","
            let text = Array(head.utf8) + Array((isMixed ? "\nc,d," : "").utf8) + bytes + [0x0A]
            let notes = try Reading(text).notes
            #expect(notes.notUTF8.count == 1)
            #expect(notes.foreignText.firstByte == byte)
            #expect(notes.foreignText.isLikeWindows1252 == isLikeWindows1252)
            #expect(notes.foreignText.isMixed == isMixed)
        }
    }

    @Test func `What would be changed in sound records is noted`() throws {
        for (note, hasBackslashes, hasSpaces) in [
            (#""C:\""#, true, false), (#""C:\x""#, false, false), (#""a, ""b""""#, false, true),
            (#""a "" ,b""#, false, true),
            (#""x""#, false, false), (#""\""x""#, true, false),
        ] {
            let quotes = try Reading("old,new,note\na,b,\(note)\n").notes.soundQuotes
            #expect(quotes.hasBackslashes == hasBackslashes, "\(note)")
            #expect(quotes.hasSpaces == hasSpaces, "\(note)")
        }
    }
}
