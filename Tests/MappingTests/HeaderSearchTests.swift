import Model
import Testing

@testable import Mapping

struct HeaderSearchTests {
    private static let old = "66f0a1c2b3d4e5f6a7b80911"
    private static let new = "Rm9xT2bQe7LkVdP4s"

    @Test(arguments: [
        ("sep=;\nold;new;Name, x, y\na;b;c\n", ["3 a>b"], [1]), ("\"sep=,\"\r\nold,new\r\na,b\r\n", ["3 a>b"], [1]),
        ("SEP=\t\nold\tnew\na\tb\n", ["3 a>b"], [1]), ("sep=|\nold|new\na|b\n", ["3 a>b"], [1]),
        ("#TYPE System.Object\n\"old\",\"new\"\n\"a\",\"b\"\n", ["3 a>b"], [1]),
        ("Visitors to merge\n\nold,new\na,b\n", ["4 a>b"], [1]),
        ("Export,,\n,,\nfrom May to June,,\nold,new,room\na,b,\n", ["5 a>b"], [1, 3]),
        ("My \"title\"\nold,new\na,b\n", ["3 a>b"], [1]),
        ("1\n2\n3\n4\n5\n6\n7\n8\n9\nold,new\na,b\n", ["11 a>b"], Array(1...9)),
    ])
    func `A header is found behind what stands before it, and that is noted`(
        text: String, lines: [String], before: [Int]
    ) throws {
        for chunkSize in [1, 4096] {
            let reading = try Reading(text, chunkSize: chunkSize)
            #expect(reading.summary == lines)
            #expect(reading.notes.linesBeforeHeader == before)
        }
    }

    @Test func `A header behind the tenth line is none`() {
        let error = mappingError { _ = try Reading(String(repeating: "x\n", count: 10) + "old,new\na,b\n") }
        guard case .missingColumns = error else { _ = Issue.record("\(String(describing: error))"); return }
    }

