import FoundationEssentials
import Model
import Testing

@testable import Mapping

@Suite struct VisitorFileTests {
    typealias Record = VisitorFileReader.Record

    private func records(
        _ text: String, as name: String = "visitors.csv", customFields: [String] = []
    ) throws -> [Record] {
        try withFile(Array(text.utf8), name: name) { path in
            var reader = try VisitorFileReader(.file(path), customFields: customFields)
            var records: [Record] = []
            while let record = try reader.next() { records.append(record) }
            return records
        }
    }

    private func visitors(_ text: String, as name: String = "visitors.csv", customFields: [String] = []) throws
        -> [VisitorProfile]
    {
        try records(text, as: name, customFields: customFields).compactMap { record in
            if case .visitor(let visitor) = record { visitor } else { nil }
        }
    }

    @Test func `A CSV export gives every field, several addresses and numbers in one cell`() throws {
        let lines = [
            "\u{FEFF}name;_id;Emails;Phone Number;last_chat;ts;rooms;username;Customer-Number",
            #""Ann; ""A.""";a1;ann@x.org, ann@y.org;+49 1;2024-05-02T14:47:45.855Z;1714661265855;3;guest-1;C-1"#, "",
            ";b2;;'+49 2|+49 3;;;;;",
        ]
        let visitors = try visitors(lines.joined(separator: "\n"), customFields: ["customerNumber"])
        #expect(
            visitors == [
                VisitorProfile(
                    id: VisitorID("a1"), username: "guest-1", name: #"Ann; "A.""#, emails: ["ann@x.org", "ann@y.org"],
                    phones: ["+49 1"], customFields: ["customerNumber": "C-1"],
                    lastChat: Timestamp(milliseconds: 1_714_661_265_855),
                    createdAt: Timestamp(milliseconds: 1_714_661_265_855), rooms: 3),
                VisitorProfile(id: VisitorID("b2"), phones: ["+49 2", "+49 3"]),
            ])
    }

    @Test func `The columns of a database's CSV export are understood`() throws {
        let visitors = try visitors(
            """
            _id,visitorEmails.0.address,visitorEmails.1.address,phone[0].phoneNumber,livechatData.number,lastChat.ts
            a,x@y.z,q@y.z,030 1,77,2024-01-01T00:00:00.000Z
            """, customFields: ["number"])
        #expect(
            visitors == [
                VisitorProfile(
                    id: VisitorID("a"), emails: ["x@y.z", "q@y.z"], phones: ["030 1"], customFields: ["number": "77"],
                    lastChat: Timestamp(milliseconds: 1_704_067_200_000))
            ])
    }

    @Test func `The server's own documents are read, as the list has them and as a database exports them`() throws {
        let lines = [
            #"{"_id":"a","username":"guest-1","name":"Ann \"A\" \u00fc","token":"t","visitorEmails":[{"address":"a@x.y"}],"#
                + #""phone":[{"phoneNumber":"+49 1"},{"phoneNumber":"+49 2"}],"livechatData":{"number":77,"other":"x"},"#
                + #""lastChat":{"_id":"r","ts":"2024-01-01T00:00:00.000Z"},"ts":{"$date":"2023-01-01T00:00:00Z"}}"#,
            #"{ "_id" : "b" , "ts" : { "$date" : { "$numberLong" : "1704067200000" } }, "visitorEmails" : null }"#,
            #"{"visitorId":"no","_id":"c","email":"c@x.y","phones":["1","2"],"lastChat":1704067200000,"number":"C"}"#,
        ]
        let visitors = try visitors(lines.joined(separator: "\n"), as: "visitors.jsonl", customFields: ["number"])
        let newYear = Timestamp(milliseconds: 1_704_067_200_000)
        #expect(
            visitors == [
                VisitorProfile(
                    id: VisitorID("a"), username: "guest-1", name: #"Ann "A" ü"#, emails: ["a@x.y"],
                    phones: ["+49 1", "+49 2"], customFields: ["number": "77"], lastChat: newYear,
                    createdAt: Timestamp(milliseconds: 1_672_531_200_000)),
                VisitorProfile(id: VisitorID("b"), createdAt: newYear),
                VisitorProfile(
                    id: VisitorID("c"), emails: ["c@x.y"], phones: ["1", "2"], customFields: ["number": "C"],
                    lastChat: newYear),
            ])
    }

    @Test func `Disabled visitors are told apart`() throws {
        #expect(try records("_id,disabled\na,true\nb,false\nc,\n").map { $0 == .disabled } == [true, false, false])
        let lines = #"{"_id":"a","disabled":true}"# + "\n" + #"{"_id":"b","disabled":false}"#
        #expect(try records(lines, as: "v.jsonl").map { $0 == .disabled } == [true, false])
    }

    @Test(arguments: [
        ("a,b,c", "3 fields instead of 2"), ("\"a,b", "the quote that opens field 1 is never closed"),
        (",Ann", "no id"),
    ])
    func `A bad line of a CSV export is told by its number, and the rest goes on`(line: String, why: String) throws {
        let records = try records("_id,name\nfirst,x\n\(line)\nlast,y\n")
        #expect(records.count == 3 && records[1] == .bad(line: 3, why: why), "\(records)")
        guard case .visitor(let last) = records[2] else {
            Issue.record("\(records[2])")
            return
        }
        #expect(last.id == VisitorID("last"))
    }

    @Test(arguments: [
        ("[]", "not a JSON object"), ("{", "not JSON"), (#"{"_id":"a"}}"#, "not JSON"), (#"{"_id":"a",}"#, "not JSON"),
        (#"{"_id" "a"}"#, "not JSON"), (#"{"_id":"a" "b":1}"#, "not JSON"), (#"{_id:"a"}"#, "not JSON"),
        (#"{"_id":"a","name":"\x"}"#, "not JSON"), (#"{"_id":"a","name":}"#, "not JSON"), ("null", "not a JSON object"),
        (#"{"name":"a"}"#, "no id"), (#"{"_id":""}"#, "no id"), (#"{"_id":{"x":"a"}}"#, "no id"),
        (#"{"_id":"a","x":["#, "not JSON"), (#"{"_id":"a","x":[1}"#, "not JSON"), ("{\"_id\":\"a\tb\"}", "not JSON"),
        (
            #"{"_id":"a","x":"# + String(repeating: "[", count: 200) + String(repeating: "]", count: 200) + "}",
            "nested more than 100 levels deep"
        ),
    ])
    func `A bad line of a JSONL export is told by its number, and the rest goes on`(line: String, why: String) throws {
        let records = try records("{\"_id\":\"first\"}\n\(line)\n{\"_id\":\"last\"}", as: "v.jsonl")
        #expect(records.count == 3 && records[1] == .bad(line: 2, why: why), "\(records)")
    }

    @Test func `What is not UTF-8 is bad in both formats`() throws {
        for (name, head, tail) in [("v.csv", "_id,name\na,", "\n"), ("v.jsonl", #"{"_id":"a","name":""#, "\"}\n")] {
            let records = try withFile(Array(head.utf8) + [0xFF] + Array(tail.utf8), name: name) { path in
                var reader = try VisitorFileReader(.file(path))
                return try reader.next()
            }
            guard case .bad(_, let why) = records else {
                Issue.record("\(String(describing: records))")
                continue
            }
            #expect(why.hasPrefix("not UTF-8"))
        }
    }

    @Test func `A header without ids names what it has`() {
        #expect(throws: MappingError.noVisitorColumn(found: ["name", "email"])) {
            try visitors("name,email\nx,y\n")
        }
    }

    @Test(arguments: ["", "\n\n"])
    func `An empty export is refused`(text: String) {
        #expect(throws: MappingError.self) { try visitors(text) }
    }
}
