import Model
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
        #expect(reading.summary == ["1 a>b@r", "3 c>d", "4 bad-id", "5 bad-id"])
        #expect(reading.notes.ignoredColumns == ["n", "note"])
        #expect(reading.notes.blankLines == 1)
        #expect(reading.notes.trimmed.count == 1)
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
        ("{\"old\":\"é\",\"Old\":\"e\u{301}\",\"new\":\"b\"}", "“Old” and “old” say different things"),
        (#"{"old":"a","new":"b","room":{"$oid":"r","x":1}}"#, "the value of “room” is not a string"),
        (#"{"old":"a","new":"b","room":{"$oid":1}}"#, "the value of “room” is not a string"),
        (
            #"{"old":"a","new":"b","romm":"r"}"#,
            "the key “romm” looks as if it were meant for the room: rename it to room_id"
        ),
        (
            #"{"old":"a","new":"b","conversationId":null}"#,
            "the key “conversationId” looks as if it were meant for the room: rename it to room_id"
        ),
        (
            #"{"old":"a","new":"b","chat":{"_id":"R1"}}"#,
            "the key “chat._id” looks as if it were meant for the room: rename it to room_id"
        ),
        (#"{"old":"Old","new":"new_visitor"}"#, "the header once more"),
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

    @Test(arguments: [
        (#"{"old":{"$oid":"a"},"new":{ "$oid" : "b" },"room":{"$oid":"r"}}"#, "1 a>b@r"),
        (#"{"old":"ObjectId(\"a1\")","new":"ObjectId('b1')","room":"=\"r1\""}"#, "1 a1>b1@r1"),
        ("{\"old\":\"a\",\"new\":\"b\",\"é\":1,\"e\u{301}\":2}", "1 a>b"),
        (#"{"old":"a","new":"b","room":"r","romm":"q"}"#, "1 a>b@r"),
    ])
    func `Ids are read as databases export them, and keys are told apart by their bytes`(text: String, line: String)
        throws
    {
        #expect(try read(text).summary == [line])
    }

    @Test func `A malformed line has no ids, and keeps its text`() throws {
        for line in [
            #"{"old":"a","new":"b","room":["r","q"]}"#, #"{"old":"a","new":"b","room":12345}"#,
            #"{"old":"a","new":"b","room":"r","rid":"q"}"#, #"{"old":"a","new":"b","from":"2024","to":"2025"}"#,
            #"{"old":"a","new":"b""#,
        ] {
            let first = try #require(try read(line + "\r\n{\"old\":\"a\",\"new\":\"b\"}").lines.first)
            #expect(first == MappingLine(malformed: 1, first.rejection?.detail ?? "", text: line))
        }
    }

    @Test(arguments: [
        ("[\n{\"old\":\"a\",\"new\":\"b\"},\n{\"old\":\"c\",\"new\":\"d\"}\n]\n", JSONStart.array),
        ("[{\"old\":\"a\",\"new\":\"b\"},\n{\"old\":\"c\",\"new\":\"d\"}]\n", .array),
        (" [{\"old\":\"a\",\"new\":\"b\"},{\"old\":\"c\",\"new\":\"d\"}]\n", .array),
        ("[{\"old\":\"a\",\"new\":\"b\"}]", .array),
        ("[\n  {\n    \"old\": \"a\",\n    \"new\": \"b\"\n  }\n]\n", .array),
        ("{\n  \"old\": \"a\",\n  \"new\": \"b\"\n}\n{\n  \"old\": \"c\",\n  \"new\": \"d\"\n}\n", .spread),
        ("{ \"old\": \"a\",\n  \"new\": \"b\" }\n{ \"old\": \"c\",\n  \"new\": \"d\" }\n", .spread),
    ])
    func `JSON of another shape is refused, whatever the file is called`(text: String, start: JSONStart) throws {
        for name in ["m.json", "m.jsonl", "m.csv", "m"] {
            for chunkSize in [1, 4096] {
                guard
                    case .json(start, let path) = mappingError({
                        _ = try Reading(text, name: name, chunkSize: chunkSize)
                    })
                else {
                    Issue.record("\(name) was taken")
                    return
                }
                #expect(path.hasSuffix(name))
            }
        }
    }

    @Test(arguments: ["[[\"O1\",\"N1\"]]", "[\"O1\",\"N1\"]\n[\"O2\",\"N2\"]\n", "[]", " [ ] \n", "[1]"])
    func `An array without objects is refused, whatever the file is called`(text: String) {
        for name in ["m.json", "m.jsonl", "m.csv", "m"] {
            let error = mappingError { _ = try Reading(text, name: name) }
            guard case .json(.noObjects, _) = error else {
                _ = Issue.record("\(name): \(String(describing: error))"); return
            }
            #expect(error?.kind == .unusable)
        }
    }

    @Test(arguments: ["null\n", "\"x\"\n\"y\"\n", "1\n[2]\n", "[\"O1\",\"N1\"]\nnull\nx\n"])
    func `Lines of JSON of which none is an object are refused once for the file`(text: String) {
        let error = mappingError { _ = try read(text) }
        guard case .json(.noObjects, _) = error else { _ = Issue.record("\(String(describing: error))"); return }
        #expect(error?.description.contains("one object a line is wanted, such as") == true)
    }

    @Test func `One format under the name of the other is refused`() throws {
        let json = mappingError { _ = try Reading(#"{"old":"a","new":"b"}"#, name: "m.csv") }
        guard case .json(.lines, _) = json else { _ = Issue.record("\(String(describing: json))"); return }
        let csv = mappingError { _ = try Reading("old;new\na;b\n", name: "m.jsonl") }
        guard case .json(.csv, _) = csv else { _ = Issue.record("\(String(describing: csv))"); return }
    }

    @Test func `Objects without any of the keys are refused once for the file`() throws {
        for (text, columns) in [
            ("{\"source\":\"a\",\"target\":\"b\"}\n{\"target\":\"c\"}\n", nil),
            ("{\"source\":\"a\",\"target\":\"b\"}\n", ColumnNames(old: "src", new: "dst")),
        ] {
            guard case .foreignKeys(["source", "target"], _) = mappingError({ _ = try read(text, columns: columns) })
            else {
                _ = Issue.record("It was taken.")
                return
            }
        }
        #expect(try read("{\"source\":\"a\"}\n{\"old\":\"a\",\"new\":\"b\"}").summary == ["1 missing-old", "2 a>b"])
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