    @Test func `No line of a mapping gets lost before a header`() {
        let error = mappingError { _ = try Reading("\(Self.old),\(Self.new)\nold,new\na,b\n") }
        #expect(error == .linesBeforeHeader(line: 1, header: 2))
        #expect(
            mappingError { _ = try Reading("Duplicates,a1,b1\na1,b1\nold,new\na,b\n") }
                == .linesBeforeHeader(line: 1, header: 3))
    }

    @Test(arguments: [
        "O1,N1\nold,new,room", "O1,N1,R1,x\nold,new,room", "6.42E+23,N1\nold,new", "#REF!,#N/A\nold,new",
        "annaold,annanew\nold,new", "O1,anna,R1\nold,new,room", "O1;N1\nold,new", "O1,N1,Ann Archer\nold,new,name",
        "Ann Archer,O1,N1\nold,new", "\"O1\",\"N1\"\nold,new", "O1,,R1\nold,new,room", "O1,\nold,new",
        "guest-1 guest-2\nold,new", "O1:N1\nold,new", "\(old)\nold,new", "Ann,\(old)\nold,new", "Ann \(new)\nold,new",
    ])
    func `A line of any width that could be one of the mapping does not get lost`(text: String) {
        #expect(mappingError { _ = try Reading(text + "\na,b\n") } == .linesBeforeHeader(line: 1, header: 2))
    }

    @Test(arguments: [
        "Duplicates", "Duplicates of May,Ann Archer", "Visitors to merge,2024", "Total,12", "visitor id,visitor id",
        "O1", "\"\",\"\"",
    ])
    func `A title does not stop the file`(title: String) throws {
        #expect(try Reading("\(title)\nold,new\na,b\n").summary == ["3 a>b"])
    }

    @Test(arguments: [",", ";", "\t", "|"]) func `A file without a header is told so`(delimiter: String) {
        let record = [Self.old, Self.new, "x"].joined(separator: delimiter)
        for text in [record, "\n\(record)\n\(record)\n"] {
            let error = mappingError { _ = try Reading(text) }
            guard case .noHeader(_, fields: 3, _) = error else {
                _ = Issue.record("\(String(describing: error))"); return
            }
            #expect(error?.description.contains("no header") == true)
        }
    }

    @Test func `What is skipped is shown, unless it is meant for a program`() throws {
        let titles: [(text: String, titles: [String])] = [
            ("exported by mary\nold,new\na,b\n", ["exported by mary"]), ("abc\n\n12\nold,new\na,b\n", ["abc", "12"]),
            ("sep=,\nold,new\na,b\n", []), ("#TYPE X\nold,new\na,b\n", []), ("old,new\na,b\n", []),
        ]
        for (text, titles) in titles { #expect(try Reading(text).notes.titles == titles, "\(text)") }
    }

    @Test(arguments: [
        "guest-1,guest-2\nguest-3,guest-4\n", "guest-1,guest-2,x\n\n\"guest-10\",\"guest-20\",\n", "O1;N1\nO2;N2\n",
        "x7Kp2\tpQ9z\nk3Lm\t9abz\n",
    ])
    func `Ids that no server made up are no names of columns either`(text: String) throws {
        let names = text.prefix { $0 != "\n" }.split { ",;\t".contains($0) }
        let columns = ColumnNames(old: String(names[0]), new: String(names[1]))
        for options in [MappingOptions(), MappingOptions(columns: columns)] {
            let error = mappingError { _ = try Reading(text, options: options) }
            guard case .noHeader(line: 1, _, _) = error else {
                _ = Issue.record("\(String(describing: error))"); return
            }
        }
    }

    @Test(arguments: ["visitor1,visitor2\nguest-1,guest-2\n", "id1,id2\n", "col_1,col_2\n66f0a1c2b3d4e5f6a7b80911,x\n"])
    func `Names with numbers are names, if what stands below is different`(text: String) throws {
        let names = text.prefix { $0 != "\n" }.split(separator: ",")
        let columns = ColumnNames(old: String(names[0]), new: String(names[1]))
        #expect(try Reading(text, options: MappingOptions(columns: columns)).lines.allSatisfy { $0.rejection == nil })
        guard case .missingColumns = mappingError({ _ = try Reading(text) }) else {
            _ = Issue.record("It was taken for something else."); return
        }
    }

    @Test func `Names in single quotes are seen to be names`() {
        let error = mappingError { _ = try Reading("'old','new'\n'a','b'\n") }
        #expect(error?.description.contains("“'old'” and “'new'” look like them: rename them") == true)
    }

    @Test func `Of words that may be ids it is said what to do if they are`() {
        let error = mappingError { _ = try Reading("anna,bert\ncarl,dora\n") }
        #expect(error?.description.contains("If these are ids, the file has no header") == true)
    }

    @Test(arguments: [
        #"="old_visitor_id","="new_visitor_id""#, #"="old_visitor_id",="new_visitor_id""#, #"="old,="new""#,
        #""="old","="new""#, #""=""old""","=""new""#, #"old,"="new""#, #"=old,=new"#, #"="old";"="new""#,
    ])
    func `A header is unwrapped, although its quotes are broken`(header: String) throws {
        let delimiter = header.contains(";") ? ";" : ","
        for chunkSize in [1, 4096] {
            let reading = try Reading(
                "\(header)\na\(delimiter)b\n=\"c\"\(delimiter)d\n\(header)\n", chunkSize: chunkSize)
            #expect(Array(reading.summary.prefix(2)) == ["2 a>b", "3 c>d"], "\(reading.summary)")
            #expect(reading.lines.count == 3 && reading.lines[2].rejection != nil)
        }
    }

    @Test func `A room's column is not overlooked in a header whose quotes are broken`() {
        #expect(mappingError { _ = try Reading(#"="old","="new","="romm""# + "\na,b,r\n") }?.kind == .unusable)
    }

    @Test func `Ids are not taken for names of columns, although they were given as such`() {
        let options = MappingOptions(columns: ColumnNames(old: Self.old, new: Self.new))
        let error = mappingError { _ = try Reading("\(Self.old),\(Self.new)\na,b\n", options: options) }
        #expect(error == .noHeader(line: 1, fields: 2, delimiter: .comma))
    }

    @Test func `The right delimiter is named where another was asked for`() {
        let options = MappingOptions(delimiter: .comma)
        #expect(
            mappingError { _ = try Reading("old;new;a,b,c\na;b;c\n", options: options) }
                == .wrongDelimiter(given: .comma, right: .semicolon))
    }

    @Test(arguments: ["sep=^\nold^new\na^b\n", "old^new\na^b\n"])
    func `A delimiter that is never looked for is named`(text: String) {
        #expect(mappingError { _ = try Reading(text) } == .foreignDelimiter("^"))
    }

    @Test(arguments: [
        ("old,new,old", nil), ("old,new,old", ColumnNames(old: "old", new: "new")), ("old,new,room,room", nil),
    ])
    func `Columns of one name are to be renamed, for no option tells them apart`(header: String, columns: ColumnNames?)
    {
        let error = mappingError { _ = try Reading(header + "\n", options: MappingOptions(columns: columns)) }
        #expect(error?.description.contains("rename or delete one of them") == true)
        #expect(error?.description.contains("--columns") == false)
    }

    @Test(arguments: ["\"old visitor, id\",new", "old_visitor_i\u{0},new"])
    func `No option is proposed that cannot be typed`(header: String) {
        let error = mappingError { _ = try Reading(header + "\na,b\n") }
        #expect(error?.description.contains("rename it") == true || error?.description.contains("old=NAME") == true)
        #expect(
            error?.description.contains("printf") == false && error?.description.contains("old=old visitor") == false)
    }
}
