import FoundationEssentials
import Sandbox
import TestSupport
import Testing

struct BadJournalTests {
    /// A place where no journal can be, with the status and what the sentence has to name.
    struct Place: Sendable, CustomTestStringConvertible {
        var testDescription: String { path }
        var path: String
        var status: Int32
        var words: [String]
    }

    @Test(arguments: [
        Place(path: "folder", status: 65, words: ["folder", "not a visitor-merge journal", "--journal"]),
        Place(path: "garbage", status: 65, words: ["garbage", "not a visitor-merge journal", "--journal"]),
        Place(path: "nothing", status: 65, words: ["nothing", "not a visitor-merge journal", "--journal"]),
        Place(path: "foreign.sqlite", status: 65, words: ["foreign.sqlite", "not a visitor-merge journal"]),
        Place(path: "link", status: 73, words: ["link", "symbolic link"]),
        Place(path: "dangling", status: 73, words: ["dangling", "symbolic link"]),
        Place(path: "garbage/j.db", status: 73, words: ["garbage/j.db", "--journal"]),
        Place(path: "no-folder/j.db", status: 73, words: ["no-folder/j.db", "--journal"]),
        Place(path: "/proc/j.db", status: 73, words: ["/proc/j.db", "--journal"]),
    ])
    func `Where no journal can be, nothing is touched and nobody is asked`(_ place: Place) async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let folder = workspace.folder
            try FileManager.default.createDirectory(atPath: folder("folder"), withIntermediateDirectories: false)
            try folder.write("some garbage of another program", as: "garbage")
            try folder.write("", as: "nothing")
            try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "garbage")
            try FileManager.default.createSymbolicLink(atPath: folder("dangling"), withDestinationPath: "nowhere")
            let made = try await Program("/usr/bin/env", in: folder.path)(
                "python3", "-c",
                "import sqlite3; c = sqlite3.connect('foreign.sqlite'); c.execute('CREATE TABLE mine(a)'); c.commit()")
            #expect(made.status == 0, "\(made)")
            let files = ["foreign.sqlite", "garbage", "nothing"]
            let names = try folder.names
            let before = try files.map { try Data(contentsOf: URL(filePath: folder($0))) }

            let ended = try await workspace.program()("run", "mapping.csv", "--journal", place.path, "--no-progress")
            ended.expectRefusal(place.status, naming: place.words)
            #expect(try folder.names == names)
            #expect(try files.map { try Data(contentsOf: URL(filePath: folder($0))) } == before)
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test func `A journal goes on with its own mapping, server and kind of job only`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            let requests = workspace.sandbox.requestLog.count

            let server = try await workspace.program(as: "mgr", ["ROCKETCHAT_URL": "https://other.example.org"])(
                "run", "mapping.csv", "--no-progress")
            server.expectRefusal(65, naming: ["mapping.csv.journal.db", workspace.address.url, "other.example.org"])

            try workspace.folder.write("room,old,new\nroom1,old1,new\n", as: "other.csv")
            let mapping = try await program("run", "other.csv", "--journal", "mapping.csv.journal.db", "--no-progress")
            mapping.expectRefusal(65, naming: ["mapping.csv.journal.db", "other.csv", "mapping.csv", "--journal"])

            #expect(try await program("rehearse", "mapping.csv", "--no-progress").status == 0)
            let kind = try await program("run", "mapping.csv", "--journal", "mapping.csv.rehearsal.db", "--no-progress")
            kind.expectRefusal(65, naming: ["mapping.csv.rehearsal.db", "rehearsal", "--journal"])
            #expect(workspace.sandbox.requestLog.count == requests)
        }
    }

    @Test(arguments: [["status"], ["report"], ["verify"], ["undo"], ["undo", "--dry-run"], ["pace"]])
    func `A command about a journal never advises an option that it has not`(command: [String]) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("some garbage of another program", as: "garbage")
        let rest = command == ["pace"] ? ["pause"] : []
        // Nobody names a server: the file is looked at first.
        for (path, status, sentence) in [
            ("none.db", 66, "There is no journal at none.db. Check the path, or start with: visitor-merge run MAPPING"),
            (
                "garbage", 65,
                "garbage is not a visitor-merge journal, and was not touched. Name the journal of a run, such as "
                    + "mapping.csv.journal.db."
            ),
        ] as [(String, Int32, String)] {
            let ended = try await Program(in: folder.path).run(command + [path] + rest) { _ in }
            ended.expectRefusal(status, naming: [sentence])
            #expect(!ended.errors.contains("--journal"), "\(ended)")
        }
        #expect(try folder.names == ["garbage"])
    }

    @Test func `Where the mapping is named its journal is offered, and a folder is none`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let program = workspace.program()
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            let offer = "Name the journal of that mapping: mapping.csv.journal.db\n"
            for command in ["status", "report", "verify", "undo"] {
                try await program(command, "mapping.csv").expectRefusal(
                    65, naming: ["mapping.csv is not a visitor-merge journal, and was not touched. \(offer)"])
                try await program(command, "mapping.csv.journal.db/").expectRefusal(
                    66, naming: ["There is no journal at mapping.csv.journal.db/. Check the path"])
                try await program(command, "").expectRefusal(66, naming: ["There is no journal at ''. Check the path"])
            }
            try FileManager.default.removeItem(atPath: workspace.folder("mapping.csv"))
            try await program("status", "mapping.csv").expectRefusal(
                66, naming: ["There is no journal at mapping.csv. \(offer)"])
            let itself = try await program(
                "undo", "mapping.csv.journal.db", "--undo-journal", "./mapping.csv.journal.db")
            itself.expectRefusal(64, naming: ["--undo-journal names the journal that is to be undone"])
        }
    }

    @Test func `What was never moved cannot be verified or undone, and a server belongs to its journal`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            #expect(try await program("audit", "mapping.csv", "--no-progress").status == 0)
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 0)
            let other = workspace.program(as: "mgr", ["ROCKETCHAT_URL": "https://other.example.org"])
            for command in ["verify", "undo"] {
                let audit = try await program(command, "mapping.csv.audit.db")
                audit.expectRefusal(
                    65, naming: ["is that of an audit, not of a run. Name the journal of a run, such as mapping.csv"])
                let server = try await other(command, "mapping.csv.journal.db")
                server.expectRefusal(
                    65,
                    naming: [
                        "the server \(workspace.address.url), not",
                        "name it with --url to go on, or run the mapping anew",
                    ])
            }
            let place = try await program("undo", "mapping.csv.journal.db", "--undo-journal", "no-folder/u.db")
            place.expectRefusal(73, naming: ["Name a writable place with --undo-journal."])
        }
    }

    @Test func `A plan that does not fit is made again with an audit, whatever is wrong with it`() async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            let audit = "audit again: visitor-merge audit mapping.csv\n"
            let none = try await program("run", "mapping.csv", "--plan", "none.db")
            none.expectRefusal(66, naming: ["There is no plan at none.db", audit])
            #expect(try await program("audit", "mapping.csv", "--no-progress").status == 0)
            #expect(try await program("run", "mapping.csv", "--journal", "j.db", "--no-progress").status == 0)
            let run = try await program("run", "mapping.csv", "--plan", "j.db")
            run.expectRefusal(65, naming: ["j.db is that of a run, not of an audit", audit])
            let old = try await program("run", "mapping.csv", "--plan", "mapping.csv.audit.db", "--plan-max-age", "0s")
            old.expectRefusal(65, naming: ["--plan-max-age", audit])
            try workspace.folder.write(try workspace.folder.text("mapping.csv") + "r,a,b\n", as: "mapping.csv")
            let edited = try await program("run", "mapping.csv", "--plan", "mapping.csv.audit.db")
            edited.expectRefusal(65, naming: ["other content", audit])
            for ended in [none, run, old, edited] {
                #expect(!ended.errors.contains("--journal"), "\(ended)")
            }
        }
    }

    @Test func `A mapping that was changed after it was planned is refused, and goes on once it is restored`()
        async throws
    {
        try await Workspace.with(rooms: 3, open: [1]) { workspace in
            let program = workspace.program()
            let mapping = try workspace.folder.text("mapping.csv")
            #expect(try await program("run", "mapping.csv", "--no-progress").status == 2)
            try workspace.folder.write(mapping + "room9,old9,new\n", as: "mapping.csv")
            let changed = try await program("run", "mapping.csv", "--no-progress")
            changed.expectRefusal(
                65,
                naming: [
                    "mapping.csv.journal.db", "mapping.csv", "other content", "another --journal and another --report.",
                ])
            try workspace.folder.write(mapping, as: "mapping.csv")
            let ended = try await program("run", "mapping.csv", "--no-progress", "--open-rooms", "move")
            #expect(ended.status == 0, "\(ended)")
        }
    }

    @Test func `A report that cannot be written is known before the first move, and can be written elsewhere`()
        async throws
    {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            try workspace.folder.write("dear", as: "mapping.csv.report")
            let ended = try await program("run", "mapping.csv", "--no-progress")
            ended.expectRefusal(73, naming: ["mapping.csv.report", "visitor-merge report"])
            #expect(try workspace.folder.text("mapping.csv.report") == "dear")
            #expect(workspace.sandbox.requestLog.isEmpty)
            let run = try await program("run", "mapping.csv", "--no-progress", "--report", "elsewhere")
            #expect(run.status == 0 && workspace.sandbox.moves.count == 2, "\(run)")
            let report = try await program("report", "mapping.csv.journal.db", "--report", "elsewhere")
            #expect(report.status == 0, "\(report)")
            #expect(try workspace.folder.report("elsewhere").lines["merged"] == 2)
        }
    }

    @Test func `A report never replaces a folder with anything else in it`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let name = "mapping.csv.report"
            let folder = workspace.folder
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
            try folder.write("dear", as: "\(name)/letter.txt")
            let program = workspace.program()
            for _ in 1...2 {
                let ended = try await program("run", "mapping.csv", "--no-progress")
                #expect(try folder.text("\(name)/letter.txt") == "dear")
                #expect(ended.status == 73 && ended.errors.contains("letter.txt"), "\(ended)")
            }
            let run = try await program("run", "mapping.csv", "--no-progress", "--report", "elsewhere")
            #expect(run.status == 0 && workspace.sandbox.moves.count == 1, "\(run)")
        }
    }
}
