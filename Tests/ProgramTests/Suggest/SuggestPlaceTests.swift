import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// Where the mapping and the working file of `suggest` may be, and what happens where they cannot.
struct SuggestPlaceTests {
    private let folder: TemporaryDirectory
    private static let export = "_id,email,lastChat\na,a@x.y,2024-01-01\nb,a@x.y,2024-01-02\n"

    init() throws {
        folder = try TemporaryDirectory()
        try folder.write(Self.export, as: "v.csv")
    }

    private func suggest(_ arguments: String...) async throws -> Program.Ended {
        try await Program(in: folder.path).run(["suggest", "--from", "v.csv"] + arguments) { _ in }
    }

    @Test(arguments: [
        "mapping.csv", "mapping.csv.set-aside.csv", "mapping.csv.suggest.db", "mapping.csv.suggest.db-wal",
        "mapping.review.html",
    ])
    func `Nothing is written through a link, into a folder or a pipe that is in the way`(name: String) async throws {
        let inTheWay: [(String, () throws -> Void)] = [
            (
                "link",
                { try FileManager.default.createSymbolicLink(atPath: folder(name), withDestinationPath: "precious") }
            ),
            (
                "folder",
                { try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: false) }
            ),
            ("pipe", { #expect(unsafe mkfifo(folder(name), 0o600) == 0) }),
        ]
        try folder.write("precious", as: "precious")
        for (kind, put) in inTheWay {
            try put()
            let names = try folder.names
            for flags in [[], ["--overwrite"]] {
                let ended = try await Program(in: folder.path).run(["suggest", "--from", "v.csv"] + flags) { _ in }
                ended.expectRefusal(73, naming: [name])
                #expect(try folder.names == names && folder.text("precious") == "precious", "\(kind) \(flags)")
            }
            try FileManager.default.removeItem(atPath: folder(name))
        }
        #expect(try await suggest().status == 0)
    }

    @Test(.enabled("needs the superuser and setpriv, to be two others") { try await Unprivileged.areTwo() })
    func `Personal data goes into no file that somebody else has put there`() async throws {
        Unprivileged.own(folder.path)
        for name in ["mapping.csv.suggest.db", "mapping.csv.suggest.db-wal"] {
            try folder.write("", as: name)
            Unprivileged.own(folder(name), by: 65_533)
            #expect(unsafe chmod(folder(name), 0o666) == 0)
            let ended = try await Unprivileged.run(["suggest", "--from", "v.csv"], in: folder)
            ended.expectRefusal(73, naming: [name])
            #expect(try folder.text(name) == "")
            try FileManager.default.removeItem(atPath: folder(name))
        }
        try folder.write("mine", as: "mine")
        Unprivileged.own(folder("mine"))
        #expect(unsafe link(folder("mine"), folder("mapping.csv.suggest.db")) == 0)
        let linked = try await Unprivileged.run(["suggest", "--from", "v.csv"], in: folder)
        linked.expectRefusal(73, naming: ["mapping.csv.suggest.db"])
        #expect(try folder.text("mine") == "mine")
    }

    @Test(.enabled("needs a user whom permissions bind") { try await Unprivileged.canRun() })
    func `A folder that cannot be written is told before anything is read`() async throws {
        try await Workspace.with(seed: .demo) { workspace in
            try FileManager.default.createDirectory(
                atPath: workspace.folder("closed"), withIntermediateDirectories: false)
            #expect(unsafe chmod(workspace.folder("closed"), 0o555) == 0)
            let ended = try await workspace.unprivileged("suggest", "--output", "closed/mapping.csv")
            ended.expectRefusal(73, naming: ["closed/mapping.csv", "Permission denied", "--output"])
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test func `A mapping that comes while the visitors are read is not replaced, and what was read stays`()
        async throws
    {
        try await Workspace.with(seed: .demo) { workspace in
            let sandbox = workspace.sandbox
            sandbox.misbehave([try Fault(.unavailableBeforeWrite, route: "livechat/visitors.search")])
            let ended = try await workspace.program().run(["suggest", "--no-progress"]) { _ in
                _ = await eventually { sandbox.requestLog.contains { $0.path.hasSuffix("visitors.search") } }
                try workspace.folder.write("precious", as: "mapping.csv")
                sandbox.misbehave([])
            }
            #expect(ended.status == 73 && ended.errors.contains("mapping.csv: it is there already"), "\(ended)")
            #expect(try workspace.folder.text("mapping.csv") == "precious")
            let again = try await workspace.program()("suggest", "--overwrite")
            #expect(again.status == 0 && again.errors.contains("All 24 visitors were read"), "\(again)")
            #expect(try workspace.folder.rows("mapping.csv").count == 11)
        }
    }

    @Test func `A summary of a server that cannot be printed leaves the mapping and nothing else`() async throws {
        try await Workspace.with(seed: .demo) { workspace in
            let ended = try await workspace.shell(
                ["-c", "exec \"$0\" suggest --no-progress > /dev/full", Program.path])
            #expect(ended.status == 74 && !ended.errors.contains("suggest.db"), "\(ended)")
            #expect(try workspace.folder.names == ["mapping.csv", "mapping.review.html"])
        }
    }

    @Test(
        .enabled("needs strace") { try await Strace.isPossible() },
        arguments: ["renameat2:error=EINVAL", "renameat2,linkat:error=EPERM"])
    func `A file system that cannot rename without replacing, or link, gets the mapping all the same`(fault: String)
        async throws
    {
        let calls = "renameat2,linkat,renameat"
        let ended = try await Strace.run(["suggest", "--from", "v.csv"], in: folder, calls: calls, injecting: fault)
        #expect(ended.ended.status == 0, "\(ended)")
        #expect(
            try folder.names == ["mapping.csv", "mapping.review.html", "v.csv"] && folder.rows("mapping.csv").count == 1
        )
        try folder.write("precious", as: "mapping.csv")
        let refused = try await Strace.run(["suggest", "--from", "v.csv"], in: folder, calls: calls, injecting: fault)
        #expect(refused.ended.status == 73 && refused.ended.errors.contains("it is there already"))
        #expect(
            try folder.text("mapping.csv") == "precious"
                && folder.names == ["mapping.csv", "mapping.review.html", "v.csv"])
    }

    @Test func `A name that SQLite or a terminal would take for something else is a name`() async throws {
        for name in ["file:m.csv?mode=memory", ":memory:", "ü; rm -rf *.csv", "m\u{1B}[2J.csv"] {
            let ended = try await suggest("--output", name)
            #expect(ended.status == 0 && !ended.output.contains("\u{1B}"), "\(ended)")
            #expect(try folder.rows(name).count == 1)
        }
        #expect(try folder.names.count == 9, "the mappings, their pages and nothing else")
    }

    @Test(.enabled("needs a kernel that lets users mount") { try await FullDiskTests.canMount() })
    func `An export that does not fit on the disk leaves nothing of itself`() async throws {
        let lines = (0..<20_000).map { "v\($0),seKret-\($0)@x.y\n" }
        try folder.write("_id,email\n" + lines.joined(), as: "v.csv")
        let ended = try await onSmallDisk(
            "\"$0\" suggest --from v.csv --output full/m.csv; s=$?; ls -A full >&2; exit $s")
        ended.expectRefusal(74, naming: ["full/m.csv", "full"])
        #expect(ended.errors.split(separator: "\n").count == 1 && !ended.errors.contains("seKret"), "\(ended)")
    }

    @Test(.enabled("needs a kernel that lets users mount") { try await FullDiskTests.canMount() })
    func `A disk that fills up while a server is read keeps what was read, and with more room it goes on`() async throws
    {
        let seed = Seed(
            visitors: (0..<3000).map { Seed.Visitor(id: "v\(10_000 + $0)", emails: ["\($0 / 2)@x.y"]) }, rooms: [])
        try await Workspace.with(seed: seed) { workspace in
            try FileManager.default.createDirectory(
                atPath: workspace.folder("full"), withIntermediateDirectories: false)
            let suggest = "\"$0\" suggest --output full/m.csv --no-progress --rate unlimited"
            let script = """
                mount -t tmpfs -o size=320k tmpfs full || exit 99
                \(suggest); echo "first $?" >&2; mount -o remount,size=64m full; \(suggest); s=$?
                wc -l < full/m.csv; ls -A full; exit $s
                """
            let ended = try await workspace.shell(
                ["-c", "exec unshare -rm /bin/sh -c \"$1\" \"$0\"", Program.path, script])
            #expect(ended.status == 0 && ended.errors.contains("first 74"), "\(ended)")
            #expect(ended.errors.contains("is full") && ended.errors.contains("full/m.csv.suggest.db"), "\(ended)")
            #expect(ended.lines.suffix(3) == ["1501", "m.csv", "m.review.html"], "\(ended)")
            let pages = workspace.sandbox.requestLog.filter { $0.path.hasSuffix("visitors.search") }
            #expect(pages.count <= 33, "only the page that did not fit is read again")
        }
    }

    /// Runs a script beside a folder `full` that has little space.
    private func onSmallDisk(_ script: String) async throws -> Program.Ended {
        try FileManager.default.createDirectory(atPath: folder("full"), withIntermediateDirectories: false)
        let setUp = "mount -t tmpfs -o size=256k tmpfs full || exit 99; "
        return try await Program("/bin/sh", in: folder.path).run(
            ["-c", "exec unshare -rm /bin/sh -c \"$1\" \"$0\"", Program.path, setUp + script]
        ) { _ in }
    }
}
