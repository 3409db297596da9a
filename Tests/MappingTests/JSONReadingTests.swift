import Testing

@testable import Mapping

struct JSONReadingTests {
    func read(_ text: String, columns: ColumnNames? = nil) throws -> Reading {
        try Reading(text, name: "mapping.jsonl", options: MappingOptions(columns: columns))
    }

    @Test func `An object a line becomes a line`() throws {
        let reading = try read(
            """
            {"rid":"r","oldVisitorId":"a","newVisitorId":"b"}

            {"to":"d","from":"c","room_id":null,"note":{"x":[1,"\\u007d"]},"n":1}
              { "OLD" : " e\\n" , "New":"\\u0066" }\r
            {"old":"g","new":"\\"h\\\\"}
            """
        )
        #expect(reading.summary == ["1 a>b@r", "3 c>d", "4 bad-id", "5 g>\"h\\"])
        #expect(reading.notes.ignoredColumns == ["n", "note"])
        #expect(reading.notes.blankLines == 1)
        #expect(reading.notes.trimmedLines == 1)
    }

    @Test(arguments: [
        (#"{"new":"b"}"#, "1 missing-old"), (#"{"old":null,"new":"b"}"#, "1 missing-old"), (#"{}"#, "1 missing-old"),
        (#"{"old":"a","new":""}"#, "1 missing-new"), (#"{"old":"a\u0000","new":"b"}"#, "1 bad-id"),
        (#"{"old":"a","new":"6E+23"}"#, "1 spreadsheet-damage"), (#"{"old":"a","from":"a","new":"b"}"#, "1 a>b"),
    ])
    func `The rules for ids are those of CSV`(text: String, expected: String) throws {
        #expect(try read(text).summary == [expected])
    }

    @Test(arguments: [
        (#"{"old":1,"new":"b"}"#, "the value of “old” is not a string"),
        (#"{"old":"a","new":true}"#, "the value of “new” is not a string"),
        (#"{"old":"a","new":"b","rid":["r"]}"#, "the value of “rid” is not a string"),
        (#"{"old":"a","new":"b","rid":{}}"#, "the value of “rid” is not a string"),
        (#"{"old":"a","from":"c","new":"b"}"#, "“from” and “old” say different things"),
        (#"{"old":"a","old":"c","new":"b"}"#, "the same key twice"),
        (#"{"old":"a","\u006fld":"c","new":"b"}"#, "the same key twice"),
        (#"["a","b"]"#, "not a JSON object"), (#""a""#, "not a JSON object"), ("null", "not a JSON object"),
        ("12", "not a JSON object"), ("a,b", "not JSON"), (#"{"old":"a","new":"b""#, "not JSON"),
        (#"{"old":"a","new":"b"} x"#, "not JSON"), (#"{"old":"\ud800","new":"b"}"#, "the value of “old” is no text"),
        ("{'old':'a'}", "not JSON"), ("{\"old\":\"a\u{0}\",\"new\":\"b\"}", "not JSON: a zero byte"),
        ("{\u{0}", "not JSON: a zero byte"),
    ])
    func `A malformed line says why and does not touch the next one`(text: String, detail: String) throws {
        let reading = try read("\(text)\n{\"old\":\"a\",\"new\":\"b\"}\n")
        #expect(reading.summary == ["1 malformed", "2 a>b"])
        #expect(reading.details == [detail])
    }

    @Test(arguments: [
        #""\x""#, #""\u12""#, #""\u12g4""#, "\"\t\"", "\"\u{1}\"", "\"a", "01", "1.", "-", "+1", ".5", "1e", "1E+",
        "1.2.3",
        "1-1", "0x10", "NaN", "tru", "nulll", "[1,]", "[,1]", "[1 2]", "[1}", #"{"a":1,}"#, #"{"a" 1}"#, #"{"a":}"#,
        "{1:2}",
        #"[{"a":["\x"]}]"#, "[01]", "", ",", "1,", "\u{A0}1",
    ])
    func `Damage where nobody reads makes a line malformed all the same`(value: String) throws {
        let reading = try read("{\"old\":\"a\",\"new\":\"b\",\"x\":\(value)}\n{\"old\":\"a\",\"new\":\"b\"}\n")
        #expect(reading.summary == ["1 malformed", "2 a>b"])
        #expect(reading.details == ["not JSON"])
    }

    @Test(arguments: [
        #""\u00e9\"\\\/\b\f\n\r\t💬""#, #""\ud800""#, "0", "-0", "10", "0.0", "-1.5e-10", "1E+5", "1e999", "[]", "{}",
        " [ ] ",
        #"[1,"a",null,true,false,{"b":[[],{}]}]"#, #"{"a":{"old":"c","new":"d"}}"#, #"{"a":1,"a":2}"#, "\t1 ",
        "\"\u{7F}\"",
    ])
    func `Whatever is JSON may stand where nobody reads`(value: String) throws {
        #expect(try read("{\"old\":\"a\",\"x\":\(value),\"new\":\"b\"}").summary == ["1 a>b"])
    }

    @Test(arguments: [100, 101, 100_000])
    func `Deep nesting is refused, not followed`(depth: Int) throws {
        let nest = String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
        let reading = try read("{\"old\":\"a\",\"new\":\"b\",\"x\":\(nest)}")
        #expect(reading.summary == [depth <= 100 ? "1 a>b" : "1 malformed"])
    }

    @Test func `A line longer than a mebibyte is passed over`() throws {
        let long = String(repeating: " ", count: 3 * RecordScanner.longest)
        let reading = try read(
            "{\"old\":\"a\",\"new\":\"b\"}\n{\"x\":\"\(long)\"}\n\(long)\n{\"old\":\"c\",\"new\":\"d\"}")
        #expect(reading.summary == ["1 a>b", "2 malformed", "3 malformed", "4 c>d"])
        #expect(reading.details == ["longer than 1 MiB", "longer than 1 MiB"])
    }

    @Test func `Keys that were named are found exactly first`() throws {
        let columns = ColumnNames(old: "Id", new: "target", room: "where")
        let reading = try read(#"{"id":"x","Id":"a","TARGET":"b","where":"r","rid":"q"}"#, columns: columns)
        #expect(reading.summary == ["1 a>b@r"])
        #expect(reading.notes.ignoredColumns == ["id", "rid"])
    }

    @Test func `Endless other keys are noted up to a limit`() throws {
        let lines = (0..<200).map { "{\"old\":\"a\",\"new\":\"b\",\"k\($0)\":\($0)}" }
        let reading = try read(lines.joined(separator: "\n"))
        #expect(reading.notes.ignoredColumns.count == MappingNotes.namesKept)
    }
}
