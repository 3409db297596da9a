import Model
import Testing

@testable import Mapping

struct IDRulesTests {
    @Test(arguments: [
        "66e10123abcdef0123456789", "6e23", "6E23", "66E10123", "Rm9xT2bQe7LkVdP4s", "123456789012345",
        "000000000000000",
        "1234567890123456", "12345678901234567", "123456789012345010", "a-b_c.d", "héllo", "a#", "#room", "6.42E23",
        "E+23", "6.E+1", "1,5E+", "6E+2x", String(repeating: "x", count: 128), "💬",
    ])
    func `An id that a server could have given out is taken as it is`(id: String) throws {
        let record = "\"\(id)\"\tb\t\"\(id)\""
        let line = try #require(try Reading("old\tnew\trid\n\(record)\n").lines.first)
        #expect(line == MappingLine(number: 2, oldVisitor: id, newVisitor: "b", room: id))
    }

    @Test(arguments: [
        "6.42E+23", "6,42E+23", "6E+23", "6.42e+23", "6.42E-05", "-6E+23", "#REF!", "#N/A", "#NAME?", "#VALUE!",
        "#DIV/0!",
        "#NUM!", "#NULL!", "#BEZUG!", "#", "########", "1234567890123450", "123456789012345000000000",
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
        #expect(reading.notes.trimmedLines == 10)
        #expect(reading.notes.firstTrimmedLines == [2, 4, 5, 6, 7])
    }

    @Test func `A rejected line keeps no more than a person needs of a long text`() throws {
        let long = String(repeating: "é", count: 100_000)
        let line = try #require(try Reading("old,new\n\(long),b\n").lines.first)
        #expect(line.rejection?.reason == .badID)
        #expect(line.oldVisitor == String(repeating: "é", count: 128) + "…")
    }
}
