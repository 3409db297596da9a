import Model
import Testing

@testable import Mapping

struct IDRulesTests {
    @Test(arguments: [
        "66e10123abcdef0123456789", "6e23", "6E23", "66E10123", "Rm9xT2bQe7LkVdP4s", "123456789012345",
        "000000000000000",
        "1234567890123456", "12345678901234567", "123456789012345010", "a-b_c.d", "héllo", "a#", "#room", "6.42E23",
        "E+23", "6.E+1", "1.5E+", "a:b", "$1", "~", "total-1", "nullable", "Na1", "Err:x", "-2146", "6E+2x",
        String(repeating: "x", count: 128), "💬",
    ])
    func `An id that a server could have given out is taken as it is`(id: String) throws {
        let record = "\"\(id)\"\tb\t\"\(id)\""
        let line = try #require(try Reading("old\tnew\trid\n\(record)\n").lines.first)
        #expect(line == MappingLine(number: 2, oldVisitor: id, newVisitor: "b", room: id))
    }

    @Test(arguments: [
        "6.42E+23", "6,42E+23", "6E+23", "6.42e+23", "6.42E-05", "-6E+23", "#REF!", "#N/A", "#NAME?", "#VALUE!",
        "#DIV/0!",
        "#NUM!", "#NULL!", "#BEZUG!", "#", "########", "#NV", "#N/D", "#Н/Д", "#YOK", "#I/T", "#HIÁNYZIK", "#SAKNAS!",
        "#GETTING_DATA", "#nv", "#Nv", "#нд", "#Н/д", "#n/a", "#ref", "#Yok", "Err:502", "ERR:502", "-2146826246",
        "1234567890123450", "123456789012345000000000",
        "6610123456789012345678900", "1000000000000000",
    ])
    func `What a spreadsheet made of an id is damage, in every column`(id: String) throws {
        for record in ["\(id)\tb\tr", "a\t\(id)\tr", "a\tb\t\(id)"] {
            #expect(try Reading("old\tnew\trid\n\(record)\n").summary == ["2 spreadsheet-damage"])
        }
    }

    @Test(arguments: [
        ("a b", "U+0020"), ("a\u{3000}b", "U+3000"), ("a\u{A0}b", "U+00A0"), ("a\u{0}b", "U+0000"),
        ("\u{7F}a", "U+007F"),
        ("a\u{85}", "U+0085"), ("a\u{9F}b", "U+009F"), ("a\u{2028}b", "U+2028"), ("a\u{2029}", "U+2029"),
        ("a\u{202E}b", "U+202E"), ("a\u{2066}b", "U+2066"), ("a\u{200B}b", "U+200B"), ("a\tb", "tab"),
        ("a\nb", "U+000A"),
        ("a\u{1B}[2J", "U+001B"), (String(repeating: "x", count: 129), "129 bytes"),
        (String(repeating: "é", count: 65), "130 bytes"),
    ])
    func `An id holds nothing invisible and is short, in every column`(id: String, told: String) throws {
        for (record, column) in [
            ("\"\(id)\",b,r", "old visitor"), ("a,\"\(id)\",r", "new visitor"), ("a,b,\"\(id)\"", "room"),
        ] {
            let reading = try Reading("old,new,rid\n\(record)\n")
            #expect(reading.summary == ["2 bad-id"])
            let detail = try #require(reading.details.first)
            #expect(detail.contains(column) && detail.contains(told))
            #expect(!detail.unicodeScalars.contains { $0.isInvisible } && detail.count < 200)
        }
    }

