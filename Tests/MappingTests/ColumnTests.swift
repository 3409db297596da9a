import Testing

@testable import Mapping

struct ColumnTests {
    @Test(arguments: [
        "oldVisitorId,newVisitorId,rid", "old_visitor_id,new_visitor_id,room_id", "old,new,room", "from,to,roomId",
        "OLD-VISITOR-ID,newvisitorId, Room Id ", "\"Old Visitor ID\",\"New Visitor ID\",RID",
    ])
    func `The usual names are known in any spelling`(header: String) throws {
        #expect(try Reading("\(header)\na,b,r\n").summary == ["2 a>b@r"])
    }

    @Test func `Columns stand in any order and others are ignored and noted`() throws {
        let reading = try Reading("note,new,,rid,Name,old\nx,b,y,r,z,a\n")
        #expect(reading.summary == ["2 a>b@r"])
        #expect(reading.notes.ignoredColumns == ["note", "(column 3, without a name)", "Name"])
    }

    @Test(arguments: [
        ("a;old;new\n1,2;x;y\n", "2 x>y"),
        ("a\told\tnew\n1,;2\tx\ty\n", "2 x>y"),
        ("\"a,b,c,d\";old;new\n1;x;y\n", "2 x>y"),
        ("old,new;\nx,y\n", "2 x>y"),
        ("\"old\";\"new\";a,b,c\nx;y;z\n", "2 x>y"), ("old;new;Name, x, y, z\na;b;c\n", "2 a>b"),
        ("old|new|room\na|b|\n", "2 a>b"),
    ])
    func `The delimiter is the one that finds the columns, or else occurs most often outside quotes`(
        text: String, expected: String
    ) throws {
        let columns = text.hasPrefix("old,new;") ? ColumnNames(old: "old", new: "new;") : nil
        #expect(try Reading(text, options: MappingOptions(columns: columns)).summary == [expected])
    }

    @Test func `A delimiter that was asked for is not looked for`() throws {
        let options = MappingOptions(delimiter: .semicolon, columns: ColumnNames(old: "a,b", new: "c"))
        #expect(try Reading("a,b;c\n12;3\n", options: options).summary == ["2 12>3"])
    }

    @Test func `A column that was named is found exactly before it is found loosely`() throws {
        let options = MappingOptions(columns: ColumnNames(old: "Id", new: "target id", room: nil))
        #expect(try Reading("id,Id,Target_ID,rid\n1,2,3,r\n", options: options).summary == ["2 2>3@r"])
    }

    @Test func `A column claimed by a name that was given is not taken for another`() throws {
        let options = MappingOptions(columns: ColumnNames(old: "room", new: "from"))
        #expect(try Reading("room,from\na,b\n", options: options).summary == ["2 a>b"])
    }

    @Test(arguments: [
        (
            "old_vistor_id,new_visitor_id", nil,
            "No column for the old visitor (old_visitor_id). The header has “old_vistor_id”, “new_visitor_id”. "
                + "“old_vistor_id” looks like it: rename it, or add --columns old=old_vistor_id,new=new_visitor_id."
        ),
        (
            "Newvisitor,room,odl", nil,
            "No columns for the old visitor (old_visitor_id) and the new visitor (new_visitor_id). The header has "
                + "“Newvisitor”, “room”, “odl”. “odl” and “Newvisitor” look like them: rename them, or add --columns "
                + "old=odl,new=Newvisitor."
        ),
        (
            "old visiter id,name", nil,
            "No columns for the old visitor (old_visitor_id) and the new visitor (new_visitor_id). The header has "
                + "“old visiter id”, “name”. “old visiter id” looks like it: rename it, or add --columns "
                + "old=NAME,new=NAME[,room=NAME]."
        ),
        (
            "new_visitor_id", nil,
            "No column for the old visitor (old_visitor_id). The header has “new_visitor_id”. Name the columns with "
                + "--columns old=NAME,new=NAME[,room=NAME]."
        ),
        (
            "old id s,new", ColumnNames(old: "old ids", new: "new", room: "chanel"),
            "No column for the room (chanel). The header has “old id s”, “new”. Name the columns with --columns "
                + "old=NAME,new=NAME[,room=NAME]."
        ),
        (
            "it's old,b,channel", ColumnNames(old: "it's old", new: "b", room: "chanel"),
            "No column for the room (chanel). The header has “it's old”, “b”, “channel”. “channel” looks like it: rename "
                + "it, or give --columns 'old=it'\\''s old,new=b,room=channel'."
        ),
    ])
    func `A header without the columns says what it has, what was meant and what to type`(
        header: String, columns: ColumnNames?, sentence: String
    ) {
        let error = mappingError { _ = try Reading(header + "\na,b\n", options: MappingOptions(columns: columns)) }
        #expect(error?.kind == .unusable)
        #expect(error?.description == sentence)
    }

