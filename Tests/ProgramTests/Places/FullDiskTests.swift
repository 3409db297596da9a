import FoundationEssentials
import Sandbox
import TestSupport
import Testing

struct FullDiskTests {
    /// Whether a small file system of one's own can be mounted here: it vanishes with the process that mounted it.
    static func canMount() async throws -> Bool {
        let folder = try TemporaryDirectory()
        let mounted = try await Program("/usr/bin/env", in: folder.path)(
            "unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", folder.path)
        return mounted.status == 0
    }

    @Test(arguments: [["lint", "rooms.csv"], ["rehearse", "rooms.csv", "--no-progress", "--json"]])
    func `A result that cannot be written is no success`(arguments: [String]) async throws {
        let folder = try TemporaryDirectory()
        try folder.copySample("rooms.csv")
        let ended = try await Program("/bin/sh", in: folder.path).run(
            ["-c", "exec \"$0\" \"$@\" > /dev/full", Program.path] + arguments
        ) { _ in }
        #expect(ended.status == 74, "\(ended)")
        #expect(ended.errors.contains("standard output: No space left on device"), "\(ended)")
    }

    @Test func `A reader that has seen enough is no failure`() async throws {
        let folder = try TemporaryDirectory()
        try folder.copySample("rooms.jsonl")
        let ended = try await Program("/bin/sh", in: folder.path)(
            "-c", "{ \"$0\" lint rooms.jsonl; echo $? > status; } | true; cat status", Program.path)
        #expect(ended.output == "0\n" && !ended.errors.contains("visitor-merge:"), "\(ended)")
    }

    @Test(.enabled("needs a kernel that lets users mount") { try await canMount() })
    func `A plan that does not fit on the disk leaves no journal`() async throws {
        try await Workspace.with(rooms: 4000) { workspace in
            let ended = try await shell(
                "\"$0\" run mapping.csv --journal full/j.db --no-progress; s=$?; ls -A full >&2; exit $s",
                space: "128k",
                in: workspace)
            #expect(ended.status == 74, "\(ended)")
            #expect(ended.output == "" && ended.errors.contains("full/j.db is full"), "\(ended)")
            #expect(ended.errors.split(separator: "\n").count == 1, "nothing is left on the disk")
            #expect(workspace.sandbox.requestLog.isEmpty)
        }
    }

    @Test(.enabled("needs a kernel that lets users mount") { try await canMount() })
    func `A disk that fills up in the middle stops the run, and with more room it goes on`() async throws {
        try await Workspace.with(rooms: 1500) { workspace in
            let run = "\"$0\" run mapping.csv --journal full/j.db --no-progress --rate unlimited"
            let ended = try await shell(
                "\(run); echo \"first $?\" >&2; mount -o remount,size=64m full; \(run)", space: "640k", in: workspace)
            #expect(ended.errors.contains("first 74"), "\(ended)")
            #expect(ended.errors.contains("full"), "\(ended)")
            // Both runs print a summary: the first one says what was moved before the disk was full.
            #expect(try workspace.report().lines["merged"] == 1500 && ended.status == 0, "\(ended)")
            let moved = workspace.sandbox.moves.map(\.rid)
            #expect(moved.count == 1500 && Set(moved).count == 1500, "each room is moved exactly once")
        }
    }

    /// Runs a script beside a folder `full` that has little space.
    private func shell(_ script: String, space: String, in workspace: Workspace) async throws -> Program.Ended {
        try FileManager.default.createDirectory(
            atPath: workspace.folder("full"), withIntermediateDirectories: false)
        let setUp = "mount -t tmpfs -o size=\(space) tmpfs full || exit 99; "
        return try await workspace.shell(
            ["-c", "exec unshare -rm /bin/sh -c \"$1\" \"$0\"", Program.path, setUp + script])
    }
}