    @Test(arguments: [
        ("a;b", "holds ;, as a list of ids does"), ("a;", "holds ;, which no id does"),
        ("/", "holds /, which no id does"),
        ("a|b", "holds |"), ("a/b", "holds /"), ("a,b", "holds ,"), ("[a]", "bracket"),
        ("<a>", "bracket"),
        ("(a", "bracket"), ("a}", "bracket"), ("'a", "quotation"), ("“a”", "quotation"), ("«a»", "quotation"),
        ("a\"\"b", "quotation"), (".", "no id"), ("..", "no id"), ("a.", "full stop"), ("Total:", "colon"),
        ("NULL", "no id"),
        ("null", "no id"), ("\\N", "no id"), ("N/A", "no id"), ("-", "no id"), ("—", "no id"), ("None", "no id"),
        ("undefined", "no id"), ("total", "no id"), ("a\\b", "backslash"), ("=\"\"\"\"", "quotation"),
        ("ObjectId()", "bracket"),
        ("ObjectId(a;b)", "bracket"), ("=\"\"a b\"\"", "U+0020"), ("old_visitor_id", "name of a column"),
        ("roomId", "name of a column"), ("_id", "name of a column"), ("ID", "name of a column"),
        ("Old Visitor", "U+0020"), ("new_visitor", "name of a column"), ("rid", "name of a column"),
        ("{\"\"$oid\"\":1}", "bracket"),
    ])
    func `What no server gives out as an id is rejected, in every column`(id: String, told: String) throws {
        for record in ["\"\(id)\"\tb\tr", "a\t\"\(id)\"\tr", "a\tb\t\"\(id)\""] {
            let reading = try Reading("old\tnew\trid\n\(record)\n")
            #expect(reading.summary == ["2 bad-id"])
            #expect(reading.details.first?.contains(told) == true, "\(reading.details)")
        }
    }

    @Test(arguments: [
        "=\"\"66f0a1c2b3d4e5f6a7b80911\"\"", "=\"\" 66f0a1c2b3d4e5f6a7b80911\"\"", "ObjectId(66f0a1c2b3d4e5f6a7b80911)",
        "ObjectId(\"\"66f0a1c2b3d4e5f6a7b80911\"\")", "ObjectID('66f0a1c2b3d4e5f6a7b80911')",
        "new ObjectId(\"\"66f0a1c2b3d4e5f6a7b80911\"\")", "{\"\"$oid\"\":\"\"66f0a1c2b3d4e5f6a7b80911\"\"}",
        " { \"\"$oid\"\" : \"\"66f0a1c2b3d4e5f6a7b80911\"\" } ",
    ])
    func `What programs write around an id is taken off, in every column, and noted`(text: String) throws {
        let id = "66f0a1c2b3d4e5f6a7b80911"
        for (record, line) in [
            ("\"\(text)\",b,r", "2 \(id)>b@r"), ("a,\"\(text)\",r", "2 a>\(id)@r"), ("a,b,\"\(text)\"", "2 a>b@\(id)"),
        ] {
            let reading = try Reading("old,new,rid\n\(record)\n")
            #expect(reading.summary == [line])
            #expect(reading.notes.unwrapped.first == [2])
        }
    }

    @Test(arguments: [
        (",,a b", ReasonCode.missingOld), ("6E+1,,a b", .missingNew), ("a b,6E+1,r", .spreadsheetDamage),
        ("a b,b,#REF!", .spreadsheetDamage), ("a,b,r r", .badID),
    ])
    func `A line has one reason, the first in the order of the checks`(record: String, reason: ReasonCode) throws {
        #expect(try Reading("old,new,rid\n\(record)\n").lines.first?.rejection?.reason == reason)
    }

    @Test func `Spaces around ids are trimmed and noted`() throws {
        let reading = try Reading(
            "old,new,rid\n a\u{A0},\tb,\u{FEFF}r\u{200B}\na,b,r\nc,d, \n" + String(repeating: "x ,y,\n", count: 8)
        )
        #expect(reading.summary.prefix(3) == ["2 a>b@r", "3 a>b@r", "4 c>d"])
        #expect(reading.notes.trimmed.count == 10)
        #expect(reading.notes.trimmed.first == [2, 4, 5, 6, 7])
    }

    @Test func `A rejected line keeps no more than a person needs of a long text`() throws {
        let long = String(repeating: "é", count: 100_000)
        let line = try #require(try Reading("old,new\n\(long),b\n").lines.first)
        #expect(line.rejection?.reason == .badID)
        #expect(line.oldVisitor == String(repeating: "é", count: 128) + "…")
    }
}
