import FoundationEssentials
import Glibc
import Sandbox
import TestSupport
import Testing

/// Another user exchanges names in the folder while the program works there, as fast as a process can.
///
/// In a sticky folder, and in one that is shared on purpose. There others decide what becomes of the job, but nothing
/// outside of it, and none of their files gets what is written.
@Suite(
    .serialized, .enabled("needs the superuser and setpriv, to be two others") { try await Unprivileged.areTwo() })
struct ExchangedNameTests {
    private static let attacker: UInt32 = 4711

    /// Puts links to what is root's, files and folders of its own in the place of everything that is there, and back.
    ///
    /// Now and then also where nothing is. Arguments: the folder, the folder with what is root's, seconds.
    private static let attack = """
        import ctypes, os, random, sys, time
        folder, victims, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
        os.chdir(folder)
        libc = ctypes.CDLL(None, use_errno=True)
        def exchange(one, other):
            return libc.renameat2(-100, os.fsencode(one), -100, os.fsencode(other), 2)
        number = 0
        def bait(kind):
            global number
            number += 1
            name = f"bait{number}"
            if kind == 0:
                os.symlink(victims + "/file", name)
            elif kind == 1:
                os.symlink(victims + "/folder", name)
            elif kind == 2:
                with open(name, "w") as file: file.write("bait")
                os.chmod(name, 0o666)
            else:
                os.mkdir(name, 0o777)
                os.symlink(victims + "/file", name + "/report.json")
            return name
        def drop(name):
            try:
                os.unlink(name)
            except OSError:
                try:
                    for inner in os.listdir(name): os.unlink(name + "/" + inner)
                    os.rmdir(name)
                except OSError: pass
        absent = [name + ending for name in ["mapping.csv.journal.db", "out.csv.suggest.db"]
            for ending in ["", "-wal", "-shm", "-journal", "-data", ".lock"]] + ["mapping.csv.report", "out.csv", "m.prom"]
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for name in os.listdir("."):
                if name.startswith("bait") or name in ("mapping.csv", "export.csv"): continue
                if not name.startswith(".") and random.random() < 0.9: continue
                lure = bait(random.choice([0, 1, 1, 1, 2, 3]))
                if exchange(lure, name) == 0:
                    time.sleep(random.random() * 0.02)
                    exchange(lure, name)
                drop(lure)
            if random.random() < 0.98: continue
            name, lure = random.choice(absent), bait(random.randrange(4))
            if libc.renameat2(-100, os.fsencode(lure), -100, os.fsencode(name), 1) == 0:
                time.sleep(random.random() * 0.002)
                drop(name)
            drop(lure)
        """

    /// What is root's and has nothing to do with the job, under names that reports have.
    private struct Victims {
        let folder: TemporaryDirectory

        init() throws {
            folder = try TemporaryDirectory()
            try FileManager.default.createDirectory(atPath: folder("folder"), withIntermediateDirectories: false)
            for name in ["file", "folder/report.json", "folder/unsettled.csv"] {
                try folder.write("precious", as: name)
                try #require(unsafe chmod(folder(name), 0o600) == 0)
            }
            try #require(unsafe chmod(folder("folder"), 0o700) == 0)
            try #require(unsafe chmod(folder.path, 0o711) == 0)
        }

        /// Each name with owner, mode and text.
        func state() throws -> [String: String] {
            let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            return try names.reduce(into: [:]) { state, name in
                var status = stat()
                try #require(unsafe lstat(folder(name), &status) == 0)
                let text = status.st_mode & S_IFMT == S_IFREG ? try folder.text(name) : ""
                state[name] = "\(status.st_uid) \(String(status.st_mode, radix: 8)) \(text.prefix(40))"
            }
        }
    }

    @Test(arguments: [0o777, 0o1777] as [mode_t])
    func `Nothing of root's is changed, emptied or written to`(mode: mode_t) async throws {
        let victims = try Victims()
        let before = try victims.state()
        try await Workspace.with(rooms: 3) { workspace in
            let folder = workspace.folder
            try folder.write("_id,email\na,a@x.org\nb,a@x.org\n", as: "export.csv")
            try #require(unsafe chmod(folder.path, mode) == 0)
            let shared = mode & S_ISVTX == 0 ? ["--allow-shared-folder"] : []
            let program = workspace.program(as: "mgr", ["VISITOR_MERGE_RATE": "unlimited"])
            let seconds = 4
            let ended = try await withThrowingTaskGroup(of: Int32.self) { group in
                group.addTask {
                    let user = "\(Self.attacker)"
                    return try await Program("/usr/bin/setpriv", in: folder.path).run([
                        "--reuid=\(user)", "--regid=\(user)", "--clear-groups", "/usr/bin/python3", "-c", Self.attack,
                        folder.path, victims.folder.path, "\(seconds)",
                    ]) { _ in }.status
                }
                let clock = ContinuousClock()
                let deadline = clock.now + .seconds(seconds)
                while clock.now < deadline {
                    for command in Self.commands {
                        let ended = try await program.run(command + shared) { _ in }
                        // Whatever it comes to, it is said.
                        #expect((0...2).contains(ended.status) || ended.status > 2 && ended.errors != "", "\(ended)")
                    }
                    // The next round begins afresh.
                    let journal = ["", "-wal", "-shm", "-journal"].map { "mapping.csv.journal.db" + $0 }
                    for name in journal + ["m.prom"] { unsafe unlink(folder(name)) }
                }
                return try await group.next()
            }
            #expect(ended == 0, "the attack itself went to its end")
            try expectNothingInFilesOfOthers(in: folder)
        }
        let after = try victims.state()
        #expect(after == before, "\(after.filter { before[$0.key] != $0.value })")
    }

    private static let commands = [
        ["run", "mapping.csv", "--no-progress", "--metrics-file", "m.prom"], ["report", "mapping.csv.journal.db"],
        ["status", "mapping.csv.journal.db"],
        ["suggest", "--from", "export.csv", "--output", "out.csv", "--overwrite"],
    ]

    private func expectNothingInFilesOfOthers(in folder: TemporaryDirectory) throws {
        for name in try folder.names {
            var status = stat()
            guard unsafe lstat(folder(name), &status) == 0, status.st_mode & S_IFMT == S_IFREG,
                status.st_uid == Self.attacker
            else { continue }
            #expect(try ["", "bait"].contains(folder.text(name)), "\(name)")
        }
    }
}
