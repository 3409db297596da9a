import Model
import Testing

@testable import Mapping

struct CSVReadingTests {
    @Test func `A record becomes a line with its number and its three texts`() throws {
        let reading = try Reading("rid,oldVisitorId,newVisitorId\nr1,a,b\n,c,d\n")
        #expect(
            reading.lines == [
                MappingLine(number: 2, oldVisitor: "a", newVisitor: "b", room: "r1"),
                MappingLine(number: 3, oldVisitor: "c", newVisitor: "d"),
            ]
        )
    }

    @Test(arguments: [
        ("old,new\na,b\nc,d\n", ["2 a>b", "3 c>d"]),
        ("old,new\r\na,b\r\nc,d\r\n", ["2 a>b", "3 c>d"]),
        ("old,new\ra,b\rc,d\r", ["2 a>b", "3 c>d"]),
        ("old,new\na,b\r\nc,d\re,f", ["2 a>b", "3 c>d", "4 e>f"]),
        ("\n\r\n\rold,new\n\na,b\n  \t\n\r\nc,d\n\n", ["6 a>b", "9 c>d"]),
        ("old,new,note\na,b,\"1\n2\r\n3\r4\"\nc,d,\n", ["2 a>b", "6 c>d"]),
        ("old,new,note\na,b,\"\r\n\r\n\"\r\nc,d,", ["2 a>b", "5 c>d"]),
        ("old,\"n\new\"\na,b\n", ["3 a>b"]),
    ])
    func `Line numbers are physical, whatever ends a line`(text: String, expected: [String]) throws {
        let options = MappingOptions(columns: text.contains("n\n") ? ColumnNames(old: "old", new: "n\new") : nil)
        #expect(try Reading(text, options: options).summary == expected)
    }

    @Test func `Blank lines are counted and are no records`() throws {
        let reading = try Reading("\n \nold,new\n\t\na,b\n\n")
        #expect(reading.summary == ["5 a>b"])
        #expect(reading.notes.blankLines == 4)
    }

    @Test func `A line of nothing but delimiters is a record, and so is an empty field in quotes`() throws {
        #expect(try Reading("old\tnew\n\t\na\tb\n").summary == ["2 missing-old", "3 a>b"])
        #expect(try Reading("old,new\n\"\"\n").details == ["1 field instead of 2"])
    }

    @Test(arguments: [
        ("\"a\",\"b\"", "2 a>b"),
        ("\"a\"\"\"\"\",b", "2 a\"\">b"),
        ("\"\"\"a\"\"\",b", "2 \"a\">b"),
        ("\"a,b\",\"c\"", "2 a,b>c"),
        ("a,\"\"", "2 missing-new"),
        ("\" a \",\tb\u{A0}", "2 a>b"),
        ("\"a\nb\",c", "2 bad-id"),
    ])
    func `Quotes hold delimiters and doubled quotes`(record: String, expected: String) throws {
        #expect(try Reading("old,new\n\(record)\n").summary == [expected])
    }

    @Test(arguments: [
        ("a\"b,c", "a quote inside field 1, which does not begin with one"),
        ("a, \"b\"", "a quote inside field 2, which does not begin with one"),
        ("a,\"b\"c", "text after the closing quote of field 2"),
        ("\"a\" ,b", "text after the closing quote of field 1"),
        ("a,\"b", "the quote that opens field 2 is never closed"),
        ("a", "1 field instead of 2"),
        ("a,b,c", "3 fields instead of 2"),
    ])
    func `A broken record says what is wrong and does not touch the next line`(record: String, detail: String) throws {
        let reading = try Reading("old,new\n\(record)\nc,d\n")
        #expect(reading.summary == ["2 malformed", "3 c>d"])
        #expect(reading.details == [detail])
    }

    @Test func `A quote left open rejects its own line and no other`() throws {
        let reading = try Reading("old,new\na,b\na,\"b\nc,d\r\n\ne,\"f\"\r\"g\nh,i\n")
        #expect(reading.summary == ["2 a>b", "3 malformed", "4 c>d", "6 e>f", "7 malformed", "8 h>i"])
    }

    @Test func `A quoted record of the wrong width is one record, for what is in quotes is not a line`() throws {
        let reading = try Reading("old,new\na,b,\"x\nc,d\ny\"\ne,f\n")
        #expect(reading.summary == ["2 malformed", "5 e>f"])
        #expect(reading.details == ["3 fields instead of 2, in quotes that end in line 4"])
    }

    @Test func `A record of the wrong width keeps the texts that it has`() throws {
        let line = try #require(try Reading("old,new,room\na,b\n").lines.first)
        #expect(line.oldVisitor == "a" && line.newVisitor == "b" && line.room.isEmpty)
    }

    @Test(arguments: [(0, true), (1, false)])
    func `A record has at most a mebibyte`(excess: Int, isRead: Bool) throws {
        let note = String(repeating: "x", count: RecordScanner.longest - 4 + excess)
        for note in [note, "\"\(note.dropLast(2))\""] {
            let reading = try Reading("old,new,note\na,b,\(note)\r\nc,d,\n")
            #expect(reading.summary == [isRead ? "2 a>b" : "2 malformed", "3 c>d"])
            #expect(reading.details.allSatisfy { $0.hasPrefix("longer than 1 MiB") })
        }
    }

    @Test func `A quote left open before more than a mebibyte rejects its own line and no other`() throws {
        let filler = String(repeating: "c,d\n", count: RecordScanner.longest / 4)
        let reading = try Reading("old,new\na,\"b\n\(filler)")
        #expect(reading.lines.count == RecordScanner.longest / 4 + 1)
        #expect(reading.details == ["longer than 1 MiB, perhaps for a quote left open"])
        #expect(reading.lines.last?.number == reading.lines.count + 1)
    }

    @Test func `A line of many times the limit is passed over`() throws {
        let long = [UInt8](repeating: UInt8(ascii: "\""), count: 5 * RecordScanner.longest + 1)
        let reading = try Reading(Array("old,new\n".utf8) + long + Array("\r\nc,d".utf8), chunkSize: 70_000)
        #expect(reading.summary == ["2 malformed", "3 c>d"])
    }

    @Test func `A header alone is a mapping without lines`() throws {
        for text in ["old,new", "old,new\n", "\u{FEFF}old,new\r\n\r\n"] {
            #expect(try Reading(text).lines.isEmpty)
        }
    }
}
