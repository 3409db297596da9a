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

    @Test(arguments: [
        ("old\tnew\n\t\na\tb\n\t\t\t\n", ["3 a>b"], 2), ("old,new,room\n,,\n , ,\t\n,\na,b,\n,,,,,\n", ["5 a>b"], 4),
        (",,\n;;\nold,new\na,b\n\u{A0},\u{200B}\n", ["4 a>b"], 3), ("old;new\n;\r\na;b\r\n;", ["3 a>b"], 2),
    ])
    func `A row of delimiters is a blank line, as a spreadsheet writes rows that were used once`(
        text: String, lines: [String], blank: Int
    ) throws {
        let reading = try Reading(text)
        #expect(reading.summary == lines)
        #expect(reading.notes.blankLines == blank)
    }

    @Test(arguments: ["\"\",\"\",\"\"", "\"\",,\"\"", "\"\"", "\"\",\"\",\"\",\"\",\"\""])
    func `Empty cells in quotes are a blank line`(row: String) throws {
        let reading = try Reading("\(row)\nold,new,room\na,b,\n\(row)\n")
        #expect(reading.summary == ["3 a>b"])
        #expect(reading.notes.blankLines == 2)
    }

    @Test func `A quote alone is a record, and so is another delimiter`() throws {
        #expect(try Reading("old,new\n;\n\"\"\"\",\"\"\n").summary == ["2 malformed", "3 missing-new"])
    }

    @Test(arguments: [
        ("Old,New", "old,new"), ("old_visitor_id,new_visitor_id,room_id", "old,new,room"),
        ("old,new,room", "room,old,new"),
        ("old,new,room", "oldVisitorId,newVisitorId,RID"), ("old,new", "Old_Visitor,New_Visitor"),
    ])
    func `A header that comes again in another spelling is malformed`(header: String, again: String) throws {
        let reading = try Reading(
            "\(header)\nO1,N1\(header.hasSuffix("ew") || header == "old,new" ? "" : ",")\n\(again)\n")
        #expect(reading.details == ["the header once more"])
        #expect(reading.summary.first == "2 O1>N1")
    }

    @Test(arguments: [
        ("\"a\",\"b\"", "2 a>b"),
        ("\"a#\"\"\"\"\",b", "2 bad-id"),
        ("\"\"\"a\"\"\",b", "2 bad-id"),
        ("\"a,b\",\"c\"", "2 bad-id"),
        ("\"a\",\"b:c\"", "2 a>b:c"),
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

    @Test(arguments: [
        ("=\"a\",=\"b\",=\"r\"", "2 a>b@r"), ("\"=\"\"a\"\"\",b,r", "2 a>b@r"), (" =\"a\"\t, =\"b\" ,r", "2 a>b@r"),
        ("a,b,=\"r\"", "2 a>b@r"), ("=\" a \",b,r", "2 a>b@r"),
        // As in quotes.
        ("=\"\",b,r", "2 bad-id"), ("=\"a b\",b,r", "2 bad-id"), ("=\"a;c\",b,r", "2 bad-id"),
        // Not whole, or not the whole field.
        ("=\"a,b\",r", "2 malformed"), ("=\"a\"x,b,r", "2 malformed"), ("=\"a,b,r", "2 malformed"),
        ("x=\"a\",b,r", "2 malformed"), ("=\"a\"\"c\",b,r", "2 malformed"), ("=\"\"a\"\",b,r", "2 malformed"),
    ])
    func `What keeps a spreadsheet from a cell is taken off without quotes around it as well`(
        record: String, line: String
    ) throws {
        for (lineEnd, chunkSize) in [("\n", 1), ("\r\n", 1), ("\n", 3), ("\n", 4096)] {
            let reading = try Reading("old,new,room\n\(record)\(lineEnd)c,d,\(lineEnd)", chunkSize: chunkSize)
            #expect(reading.summary == [line, "3 c>d"])
            #expect(try Reading("old,new,room\n\(record)", chunkSize: chunkSize).summary == [line])
        }
        #expect(try Reading("=\"old\",\"=\"\"new\"\"\",room\n\(record)\n").summary == [line])
    }

    @Test func `A row that stands for a malformed line keeps its text and its reason until it is corrected`() throws {
        let header = "old_visitor_id,new_visitor_id,room_id,line,reason,detail,text\n"
        let row = ",,,7,malformed,2 fields instead of 3,\" O1,\"\"N1\r\n\"\n"
        let (text, detail) = (" O1,\"N1\r\n", "2 fields instead of 3")
        let kept = try Reading(header + row)
        #expect(kept.lines == [MappingLine(malformed: 2, detail, text: text)])
        #expect(kept.notes.ignoredColumns.isEmpty && kept.notes.carried.count == 1)

        // Half corrected: what is wrong by now, and still the text to correct it from.
        let half = try #require(try Reading(header + "O1" + row).lines.first)
        #expect(half.rejection?.reason == .missingNew && half.oldVisitor == "O1" && half.text == text)
        let wrong = try #require(try Reading(header + "O 1,N1" + row.dropFirst()).lines.first)
        #expect(wrong.rejection?.reason == .badID && wrong.text == text)
        #expect(
            try Reading(header + "O1,N1" + row.dropFirst()).lines
                == [MappingLine(number: 2, oldVisitor: "O1", newVisitor: "N1")])

        // Another reason is that of the line itself, and other files have columns of these names too.
        #expect(try Reading(header + ",,R1,7,missing-old,,\n").summary == ["2 missing-old"])
        #expect(try Reading("old,new,text,reason\n,,x,malformed\n").summary == ["2 missing-old"])
        let long = String(repeating: "é", count: 512) + "…"
        #expect(try Reading(header + ",,,7,malformed,,\(long)\n").lines.first?.text == long)
    }

    @Test func `A quote left open rejects its own line and no other`() throws {
        let reading = try Reading("old,new\na,b\na,\"b\nc,d\r\n\ne,\"f\"\r\"g\nh,i\n")
        #expect(reading.summary == ["2 a>b", "3 malformed", "4 c>d", "6 e>f", "7 malformed", "8 h>i"])
        #expect(reading.notes.blankLines == 1)
        #expect(try Reading("old,new\na,\"b\nc,d\ne,f\n").summary == ["2 malformed", "3 c>d", "4 e>f"])
    }

    @Test func `What a quoted record of the wrong width holds is rejected line by line`() throws {
        let reading = try Reading("old,new\na,b,\"x\nc,d\ny\"\ne,f\n")
        #expect(reading.summary == ["2 malformed", "3 malformed", "4 malformed", "5 e>f"])
        let inside = "inside the quotes of the record that begins on line 2"
        #expect(reading.details == ["3 fields instead of 2, in quotes that end in line 4", inside, inside])
        #expect(reading.lines.map(\.text) == ["a,b,\"x\nc,d\ny\"", "c,d", "y\"", nil])
    }

    @Test func `A malformed record has no ids, and keeps its text`() throws {
        for (record, text) in [
            ("a,b", "a,b"), ("Smith, Ann,a,b", "Smith, Ann,a,b"), ("a,\"b", "a,\"b"),
            (String(repeating: "é", count: 1000), String(repeating: "é", count: 512) + "…"),
        ] {
            let line = try #require(try Reading("old,new,room\n\(record)\r\n").lines.first)
            #expect(line == MappingLine(malformed: 2, line.rejection?.detail ?? "", text: text))
        }
    }

    @Test(arguments: [
        // The quotes end before the record breaks: what they hold is part of it.
        ("a,b,\"see\nx,y,z\n\" and more\nc,d,e\n", ["2 malformed", "3 malformed", "4 malformed", "5 c>d"]),
        // In two fields, of which the first or the second breaks the record.
        (
            "a,\"1\nx,y,z\n2\"3,\"4\nv,w,u\n5\"\nc,d,e\n",
            ["2 malformed", "3 malformed", "4 malformed", "5 malformed", "6 malformed", "7 c>d"]
        ),
        (
            "a,\"1\nx,y,z\n2\",\"4\nv,w,u\n5\"6\nc,d,e\n",
            ["2 malformed", "3 malformed", "4 malformed", "5 malformed", "6 malformed", "7 c>d"]
        ),
        // A stray quote before a field that holds lines.
        ("a\",b,\"\nx,y,z\n\"\nc,d,e\n", ["2 malformed", "3 malformed", "4 malformed", "5 c>d"]),
        // One quoted field ends well, the next one is never closed: only what is certain is given up.
        ("a,\"\nx,y,z\n\",\"1\nc,d,e\n", ["2 malformed", "3 malformed", "4 malformed", "5 c>d"]),
        // Too wide and too narrow.
        ("a,b,c,\"\nx,y,z\n\"\nc,d,e\n", ["2 malformed", "3 malformed", "4 malformed", "5 c>d"]),
        ("a,\"\r\n\r\nx,y,z\r\n\"\r\nc,d,e\r\n", ["2 malformed", "4 malformed", "5 malformed", "6 c>d"]),
        // Two accidents one behind the other, and one at the end of the file.
        (
            "a,b,\"\nx,y,z\n\"1\na,b,\"\nx,y,z\n\"1\n",
            ["2 malformed", "3 malformed", "4 malformed", "5 malformed", "6 malformed", "7 malformed"]
        ),
        ("a,b,\"\nx,y,z\n\"1", ["2 malformed", "3 malformed", "4 malformed"]),
    ])
    func `Nothing out of quotes is taken for a line when their record breaks, and every line is counted`(
        text: String, expected: [String]
    ) throws {
        for chunkSize in [1, 3, 4096] {
            #expect(try Reading("old,new,note\n" + text, chunkSize: chunkSize).summary == expected)
        }
    }

    @Test func `Records that take several lines are noted`() throws {
        let notes = try Reading("old,new,note\na,b,\"5 inch\nc,d,e\nf,g,\"\nh,i,j\n").notes
        #expect(notes.withLineBreaks.count == 1)
        #expect(notes.withLineBreaks.first == [2] && notes.withLineBreaks.heights == [3])
    }

    @Test func `Habits of the program that wrote a file are noted`() throws {
        let notes = try Reading(
            "old,new,note\na, \"b\",c\n\"a\" ,b,c\na,b,\"c\\\"d\"\na,b,c\\\"d\\\"\na,b\na,b\"c,d\na,\"b\"c,d\na,\"b\" c,d\n"
        ).notes
        #expect(notes.spacedQuotes.first == [2, 3])
        #expect(notes.escapedQuotes.first == [4, 5])
        #expect(notes.short.first == [6])
        let latin = try Reading(Array("old,new,note\na,b,M".utf8) + [0xFC] + Array("ller\n".utf8)).notes
        #expect(latin.notUTF8.first == [2])
    }

    @Test func `A header that comes again is malformed, and ids that are called like columns are not`() throws {
        let reading = try Reading("old,new,room\na,b,c\nold,new,room\nold,new,r\n")
        #expect(reading.summary == ["2 a>b@c", "3 malformed", "4 old>new@r"])
        #expect(reading.details == ["the header once more"])
        #expect(try Reading("old_visitor_id,new\nold_visitor_id,b\na,Room ID\n").summary == ["2 bad-id", "3 bad-id"])
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
