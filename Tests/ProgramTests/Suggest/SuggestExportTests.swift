import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// `suggest --from`: the same without a server.
struct SuggestExportTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func suggest(_ arguments: String..., environment: [String: String] = [:]) async throws -> Program.Ended {
        try await Program(in: folder.path, environment: environment).run(["suggest"] + arguments) { _ in }
    }

    @Test func `An export is grouped without a server, and JSON gives the groups`() async throws {
        try folder.write(
            """
            {"_id":"a","name":"Ann","visitorEmails":[{"address":"ann@x.y"}],"lastChat":{"ts":"2024-01-01T00:00:00.000Z"}}
            {"_id":"b","name":"Ann B.","visitorEmails":[{"address":"ANN@x.y"}],"livechatData":{"number":7}}
            {"_id":"c","livechatData":{"number":"7"}}
            {"_id":"d","visitorEmails":[{"address":"dora@x.y"}]}
            """, as: "visitors.jsonl")
        let ended = try await suggest(
            "--from", "visitors.jsonl", "--by", "email,custom:number", "--output", "m.csv", "--json")
        #expect(ended.status == 0 && ended.errors == "", "\(ended)")
        let json = try JSONDecoder().decode(Suggestion.self, from: Data(ended.output.utf8))
        #expect(json.schema == "visitor-merge/suggestion/1")
        #expect(json.summary.counts == ["visitors": 4, "with_evidence": 4, "groups": 1, "merges": 2])
        #expect(json.groups.map(\.keep.id) == ["a"])
        let merged = try #require(json.groups.first?.merge)
        #expect(merged.map(\.id) == ["b", "c"])
        #expect(
            merged.map(\.because) == [
                [["kind": "email", "value": "ann@x.y"]], [["kind": "custom:number", "value": "7", "with": "b"]],
            ])
        #expect(SuggestTests.groups(try folder.rows("m.csv")) == [["a", "b", "c"]])
        #expect(try folder.names == ["m.csv", "m.review.html", "visitors.jsonl"])
    }

    private struct Suggestion: Decodable {
        struct Summary: Decodable {
            var visitors, with_evidence, groups, merges: Int

            var counts: [String: Int] {
                ["visitors": visitors, "with_evidence": with_evidence, "groups": groups, "merges": merges]
            }
        }

        struct Person: Decodable {
            var id: String
            var because: [[String: String]]?
        }

        struct Group: Decodable {
            var keep: Person
            var merge: [Person]
        }

        var schema: String
        var summary: Summary
        var groups: [Group]
    }

    @Test func `Hostile values harm neither the terminal nor a spreadsheet nor the mapping`() async throws {
        let lines = [
            #"=1+1,"=HYPERLINK(""http://evil"")",a@x.y"#, "b,\"B\u{1B}[2J\r\nold,new\",a@x.y", "c,@SUM(1),a@x.y",
            "\"d d\",Dan,a@x.y", "e,\u{202E}evil,\"=e@x.y\"", "f,+1,'=e@x.y", "6.42E+23,G,a@x.y",
        ]
        try folder.write("_id,name,email\n" + lines.joined(separator: "\n") + "\n", as: "v.csv")
        let ended = try await suggest("--from", "v.csv")
        #expect(ended.status == 0, "\(ended)")
        #expect(ended.output.contains("3 visitors with an id that cannot stand in a mapping"), "\(ended)")
        let text = try folder.text("mapping.csv")
        #expect(!text.contains("\u{1B}") && !text.contains("\r") && !text.contains("\u{202E}"))
        let rows = try folder.rows("mapping.csv")
        #expect(rows.map { $0["old_visitor_id"] } == ["c", "f"])
        #expect(rows.map { $0["new_visitor_id"] } == ["b", "e"])
        #expect(rows.map { $0["old_name"] } == ["'@SUM(1)", "'+1"])
        #expect(rows.map { $0["new_name"] } == ["B [2J  old,new", " evil"])
        #expect(rows.map { $0["because"] } == ["email a@x.y", "email =e@x.y"])
        let apart = try folder.rows("mapping.csv.set-aside.csv")
        #expect(apart.map { $0["visitor_id"] } == ["6.42E+23", "'=1+1", "d d"])
        #expect(apart.map { $0["name"] } == ["G", #"'=HYPERLINK("http://evil")"#, "Dan"])
        let lint = try await Program(in: folder.path)("lint", "mapping.csv")
        #expect(lint.status == 0 && lint.output.contains("mapping.csv: 2 lines, 0 rejected."), "\(lint)")
    }

    @Test func `Personal data is in the mapping and its list alone, whatever is logged and whatever goes wrong`()
        async throws
    {
        let office = (0..<12).map { "o\($0),seKret name,seKret-office@x.y,030 7654321" }
        let lines = ["a,seKret name,seKret@x.y,", "b,seKret other,SEKRET@x.y,", "c,seKret,x,y,seKret", "\"seKret"]
        try folder.write((["_id,name,email,phone"] + office + lines).joined(separator: "\n"), as: "v.csv")
        let ended = try await suggest("--from", "v.csv", "--log-level", "trace")
        #expect(ended.status == 1, "\(ended)")
        #expect(ended.output.contains("2 lines of the export cannot be read (line 16: 5 fields instead of 4; line 17:"))
        #expect(!(ended.output + ended.errors).lowercased().contains("sekret"), "\(ended)")
        #expect(try folder.names == ["mapping.csv", "mapping.csv.set-aside.csv", "mapping.review.html", "v.csv"])
        #expect(try folder.text("mapping.csv").contains("seKret other"))
        let full = try await suggest("--from", "v.csv", "--output", "/dev/full/m.csv")
        #expect(full.status == 73 && !full.errors.lowercased().contains("sekret"), "\(full)")
    }

    @Test func `What cannot be used is refused with the status and the words of the spec, and nothing is left`()
        async throws
    {
        try folder.write("_id,email\na,a@x.y\nb,a@x.y\n", as: "v.csv")
        try folder.write("name,email\nx,y\n", as: "without.csv")
        try folder.write("precious", as: "there.csv")
        let names = try folder.names
        let refusals: [([String], Int32, [String])] = [
            (["--from", "none.csv"], 66, ["none.csv"]),
            (["--from", "without.csv"], 65, ["_id", "“name”, “email”"]),
            (["--from", "v.csv", "--output", "there.csv"], 73, ["there.csv", "--overwrite"]),
            (["--from", "v.csv", "--output", "no/such/m.csv"], 73, ["no/such/m.csv"]),
            (["--from", "v.csv", "--keep", "oldest"], 65, ["field ts", "--keep oldest"]),
            (["--from", "v.csv", "--keep", "most-rooms"], 65, ["field rooms", "--keep most-rooms"]),
            (["--by", "email,mail"], 64, ["email,mail"]), (["--by", "email,email"], 64, ["email,email"]),
            (["--keep", "newest"], 64, ["newest"]), (["--default-country", "DE"], 64, ["DE", "49"]),
            (["--largest-group", "1"], 64, ["--largest-group"]),
            (["--from", "v.csv", "--require", "3"], 64, ["--require"]),
            (["--from", "v.csv", "--require", "0"], 64, ["--require"]),
            (["--plus-tags", "drop"], 64, ["drop"]), (["--output", "-", "--from", "v.csv"], 64, ["--output"]),
            (["--delimiter", "x"], 64, ["x"]), ([], 78, ["--url"]),
        ]
        for (arguments, status, words) in refusals {
            let ended = try await Program(in: folder.path).run(["suggest"] + arguments) { _ in }
            ended.expectRefusal(status, naming: words)
            #expect(try folder.names == names, "\(arguments)")
        }
    }

    @Test func `Every option is taken from the environment too`() async throws {
        try folder.write("_id;email;lastChat\na;ann+x@x.y;2024-01-01\nb;ann@x.y;\nc;c@x.y;\n", as: "v.txt")
        let environment = [
            "VISITOR_MERGE_FROM": "v.txt", "VISITOR_MERGE_FORMAT": "csv", "VISITOR_MERGE_DELIMITER": "semicolon",
            "VISITOR_MERGE_BY": "email", "VISITOR_MERGE_PLUS_TAGS": "ignore", "VISITOR_MERGE_OUTPUT": "m.csv",
            "VISITOR_MERGE_OVERWRITE": "true", "VISITOR_MERGE_KEEP": "latest-chat", "VISITOR_MERGE_REQUIRE": "1",
            "VISITOR_MERGE_LARGEST_GROUP": "2", "VISITOR_MERGE_DEFAULT_COUNTRY": "49",
        ]
        for _ in 0..<2 {
            let ended = try await suggest(environment: environment)
            #expect(ended.status == 0, "\(ended)")
            #expect(SuggestTests.groups(try folder.rows("m.csv")) == [["a", "b"]])
        }
        for name in environment.keys where !["VISITOR_MERGE_FROM", "VISITOR_MERGE_OUTPUT"].contains(name) {
            let ended = try await suggest(environment: environment.merging([name: "no such value"]) { $1 })
            ended.expectRefusal(78, naming: [name, "no such value"])
        }
    }

    @Test func `How many kinds are required is compared with those that the environment or a file names`() async throws
    {
        try folder.write(
            "_id,email,phone,username\na,a@x.y,030 1234567,u\nb,a@x.y,030 1234567,u\nc,a@x.y,,u\n", as: "v.csv")
        try folder.write(#"{"by": "email,phone,username"}"#, as: "three.json")
        let variable = ["VISITOR_MERGE_BY": "email,phone,username"]
        for (arguments, environment) in [([], variable), (["--config", "three.json"], [:])] {
            let ended = try await Program(in: folder.path, environment: environment).run(
                ["suggest", "--from", "v.csv", "--overwrite", "--require", "3"] + arguments
            ) { _ in }
            #expect(ended.status == 0, "\(ended)")
            #expect(SuggestTests.groups(try folder.rows("mapping.csv")) == [["a", "b"]])
        }
        let refused = try await suggest("--from", "v.csv", "--require", "4", environment: variable)
        refused.expectRefusal(64, naming: ["--require", "1 to 3", "--by"])
    }

    @Test func `A last chat that cannot be read chooses no survivor, and is told with its line`() async throws {
        try folder.write(
            """
            _id,email,lastChat
            V1,a@x.org,2023-01-05T10:00:00.000Z
            V2,a@x.org,5/2/2024 14:47
            V3,c@x.org,2024-01-01
            V4,c@x.org,1704067201
            """, as: "v.csv")
        let ended = try await suggest("--from", "v.csv")
        #expect(ended.status == 1, "\(ended)")
        #expect(
            ended.output.contains(
                "1 of 4 values of lastChat cannot be read (line 3): a date is written 2024-05-02T14:47:45Z, or in seconds "
                    + "or milliseconds since 1970.\nCorrect the export, and run the command again with --overwrite."),
            "\(ended)")
        #expect(
            ended.output.contains("1 group without a survivor, because a value that decides cannot be read"), "\(ended)"
        )
        let rows = try folder.rows("mapping.csv")
        #expect(rows.map { $0["old_visitor_id"] } == ["V3"] && rows.map { $0["new_visitor_id"] } == ["V4"])
        let apart = try folder.rows("mapping.csv.set-aside.csv")
        #expect(apart.map { $0["reason"] } == ["value-not-readable", "value-not-readable"])
        #expect(apart.map { $0["visitor_id"] } == ["V1", "V2"] && apart.map { $0["group"] } == ["1", "1"])
        #expect(apart.map { $0["detail"] } == ["", "cannot be read: lastChat"])
        let quiet = try await suggest("--from", "v.csv", "--overwrite", "--quiet")
        #expect(quiet.status == 1 && quiet.output.contains("line 3"), "\(quiet)")
        let json = try await suggest("--from", "v.csv", "--overwrite", "--json")
        #expect(json.status == 1 && json.output.contains(#""unreadable":{"lastChat":1}"#), "\(json)")
        #expect(json.output.contains(#""groups_undecided":1"#) && json.output.contains(#""unreadable":["lastChat"]"#))
        // By another policy it has no say, and the group is suggested.
        try folder.write("_id,email,lastChat,ts\na,a@x.y,never,2024-01-02\nb,a@x.y,,2024-01-01\n", as: "w.csv")
        let oldest = try await suggest("--from", "w.csv", "--keep", "oldest", "--output", "w.mapping.csv")
        #expect(oldest.status == 0 && oldest.output.contains("1 of 1 value of lastChat cannot be read (line 2)"))
        #expect(try folder.rows("w.mapping.csv").map { $0["new_visitor_id"] } == ["b"])
    }

    @Test(arguments: [
        ("oldest", "ts", "yesterday", "2024-01-01"), ("most-rooms", "rooms", "1,234", "999"),
        ("latest-chat", "disabled", "perhaps", "false"),
    ])
    func `The other values that decide are judged likewise, if all of a field cannot be read too`(
        keep: String, field: String, bad: String, good: String
    ) async throws {
        for others in [good, bad] {
            try folder.write("_id;email;\(field)\nb;a@x.y;\(bad)\na;a@x.y;\(others)\n", as: "v.csv")
            let ended = try await suggest("--from", "v.csv", "--keep", keep, "--overwrite")
            #expect(
                ended.status == 1 && ended.output.contains("of 2 values of \(field) cannot be read (line"), "\(ended)")
            #expect(try folder.rows("mapping.csv").isEmpty)
            #expect(try folder.rows("mapping.csv.set-aside.csv").map { $0["visitor_id"] } == ["a", "b"])
        }
    }

    @Test func `A database's CSV export finds the person that its JSONL export finds`() async throws {
        try folder.write(
            #"""
            _id,name,visitorEmails,phone
            V1,Ann,"[{""address"":""ann@example.org""}]","[{""phoneNumber"":""+49 30 1234567""}]"
            V2,Ann B,"[{""address"":""ann@example.org""},{""address"":""a2@example.org""}]",[]
            ObjectId(V3),Bob,[],"[{""phoneNumber"":""+49 30 1234567""}]"
            """#, as: "v.csv")
        let ended = try await suggest("--from", "v.csv")
        #expect(ended.status == 0 && ended.output.hasPrefix("3 visitors read, 3 with evidence"), "\(ended)")
        #expect(SuggestTests.groups(try folder.rows("mapping.csv")) == [["V1", "V2", "V3"]])
    }

    @Test func `A spreadsheet's apostrophe is no part of an address, and numbers of mobile phones are read or named`()
        async throws
    {
        for (header, isRead) in [("Mobile", true), ("mobile_phone", true), ("Cell Phone", true), ("cell", false)] {
            try folder.write(
                "_id,Email,\(header)\nV1,'a@x.org,\nV2,a@x.org;b@x.org,+49 170 1234567\nV3,,'+491701234567\n",
                as: "v.csv")
            let ended = try await suggest("--from", "v.csv", "--overwrite")
            #expect(ended.status == 0 && ended.output.contains("“\(header)”. Rename") == !isRead, "\(ended)")
            let group = ["V1", "V2"] + (isRead ? ["V3"] : [])
            #expect(SuggestTests.groups(try folder.rows("mapping.csv")) == [Set(group)])
        }
        let visitor = #"{"_id":"V1","email":"'a@x.org","mobile_phone":"1"}"# + "\n" + #"{"_id":"V2","email":"a@x.org"}"#
        try folder.write(visitor + "\n", as: "v.jsonl")
        let ended = try await suggest("--from", "v.jsonl", "--overwrite")
        #expect(ended.status == 0, "\(ended)")
        #expect(SuggestTests.groups(try folder.rows("mapping.csv")) == [["V1", "V2"]])
    }

    @Test func `Columns that are passed over and look as if they were meant are named`() async throws {
        try folder.write("_id,Email,Email 2,Work phone\na,a@x.y,b@x.y,\nb,b@x.y,,\n", as: "v.csv")
        let ended = try await suggest("--from", "v.csv")
        #expect(ended.status == 0 && ended.output.contains("“Email 2”, “Work phone”. Rename"), "\(ended)")
        // What it says helps.
        try folder.write("_id,Email,email.2,phone.2\na,a@x.y,b@x.y,\nb,b@x.y,,\n", as: "v.csv")
        let again = try await suggest("--from", "v.csv", "--overwrite")
        #expect(again.status == 0 && !again.output.contains("Rename"), "\(again)")
        #expect(SuggestTests.groups(try folder.rows("mapping.csv")) == [["a", "b"]])
    }

    @Test(.enabled("needs jq") { InstalledTool.path("jq") != nil })
    func `The command that is named for an export of another shape makes one that is read`() async throws {
        let visitors = (0..<4).map { #"{"key":"v\#($0)","email":"a@x.y"}"# }
        let shapes = [
            "[\(visitors.joined(separator: ","))]", "[\n\(visitors.joined(separator: ",\n"))\n]\n",
            #"{"visitors":[\#(visitors.joined(separator: ","))],"count":4}"#,
            visitors.joined(separator: "\n").replacing(",", with: ",\n"),
        ]
        for shape in shapes {
            try folder.write(shape, as: "a file.json")
            var file = "a file.json"
            // To lines first, then to an id.
            for _ in 0..<2 {
                let refused = try await suggest("--from", file, "--overwrite")
                refused.expectRefusal(65, naming: ["This makes it: jq"])
                let command =
                    refused.errors.split(separator: "This makes it: ").last ?? ""
                let made = try await Program("/bin/sh", in: folder.path)("-c", String(command))
                #expect(made.status == 0, "\(command) \(made)")
                file = file == "a file.json" ? "a file.lines.jsonl" : "a file.lines.lines.jsonl"
            }
            let ended = try await suggest("--from", file, "--overwrite")
            #expect(ended.status == 0 && ended.output.contains("1 group"), "\(ended)")
        }
    }

    @Test func `A list that is no JSON is no evidence, and is told with its line`() async throws {
        try folder.write("_id;email\na;[{'address': 'a@x.y'}]\nb;[{'address': 'a@x.y'}]\n", as: "v.csv")
        let ended = try await suggest("--from", "v.csv")
        #expect(
            ended.status == 1
                && ended.output.contains(
                    "2 of 2 values of email cannot be read (lines 2, 3): a list or an object has to be JSON"),
            "\(ended)")
        #expect(try folder.rows("mapping.csv").isEmpty)
    }

    @Test func `A summary that cannot be printed does not say that anything is left to do`() async throws {
        try folder.write("_id,email\na,a@x.y\nb,a@x.y\n", as: "v.csv")
        let ended = try await Program("/bin/sh", in: folder.path).run(
            ["-c", "exec \"$0\" suggest --from v.csv > /dev/full", Program.path]
        ) { _ in }
        #expect(ended.status == 74 && !ended.errors.contains("resumes"), "\(ended)")
        #expect(try folder.names == ["mapping.csv", "mapping.review.html", "v.csv"])
    }

    @Test func `Where nobody's last chat is known the first id is kept, and that is said`() async throws {
        try folder.write("_id,email\nb,a@x.y\na,a@x.y\n", as: "v.csv")
        let ended = try await suggest("--from", "v.csv")
        #expect(ended.status == 0 && ended.output.contains("Nobody's last chat is known"), "\(ended)")
        #expect(try folder.rows("mapping.csv").map { $0["new_visitor_id"] } == ["a"])
    }

    @Test func `An export is read from standard input`() async throws {
        let ended = try await Program(in: folder.path)(
            "suggest", "--from", "-", "--quiet", input: "_id,email,lastChat\na,a@x.y,2024-01-01\nb,a@x.y,2024-01-02\n")
        #expect(ended.status == 0 && ended.output == "" && ended.errors == "", "\(ended)")
        #expect(try folder.rows("mapping.csv").map { $0["old_visitor_id"] } == ["a"])
    }

    @Test func `What a killed suggestion left of an export is taken over`() async throws {
        let lines = (0..<200_000).map { "v\($0),\($0 / 2)@x.y,2024-01-01\n" }
        try folder.write("_id,email,lastChat\n" + lines.joined(), as: "v.csv")
        let killed = try await Program(in: folder.path).run(["suggest", "--from", "v.csv"]) { process in
            _ = await eventually { FileManager.default.fileExists(atPath: folder("mapping.csv.suggest.db")) }
            try process.kill()
        }
        #expect(killed.status == -9)
        try folder.write("_id,email,lastChat\n" + lines.prefix(100).joined(), as: "v.csv")
        let ended = try await suggest("--from", "v.csv")
        #expect(ended.status == 0 && ended.output.hasPrefix("100 visitors read"), "\(ended)")
        #expect(try folder.names == ["mapping.csv", "mapping.review.html", "v.csv"])
    }
}