    @Test func `What is said to be typed reads the same mapping`() throws {
        let options = MappingOptions(columns: try ColumnNames(parsing: "old=old_vistor_id,new=new_visitor_id"))
        #expect(try Reading("old_vistor_id,new_visitor_id\na,b\n", options: options).summary == ["2 a>b"])
    }

    @Test func `A named column that is not there is missing, the room too`() throws {
        for (columns, missing) in [
            (ColumnNames(old: "x", new: "new"), ColumnRole.old),
            (ColumnNames(old: "old", new: "new", room: "channel"), .room),
        ] {
            let error = mappingError { _ = try Reading("old,new,rid\n", options: MappingOptions(columns: columns)) }
            guard case .missingColumns(let columns) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(columns.missing == [missing])
        }
    }

    @Test(arguments: [
        ("rnu", "run"), ("audti", "audit"), ("conccurency", "concurrency"), ("max_attempts", "max-attempts"),
        ("report", "report"), ("colour", nil), ("", nil),
    ])
    func `A slip is a letter too many, too few, another one, or two that changed places`(
        word: String, meant: String?
    ) {
        let names = ["run", "audit", "report", "concurrency", "max-attempts"]
        #expect(nearestName(to: word, among: names) == meant)
    }

    @Test(arguments: [
        ("old,from,new", nil, ColumnRole.old, ["old", "from"]),
        ("old,new,new", nil, .new, ["new", "new"]),
        ("old,new,rid,room", nil, .room, ["rid", "room"]),
        ("a,b,a", ColumnNames(old: "a", new: "b"), .old, ["a", "a"]),
        ("A b,c", ColumnNames(old: "ab", new: "a-b"), .new, ["A b"]),
        ("A b,c", ColumnNames(old: "c", new: "a-b", room: "ab"), .room, ["A b"]),
    ])
    func `Two columns for one purpose are refused`(
        header: String, columns: ColumnNames?, role: ColumnRole, names: [String]
    ) {
        let error = mappingError { _ = try Reading("\(header)\n", options: MappingOptions(columns: columns)) }
        #expect(error == .ambiguousColumns(role: role, names: names))
    }

    @Test(arguments: [
        ("old=A,new=B,room=C", ColumnNames(old: "A", new: "B", room: "C")),
        (" new = x y , old=a=b", ColumnNames(old: "a=b", new: "x y")),
        ("OLD=1,New=2", ColumnNames(old: "1", new: "2")),
        ("old=A,new=B,room=", ColumnNames(old: "A", new: "B", room: "")),
    ])
    func `Column names are read from an argument`(text: String, expected: ColumnNames) throws {
        #expect(try ColumnNames(parsing: text) == expected)
    }

    @Test(arguments: [
        "", "old=A", "new=B", "old=A,new=", "old=A,new=B,old=C", "old=A,new=A", "old,new", "old=A,new=B,id=C",
        "old=A,new=B,",
    ])
    func `Column names that say too little or too much are refused`(text: String) {
        #expect(throws: ColumnNamesError.self) { try ColumnNames(parsing: text) }
    }

    @Test(arguments: [
        (",", Delimiter.comma), ("comma", .comma), (";", .semicolon), ("Semicolon", .semicolon), ("\t", .tab),
        ("\\t", .tab),
        ("tab", .tab), ("|", .pipe), ("pipe", .pipe),
    ])
    func `A delimiter has a sign and a name`(argument: String, expected: Delimiter) {
        #expect(Delimiter(argument: argument) == expected)
        #expect(Delimiter(argument: "!") == nil)
    }
}
