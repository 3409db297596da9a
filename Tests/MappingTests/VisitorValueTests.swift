import FoundationEssentials
import Model
import Testing

@testable import Mapping

/// Values of an export of visitors as databases, spreadsheets and people write them.
@Suite struct VisitorValueTests {
    private func read(
        _ text: String, as name: String = "visitors.csv", customFields: [String] = []
    ) throws -> ([VisitorProfile], VisitorFileNotes) {
        try withFile(Array(text.utf8), name: name) { path in
            var reader = try VisitorFileReader(.file(path), customFields: customFields)
            var visitors: [VisitorProfile] = []
            while let record = try reader.next() {
                if case .visitor(let visitor) = record { visitors.append(visitor) }
            }
            return (visitors, reader.notes)
        }
    }

    private func unreadable(
        _ name: String, _ field: VisitorFields, _ unreadable: Int, of count: Int, _ lines: Int...
    ) -> VisitorFileNotes.Values {
        var values = VisitorFileNotes.Values(name: name, field: field)
        (values.count, values.unreadable, values.firstLines) = (count, unreadable, lines)
        return values
    }

    @Test func `JSON in the cells of a CSV export is read as in JSONL`() throws {
        let (visitors, notes) = try read(
            #"""
            _id,visitorEmails,phone,livechatData,lastChat,ts,rooms,disabled
            a,"[{""address"":""a@x.y""},{""address"":""A2@x.y""}]","[{""phoneNumber"":""+49 30 1234567""}]","{""number"":77,""other"":[1]}","{""_id"":""r"",""ts"":{""$date"":""2024-01-01T00:00:00Z""}}","{""$date"":{""$numberLong"":""1704067200000""}}","{""$numberInt"":""3""}",false
            "{""$oid"":""b""}",[],"[ ]",{},null,,,
            ObjectId(c),"[""c@x.y"",""d@x.y""]","""030 1""","{""number"":null}","{""ts"":""2024-01-01T00:00:00.000Z""}",,,
            "ObjectId(""d"")","["" d@x.y ""]",,,ISODate('2024-01-01T00:00:00Z'),new Date(1704067200000),NumberLong(7),
            "=""e""",,,,"=""2024-01-01""",,,
            """#, customFields: ["number"])
        let newYear = Timestamp(milliseconds: 1_704_067_200_000)
        #expect(
            visitors == [
                VisitorProfile(
                    id: VisitorID("a"), emails: ["a@x.y", "A2@x.y"], phones: ["+49 30 1234567"],
                    customFields: ["number": "77"], lastChat: newYear, createdAt: newYear, rooms: 3),
                VisitorProfile(id: VisitorID("b")),
                VisitorProfile(id: VisitorID("c"), emails: ["c@x.y", "d@x.y"], phones: ["030 1"], lastChat: newYear),
                VisitorProfile(
                    id: VisitorID("d"), emails: ["d@x.y"], lastChat: newYear, createdAt: newYear, rooms: 7),
                VisitorProfile(id: VisitorID("e"), lastChat: newYear),
            ])
        #expect(notes.values.allSatisfy { $0.unreadable == 0 })
    }

    @Test func `JSON within a text of JSONL is read too`() throws {
        let (visitors, _) = try read(
            #"{"_id":"a","visitorEmails":"[{\"address\":\"a@x.y\"}]","lastChat":"{\"ts\":\"2024-01-01\"}"}"#,
            as: "v.jsonl")
        #expect(
            visitors == [
                VisitorProfile(
                    id: VisitorID("a"), emails: ["a@x.y"], lastChat: Timestamp(milliseconds: 1_704_067_200_000))
            ])
    }

    @Test func `A text that only looks like JSON stays a text, and what is no list of addresses cannot be read`() throws
    {
        let (visitors, notes) = try read(
            #"""
            _id,name,username,number,email,phone
            a,[VIP] Ann,{guest},[7,"[{""address"":""a@x","{'phoneNumber': '030 1'}"
            b,"[""Ann""]","[""u""]",7,"[{""mail"":""b@x.y""}]","[[""030 1""],{""phoneNumber"":{""x"":1}}]"
            """#, customFields: ["number"])
        #expect(
            visitors == [
                VisitorProfile(
                    id: VisitorID("a"), username: "{guest}", name: "[VIP] Ann", customFields: ["number": "[7"],
                    unreadable: [.emails, .phones]),
                VisitorProfile(
                    id: VisitorID("b"), username: #"["u"]"#, name: #"["Ann"]"#, phones: ["030 1"],
                    customFields: ["number": "7"], unreadable: [.emails, .phones]),
            ])
        #expect(
            notes.values.filter { $0.unreadable > 0 } == [
                unreadable("email", .emails, 2, of: 2, 2, 3), unreadable("phone", .phones, 2, of: 2, 2, 3),
            ])
    }

    @Test(arguments: [
        ("1714661265", 1_714_661_265_000), ("1714661265855", 1_714_661_265_855),
        ("1714661265.855", 1_714_661_265_855), ("1714661265.8", 1_714_661_265_800),
        ("1714661265855.0", 1_714_661_265_855), ("1714661265855123", 1_714_661_265_855),
        ("1714661265855123456", 1_714_661_265_855), ("2024-05-02 14:47:45.855+00", 1_714_661_265_855),
        ("2024-05-02 14:47:45 UTC", 1_714_661_265_000), ("2024-05-02 16:47:45 +0200", 1_714_661_265_000),
        ("2024-05-02t14:47:45,855z", 1_714_661_265_855),
    ])
    func `An instant is read as databases write it, and ten digits are seconds`(
        text: String, milliseconds: Int64
    ) throws {
        let (flat, _) = try read("_id;lastChat;ts\na;\(text);\(text)\n")
        #expect(flat.map(\.lastChat?.milliseconds) == [milliseconds], "\(flat)")
        #expect(flat.map(\.createdAt?.milliseconds) == [milliseconds] && flat.map(\.unreadable) == [[]])
        let (json, _) = try read(#"{"_id":"a","lastChat":{"ts":"\#(text)"}}"#, as: "v.jsonl")
        #expect(json.map(\.lastChat?.milliseconds) == [milliseconds])
    }

    @Test(arguments: [
        "5/2/2024 14:47", "02.05.2024", "45414.61", "1.71466E+12", "171466126", "17146612655", "0", "-1714661265",
        "yesterday", "2024-02-30", "1714661265,855.5", "1714661265855.5x", "{x", "[true]",
    ])
    func `An instant that cannot be read is counted with its line, in every format`(text: String) throws {
        let csv = "_id;lastChat\nfirst;2024-01-01\na;\(text)\nlast;NULL"
        let jsonl = #"{"_id":"first","lastChat":"2024-01-01"}"# + "\n" + #"{"_id":"a","lastChat":"\#(text)"}"#
        for (name, lines, line) in [("v.csv", csv, 3), ("v.jsonl", jsonl, 2)] {
            let (visitors, notes) = try read(lines, as: name)
            #expect(visitors[1].lastChat == nil && visitors[1].unreadable == .lastChat, "\(name) \(visitors)")
            #expect(notes.values.filter { $0.count > 0 } == [unreadable("lastChat", .lastChat, 1, of: 2, line)])
        }
    }

    @Test func `Numbers of rooms, disabled and the date of creation that cannot be read are counted likewise`() throws {
        let (visitors, notes) = try read(
            """
            _id,rooms,disabled,ts
            a,"1,234",perhaps,0000-00-00
            b,3.0,TRUE,
            c,-1,n/a,-
            d,,f,unknown
            e,3.5,N,2024-01-01
            """)
        #expect(visitors.map(\.id.rawValue) == ["a", "c", "d", "e"])
        #expect(visitors.map(\.unreadable) == [[.rooms, .disabled, .createdAt], .rooms, [], .rooms])
        #expect(
            notes.values.filter { $0.count > 0 } == [
                unreadable("ts", .createdAt, 1, of: 2, 2), unreadable("rooms", .rooms, 3, of: 4, 2, 4, 6),
                unreadable("disabled", .disabled, 1, of: 4, 2),
            ])
    }

    @Test func `An object without what is looked for cannot be read, and an empty one says nothing`() throws {
        let lines = [
            #"{"_id":"a","lastChat":{"_id":"r"},"visitorEmails":[{"x":"a@x.y"}]}"#,
            #"{"_id":"b","lastChat":{},"visitorEmails":[{}],"rooms":[],"phone":"NULL"}"#,
            #"{"_id":"c","lastChat":{"ts":true},"rooms":["r"]}"#,
        ]
        let (visitors, _) = try read(lines.joined(separator: "\n"), as: "v.jsonl")
        #expect(visitors.map(\.unreadable) == [[.lastChat, .emails], [], [.lastChat, .rooms]])
    }

    @Test(arguments: ["NULL", #"\N"#, "n/a", "-", "none", "(null)"])
    func `A word for nothing is no id`(word: String) throws {
        let record = try withFile(Array("_id,name\n\(word),x\n".utf8), name: "v.csv") { path in
            var reader = try VisitorFileReader(.file(path))
            return try reader.next()
        }
        #expect(record == .bad(line: 2, why: "no id"))
    }

    @Test func `Addresses with names in front are told apart`() throws {
        let (visitors, _) = try read(
            #"""
            _id,email
            a,"Ann <ann@x.org>, b@y.org"
            b,"""Smith, Ann"" <ann@x.org>;<b@y.org>"
            c,a@x.org b@y.org
            d,Ann@Work <a@x.org>
            e,mailto:a@x.org|b@y.org
            """#)
        #expect(
            visitors.map(\.emails) == [
                ["Ann <ann@x.org>", "b@y.org"], [#""Smith, Ann" <ann@x.org>"#, "<b@y.org>"], ["a@x.org", "b@y.org"],
                ["Ann@Work <a@x.org>"], ["mailto:a@x.org", "b@y.org"],
            ])
    }
}

/// Names that are passed over and should not have been.
@Suite struct LookalikeNameTests {
    @Test(arguments: [
        "E-mail 1 - Value", "Email 2", "Work phone", "emial", "e-mail address (private)", "phones2", "Mobile number",
        "Tel. (home)", "lastChatt", "Last contact", "last_message_at", "Room count", "number of rooms", "is_disabled",
        "user name (login)", "customernumber2", "created_on",
    ])
    func `A name that looks like one that is read is told`(name: String) {
        #expect(LookalikeName.matches(name, custom: ["customerNumber"]))
    }

    @Test(arguments: [
        "token", "status", "department", "lastChat._id", "E-mail 1 - Type", "company", "notes", "_updatedAt", "rid",
        "(column 3, without a name)", "userAgent", "ip", "host", "hotel", "",
    ])
    func `A name of something else is passed over`(name: String) {
        #expect(!LookalikeName.matches(name, custom: ["customerNumber"]))
    }

    @Test func `Columns and keys alike are named once, and those that are read are not`() throws {
        let files = [
            ("v.csv", "_id,Email,Email 2,Work phone,email.2,visitorEmails.0.address,token\na,,,,,,\nb,,,,,,\n"),
            ("v.jsonl", #"{"_id":"a","email":"x","Email 2":"y","token":"t"}"# + "\n" + #"{"_id":"b","Work phone":1}"#),
        ]
        for (name, text) in files {
            let lookalikes = try withFile(Array(text.utf8), name: name) { path in
                var reader = try VisitorFileReader(.file(path))
                while try reader.next() != nil {}
                return reader.notes.lookalikes
            }
            #expect(lookalikes == ["Email 2", "Work phone"])
        }
    }
}
