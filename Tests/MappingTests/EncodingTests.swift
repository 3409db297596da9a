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
            ([0x6F, 0x00, 0x6C, 0x00], "UTF-16"),
            ([0x00, 0x6F, 0x00, 0x6C], "UTF-16"), ([0xFF, 0xFE, 0x00, 0x00], "UTF-32"),
            ([0x00, 0x00, 0xFE, 0xFF], "UTF-32"),
            ([0x6F, 0x00, 0x00, 0x00], "UTF-32"), ([0x00, 0x00, 0x00, 0x6F], "UTF-32"),
        ] as [([UInt8], String)])
    func `Text in another encoding is refused with what to do`(bytes: [UInt8], name: String) throws {
        for chunkSize in [1, 4096] {
            let error = mappingError { _ = try Reading(bytes + bytes, chunkSize: chunkSize) }
            #expect(error == .encoding(what: name))
            #expect(error?.kind == .unusable)
            #expect(error?.description.contains("UTF-8") == true)
        }
    }

    @Test(arguments: [[0x50, 0x4B, 0x03, 0x04, 0x14], [0x1F, 0x8B, 0x08], [0xD0, 0xCF, 0x11, 0xE0]] as [[UInt8]])
    func `A workbook or an archive is refused as one`(bytes: [UInt8]) throws {
        guard case .unknownFormat(let name) = mappingError({ _ = try Reading(bytes, name: "Merge.xlsx") }) else {
            Issue.record("It was taken for text.")
            return
        }
        #expect(name.hasSuffix("Merge.xlsx"))
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
}
