import FoundationEssentials
import TestSupport
import Testing

struct BadMappingTests {
    /// A file that is no mapping, and what the sentence about it has to name.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var name = "mapping.csv"
        var bytes: [UInt8]
        var words: [String]
    }

    private static let unusable = [
        Case(testDescription: "no byte", bytes: [], words: ["mapping.csv", "empty", "header"]),
        Case(testDescription: "a byte order mark", bytes: [0xEF, 0xBB, 0xBF], words: ["mapping.csv", "empty"]),
        Case(testDescription: "blank lines", bytes: Array("\n\r\n\n".utf8), words: ["mapping.csv", "empty"]),
        Case(
            testDescription: "a foreign header", bytes: Array("alt,neu,raum\n1,2,3\n".utf8),
            words: ["old_visitor_id", "new_visitor_id", "“alt”, “neu”, “raum”", "--columns"]),
        Case(
            testDescription: "a slip in the header", bytes: Array("old_visitor_ids,new,room\n1,2,3\n".utf8),
            words: [
                "No column for the old visitor", "“old_visitor_ids”, “new”, “room”",
                "rename it, or add --columns old=old_visitor_ids,new=new.",
            ]),
        Case(
            testDescription: "a column twice", bytes: Array("old,new,from\n1,2,3\n".utf8),
            words: ["“old”, “from”", "--columns"]),
        Case(
            testDescription: "Latin-1 in the header", bytes: Array("f".utf8) + [0xFC] + Array("r,new\na,b\n".utf8),
            words: ["old_visitor_id", "--columns"]),
        Case(
            testDescription: "UTF-16, little end first, with its mark", bytes: [0xFF, 0xFE] + utf16("old,new\na,b\n"),
            words: ["UTF-16", "UTF-8", "iconv"]),
        Case(
            testDescription: "UTF-16, big end first, with its mark",
            bytes: [0xFE, 0xFF] + utf16("old,new\na,b\n", swapped: true), words: ["UTF-16", "UTF-8"]),
        Case(
            testDescription: "UTF-16, little end first, without a mark", bytes: utf16("old,new\na,b\n"),
            words: ["UTF-16", "UTF-8"]),
        Case(
            testDescription: "UTF-16, big end first, without a mark", bytes: utf16("old,new\na,b\n", swapped: true),
            words: ["UTF-16", "UTF-8"]),
        Case(testDescription: "zero bytes", bytes: [UInt8](repeating: 0, count: 5000), words: ["header"]),
        Case(
            testDescription: "a workbook", bytes: [0x50, 0x4B, 0x03, 0x04] + Array("[Content_Types].xml".utf8),
            words: ["mapping.csv", "workbook", "CSV"]),
        Case(
            testDescription: "a workbook of old", bytes: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
            words: ["mapping.csv", "workbook", "CSV"]),
        Case(
            testDescription: "JSON lines that are none", name: "mapping.jsonl", bytes: [0x1F, 0x8B, 0x08, 0x00],
            words: ["mapping.jsonl", "archive", "gzip -dc mapping.jsonl > mapping.jsonl.unpacked"]),
        Case(
            testDescription: "zero bytes in text", bytes: Array("old,new\u{0}\na,b\n".utf8),
            words: ["No column for the new visitor", "mapping.csv holds zero bytes", "Export it again"]),
        Case(
            testDescription: "bytes at random",
            bytes: [0x9C] + (0..<3000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 7) },
            words: ["mapping.csv is no text", "CSV (UTF-8)"]),
        Case(
            testDescription: "a page of a sign-in", bytes: Array("<html><body>Sign in</body></html>\n".utf8),
            words: ["mapping.csv is HTML or XML"]),
        Case(
            testDescription: "a journal", bytes: Array("SQLite format 3\0".utf8),
            words: ["mapping.csv is an SQLite database", "visitor-merge status mapping.csv"]),
    ]

    /// A file that another file can be made of, with the command that the sentence about it ends with.
    @Test(arguments: [
        ("m.json", "[\n{\"old\":\"a\",\"new\":\"b\"},\n{\"old\":\"c\",\"new\":\"d\"}\n]\n", "jq -c '.[]'"),
        ("my m.jsonl", "{\n\"old\": \"a\",\n\"new\": \"b\"\n}\n{\n\"old\": \"c\",\n\"new\": \"d\"\n}\n", "jq -c ."),
    ])
    func `What is said to make a mapping of other JSON makes one`(name: String, text: String, filter: String)
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write(text, as: name)
        let refused = try await Self.program(in: folder)("lint", name)
        refused.expectRefusal(65, naming: [filter])
        let command = try #require(
            refused.errors.split(separator: "\n").first?.split(separator: "This makes it: ").last)
        let made = try await Program("/bin/sh", in: folder.path)("-c", String(command))
        #expect(made.status == 0, "\(made)")
        let lint = try await Self.program(in: folder)("lint", name.prefix { $0 != "." } + ".lines.jsonl")
        #expect(lint.status == 0 && lint.output.contains("2 visitor lines"), "\(lint)")
    }

    @Test(arguments: [
        ("gzip -c m.csv > 'm 2.csv.gz'", "m 2.csv.gz", "m 2.csv"),
        ("iconv -f UTF-8 -t UTF-16 m.csv > 'm 2.csv'", "m 2.csv", "m 2.utf8.csv"),
        ("iconv -f UTF-8 -t UTF-16BE m.csv > 'm 2.csv'", "m 2.csv", "m 2.utf8.csv"),
    ])
    func `What is said to make text of another file makes it`(making: String, name: String, text: String) async throws {
        let folder = try TemporaryDirectory()
        let shell = Program("/bin/sh", in: folder.path)
        try folder.write("old,new\na,b\nc,d\n", as: "m.csv")
        #expect(try await shell("-c", making).status == 0)
        let refused = try await Self.program(in: folder)("lint", name)
        refused.expectRefusal(65, naming: [name])
        let command = try #require(refused.errors.split(separator: "\n").first?.split(separator: " it: ").last)
        let made = try await shell("-c", String(command))
        #expect(made.status == 0, "\(made)")
        let lint = try await Self.program(in: folder)("lint", text)
        #expect(lint.status == 0 && lint.output.contains("2 visitor lines"), "\(lint)")
    }

    @Test(arguments: [
        (["lint"], "m.csv"), (["run"], "m.csv"), (["run", "--dry-run"], "m.csv"), (["run", "--shard", "1/2"], "m.csv"),
        (["audit"], "m.csv"), (["rehearse"], "m.csv"), (["suggest", "--from"], "m.csv"),
        (["run", "there.csv", "--plan"], "m.audit.db"), (["run", "--plan", "there.csv"], "m.csv"),
        (["undo"], "m.db"), (["verify"], "m.db"), (["report"], "m.db"), (["status"], "m.db"),
    ])
    func `A file that is not there is named before a server that nobody named`(
        command: [String], name: String
    ) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("old,new\na,b\n", as: "there.csv")
        let ended = try await Program(in: folder.path).run(command + [name]) { _ in }
        ended.expectRefusal(
            66,
            naming: [
                name.hasSuffix(".csv") ? "There is no file m.csv. Check its name and the folder:" : " at \(name). "
            ])
        #expect(try folder.names == ["there.csv"])
    }

    @Test func `Where no line fits the header, the header is named as the cause, and no command goes on`() async throws
    {
        let folder = try TemporaryDirectory()
        let program = Self.program(in: folder)
        for (text, cause) in [
            ("old,new,room\na,b,r,x\nc,d,s,y\n", "The header has 3 columns, and every line has 4 fields: a name"),
            ("old,new\na,b,\nc,d,,\n", "The header has 2 columns, and every line has 3 to 4 fields: a name"),
            ("old,new,room,note\na,b,r\nc,d,s\n", "The header has 4 columns, and every line has 3 fields: the header"),
        ] {
            try folder.write(text, as: "m.csv")
            let lint = try await program("lint", "m.csv")
            #expect(lint.status == 1 && lint.output.contains(cause), "\(lint)")
            #expect(lint.lines.last == "No line can be used: correct the mapping first.", "\(lint)")
            #expect(!lint.output.contains("go on without") && !lint.output.contains("Next:"), "\(lint)")
        }
        try folder.write("old,new,room\na,b,r,x\nc,d,s\n", as: "m.csv")
        let lint = try await program("lint", "m.csv")
        #expect(!lint.output.contains("every line") && lint.output.contains("or go on without them"), "\(lint)")
    }

    @Test func `What is missing on the command line is said without the usage of the whole program`() async throws {
        let folder = try TemporaryDirectory()
        let ended = try await Self.program(in: folder)("run", "-", input: "old,new\n")
        ended.expectRefusal(64, naming: ["standard input", "needs --journal FILE", "visitor-merge run --help"])
        #expect(!ended.errors.contains("<subcommand>"), "\(ended)")
    }

    private static let habits: [(bytes: [UInt8], words: String)] = [
        (latin("old,new,note\na, \"b\" ,\"x\"\n \"c\",d,\"y\" \n"), "Spaces stand between"),
        (latin("old,new,note\na,b,\"5 \\\" disk\"\nc,d,\"\\\"x\\\"\"\n"), "Backslashes stand before quotes"),
        (latin("old,new,note\na,b,M\u{FC}ller\nc,d,\u{80}\n"), "Windows-1252"),
    ]

    private static func latin(_ text: String) -> [UInt8] {
        text.unicodeScalars.map { UInt8($0.value) }
    }

    @Test(arguments: habits)
    func `What is said to mend a habit of the program that wrote a file mends it`(bytes: [UInt8], words: String)
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write(bytes: bytes, as: "my m.csv")
        let rejected = try await Self.program(in: folder)("lint", "my m.csv")
        #expect(rejected.status == 1 && rejected.output.contains("my m.csv: 2 lines, 2 rejected."), "\(rejected)")
        #expect(rejected.output.contains(words), "\(rejected)")
        let advice = try #require(rejected.lines.first { $0.hasPrefix("This makes a mended file: ") })
        let command = advice.dropFirst("This makes a mended file: ".count)
        let made = try await Program("/bin/sh", in: folder.path)("-c", String(command))
        #expect(made.status == 0, "\(made)")
        let lint = try await Self.program(in: folder)("lint", "my m.mended.csv")
        #expect(lint.status == 0 && lint.output.contains("2 visitor lines"), "\(lint)")
    }

    private static let unmendable: [(bytes: [UInt8], words: [String])] = [
        (
            latin("old,new,note\na,b,\"C:\\\"\nc,d,\"5 \\\" disk\"\n"),
            ["Backslashes stand before", "no command can mend it"]
        ),
        (latin("old,new,note\na,b,\"x, \"\"y\"\"\"\nc, \"d\",\n"), ["Spaces stand between", "no command can mend it"]),
        (latin("old,new,note\na,b,M\u{9F}ller\n"), ["not UTF-8 on line 2, first the byte 0x9F", "iconv -f ENCODING"]),
        (latin("old,new,note\na,b,\u{D5}\u{C5}\u{C8}\u{FD}\n"), ["first the byte 0xD5", "gb18030"]),
        (latin("old,new,note\na,b,\u{FC}\nc,d,\u{C3}\u{BC}\n"), ["other lines have text that is"]),
    ]

    @Test(arguments: unmendable)
    func `No command is proposed that could change other lines, or be the wrong one`(bytes: [UInt8], words: [String])
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write(bytes: bytes, as: "m.csv")
        let rejected = try await Self.program(in: folder)("lint", "m.csv")
        #expect(rejected.status == 1 && !rejected.output.contains("This makes a mended file"), "\(rejected)")
        for word in words { #expect(rejected.output.contains(word), "\(rejected)") }
    }

    @Test func `What mends backslashes leaves a quote alone that closes a field`() async throws {
        let folder = try TemporaryDirectory()
        let text = #"old,new,note"# + "\n" + #"a,b,"C:\","say \"x\"""# + "\n" + #"c,d,"say \"x\" ""# + "\n"
        try folder.write(text, as: "m.csv")
        let lint = try await Self.program(in: folder)("lint", "m.csv")
        let advice = try #require(lint.lines.first { $0.hasPrefix("This makes a mended file: ") })
        _ = try await Program("/bin/sh", in: folder.path)(
            "-c", String(advice.dropFirst("This makes a mended file: ".count)))
        let mended = try await Program("/bin/cat", in: folder.path)("m.mended.csv")
        #expect(mended.lines[1] == #"a,b,"C:\","say ""x""""# && mended.lines[2] == #"c,d,"say ""x"" ""#, "\(mended)")
    }

    @Test func `Standard input is called by its name`() async throws {
        let folder = try TemporaryDirectory()
        let program = Self.program(in: folder)
        let lint = try await program("lint", "-", input: "old,new\na,b\n")
        #expect(lint.lines.first == "Standard input: 1 line, 0 rejected.")
        let workbook = try await program("lint", "-", input: "PK\u{3}\u{4}")
        workbook.expectRefusal(65, naming: ["Standard input is a workbook or an archive"])
        let shell = Program("/bin/sh", in: folder.path)
        try await shell("-c", "\"$0\" lint - < .", Program.path)
            .expectRefusal(66, naming: ["Standard input is a directory; send a file to it, with < FILE"])
        try await shell("-c", "\"$0\" lint - <&-", Program.path)
            .expectRefusal(74, naming: ["Reading standard input failed: "])
        try await program("lint", "-", input: "[{\"old\":\"a\"}]").expectRefusal(
            65, naming: ["Standard input", "jq -c '.[]'"])
    }

    @Test func `What was noticed of a file is said once, by people's words and in JSON`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write(
            "sep=;\nold;new;note\na;b;\"5 inch\nc;d;e\nf;g;\"\n=\"\"h\"\";i;j\n\"=\"\"h\"\"\";i;\n;;\n", as: "m.csv")
        let lint = try await Self.program(in: folder)("lint", "m.csv")
        for sentence in [
            "The header is line 2; skipped line 1 before it.", "1 record has line breaks in quotes: line 3 (3 lines).",
            "Skipped 1 blank line.", "Took the id out of =\"…\", ObjectId(…) or {\"$oid\":…} on line 7.",
        ] {
            #expect(lint.lines.contains(sentence), "\(sentence) is missing in \(lint)")
        }
        let json = try await Self.program(in: folder)("lint", "m.csv", "--json")
        #expect(json.output.contains("The header is line 2; skipped line 1 before it."))
        let help = try await Self.program(in: folder)("lint", "--help")
        #expect(help.output.contains("1 MiB") && help.output.contains("first 10 lines"))
    }

    private static func utf16(_ text: String, swapped: Bool = false) -> [UInt8] {
        text.utf16.flatMap { unit in
            let bytes = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
            return swapped ? bytes.reversed() : bytes
        }
    }

    /// A program whose server nobody could reach: a bad mapping is refused before anyone is asked.
    private static func program(in folder: TemporaryDirectory) -> Program {
        Program(
            in: folder.path,
            environment: [
                "ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "user", "ROCKETCHAT_AUTH_TOKEN": "token",
            ])
    }

    @Test(arguments: unusable) func `What is no mapping is refused with 65, and nothing is left behind`(_ file: Case)
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write(bytes: file.bytes, as: file.name)
        for command in ["lint", "run", "rehearse"] {
            let ended = try await Self.program(in: folder)(command, file.name)
            ended.expectRefusal(65, naming: file.words)
            #expect(try folder.names == [file.name])
        }
    }

    @Test(arguments: [
        ("missing.csv", "no file missing.csv"), ("no-folder/mapping.csv", "no-folder/mapping.csv"),
        ("folder", "folder is a directory"), ("file/mapping.csv", "file/mapping.csv cannot be opened"),
        ("circle.csv", "circle.csv cannot be opened"), ("", "no file"),
    ])
    func `What cannot be opened is refused with 66, and nothing is left behind`(path: String, sentence: String)
        async throws
    {
        let folder = try TemporaryDirectory()
        try folder.write("", as: "file")
        try FileManager.default.createDirectory(atPath: folder("folder"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: folder("circle.csv"), withDestinationPath: "circle.csv")
        for arguments in [["lint"], ["run", "--journal", "j.db"], ["rehearse"]] {
            let ended = try await Self.program(in: folder).run(arguments + [path]) { _ in }
            ended.expectRefusal(66, naming: [sentence])
            #expect(try folder.names == ["circle.csv", "file", "folder"])
        }
    }

    @Test func `A file that fails while it is read is an input error`() async throws {
        let folder = try TemporaryDirectory()
        // Opens like any file; its first page is never mapped, so reading fails.
        let ended = try await Self.program(in: folder)("lint", "/proc/self/mem", "--format", "csv")
        ended.expectRefusal(74, naming: ["/proc/self/mem", "failed"])
        #expect(try folder.names == [])
    }

    @Test func `A header alone is a mapping of no lines, and no lines are settled`() async throws {
        let folder = try TemporaryDirectory()
        for (name, text) in [("a.csv", "room,old,new\n"), ("b.csv", "room;old;new"), ("c.csv", "old\tnew\r\n\r\n")] {
            try folder.write(text, as: name)
            for command in ["lint", "rehearse", "run"] {
                let ended = try await Self.program(in: folder)(command, name, "--no-progress")
                #expect(ended.status == 0, "\(ended)")
            }
            #expect(try folder.report("\(name).report").balance.balanced)
            let lint = try await Self.program(in: folder)("lint", name)
            #expect(lint.lines.first == "\(name) has a header and no lines: there is nothing to do.", "\(lint)")
            #expect(!lint.output.contains("Next"), "\(lint)")
        }
    }

    @Test(arguments: [
        (["--columns", "old=my old,new=B"], "my old,B\na,b\n"),
        (["--columns=old=A,new=B,room=C", "--delimiter", ";"], "C;A;B;x,y,z\nr;a;b;x,y,z\n"),
        (["--format", "jsonl"], "{\"old\":\"a\",\"new\":\"b\"}\n"), (["--config", "my settings.json"], "C,D\na,b\n"),
        ([], "old,new\na,b\n"),
    ])
    func `The next command reads a mapping as lint did`(options: [String], text: String) async throws {
        let folder = try TemporaryDirectory()
        try folder.write(text, as: "my c.csv")
        try folder.write(#"{"columns": "old=C,new=D"}"#, as: "my settings.json")
        let lint = try await Self.program(in: folder).run(["lint", "my c.csv"] + options) { _ in }
        #expect(lint.status == 0 && lint.output.contains("1 visitor line\n") == !text.hasPrefix("C;A"), "\(lint)")
        #expect(lint.output.contains("  1 room to move by room lines, 0 visitor lines\n") == text.hasPrefix("C;A"))
        let next = try #require(lint.lines.last?.firstRange(of: "Next: visitor-merge "))
        let command = String(try #require(lint.lines.last)[next.upperBound...])
        let ended = try await Program("/bin/sh", in: folder.path)(
            "-c", "\"$0\" \(command) --no-progress", Program.path)
        #expect(ended.status == 0, "\(command): \(ended)")
    }

    @Test(arguments: ["old,new\na,b\n", "old,new\na\n", "old,new\n"])
    func `What came from standard input cannot be read again, and no next command is given`(text: String) async throws {
        let folder = try TemporaryDirectory()
        let lint = try await Self.program(in: folder)("lint", "-", input: text)
        #expect(!lint.output.contains("Next"), "\(lint)")
        #expect(lint.output.contains("Standard input has a header and no lines") == (text == "old,new\n"), "\(lint)")
    }

    @Test func `Bytes that no id has reject their line and no other`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write(
            bytes: Array("room,old,new\nr1,a".utf8) + [0] + Array("b,c\nr2,a".utf8) + [0xFC]
                + Array("b,c\nr3,a,b\n".utf8),
            as: "mapping.csv")
        let ended = try await Self.program(in: folder)("rehearse", "mapping.csv", "--no-progress")
        #expect(ended.status == 1, "\(ended)")
        let rows = try folder.rows("mapping.csv.rehearsal-report/lines.csv")
        #expect(rows.map { $0["reason"] } == ["bad-id", "malformed", ""])
        #expect(ended.counts == ["rejected": 2, "merged": 1])
    }

    @Test(.enabled(if: InstalledTool.path("python3") != nil, "needs python3, which tells how much memory it took"))
    func `A line of 64 megabytes is rejected without being kept in memory`() async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room,old,new\nr1,a,b\n", as: "short.csv")
        let made = try await Program("/bin/sh", in: folder.path)(
            "-c",
            "{ cat short.csv; printf r2,; head -c 67108864 /dev/zero | tr '\\0' x; printf ',b\\nr3,a,b\\n'; } > long.csv"
        )
        #expect(made.status == 0, "\(made)")
        let short = try await lint("short.csv", in: folder)
        #expect(short.ended.status == 0)
        let long = try await lint("long.csv", in: folder)
        #expect(long.ended.status == 1, "\(long.ended)")
        #expect(long.ended.lines.first == "long.csv: 3 lines, 1 rejected.")
        #expect(long.ended.output.contains("line 3: longer than 1 MiB"))
        // The program alone takes two thirds of that; with the line in memory it would be twice as much.
        #expect(long.kilobytes < 60 * 1024, "\(long.kilobytes) kB")
    }

    @Test func `A header of 64 megabytes is refused at once`() async throws {
        let folder = try TemporaryDirectory()
        // A file of nothing but zeros takes no room on the disk.
        _ = try await Program("/usr/bin/truncate", in: folder.path)("-s", "64M", "mapping.csv")
        let ended = try await Self.program(in: folder)("lint", "mapping.csv")
        ended.expectRefusal(65, naming: ["line 1", "longer than"])
    }

    /// Lints a file and sees how much memory that took at most.
    private func lint(_ name: String, in folder: TemporaryDirectory) async throws -> (
        ended: Program.Ended, kilobytes: Int
    ) {
        let ended = try await Program("/usr/bin/python3", in: folder.path)
            .run(["-c", Self.measured, Program.path, "lint", name]) { _ in }
        let peak = try String(contentsOf: URL(filePath: folder("peak")), encoding: .utf8)
        return (ended, try #require(Int(peak)))
    }

    /// Runs a program and leaves behind the most memory that it had, in kilobytes, as the system counted it to the end.
    private static let measured = """
        import resource, subprocess, sys
        status = subprocess.run(sys.argv[1:]).returncode
        open("peak", "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
        sys.exit(status)
        """
}
