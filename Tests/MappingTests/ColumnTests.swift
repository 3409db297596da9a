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
        ("\"old\";\"new\";a,b,c\nx;y;z\n", "2 x>y"),
    ])
    func `The delimiter is the one that occurs most often outside quotes`(text: String, expected: String) throws {
        let columns = text.hasPrefix("old,new;") ? ColumnNames(old: "old", new: "new;") : nil
        #expect(try Reading(text, options: MappingOptions(columns: columns)).summary == [expected])
    }

    @Test func `A delimiter that was asked for is not looked for`() throws {
        let options = MappingOptions(delimiter: .semicolon, columns: ColumnNames(old: "a,b", new: "c"))
        #expect(try Reading("a,b;c\n1,2;3\n", options: options).summary == ["2 1,2>3"])
    }

    @Test func `A column that was named is found exactly before it is found loosely`() throws {
        let options = MappingOptions(columns: ColumnNames(old: "Id", new: "target id", room: nil))
        #expect(try Reading("id,Id,Target_ID,rid\n1,2,3,r\n", options: options).summary == ["2 2>3@r"])
    }

    @Test func `A column claimed by a name that was given is not taken for another`() throws {
        let options = MappingOptions(columns: ColumnNames(old: "room", new: "from"))
        #expect(try Reading("room,from\na,b\n", options: options).summary == ["2 a>b"])
    }

    @Test func `A header without the columns names what it has and what was meant`() throws {
        let error = mappingError { _ = try Reading("oldVisitrId,name\na,b\n") }
        #expect(error == .missingColumns(found: ["oldVisitrId", "name"], missing: ["oldVisitorId", "newVisitorId"]))
        #expect(error?.kind == .unusable)
        let text = try #require(error?.description)
        #expect(text.contains("It has “oldVisitrId”, “name”"))
        #expect(text.contains("Did you mean “oldVisitrId” for “oldVisitorId”?"))
    }

    @Test func `A named column that is not there is missing, the room too`() throws {
        for (columns, missing) in [
            (ColumnNames(old: "x", new: "new"), "x"), (ColumnNames(old: "old", new: "new", room: "channel"), "channel"),
        ] {
            let error = mappingError { _ = try Reading("old,new,rid\n", options: MappingOptions(columns: columns)) }
            #expect(error == .missingColumns(found: ["old", "new", "rid"], missing: [missing]))
        }
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
        ("tab", .tab),
    ])
    func `A delimiter has a sign and a name`(argument: String, expected: Delimiter) {
        #expect(Delimiter(argument: argument) == expected)
        #expect(Delimiter(argument: "|") == nil)
    }
}
