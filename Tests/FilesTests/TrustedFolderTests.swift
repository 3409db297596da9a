import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Files

/// Which folders are used, by who may write to them and to those on the way there.
struct TrustedFolderTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path)
    }

    private func make(_ name: String, _ mode: mode_t, owner: uid_t? = nil) throws {
        try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
        try #require(unsafe chmod(folder(name), mode) == 0)
        if let owner { try #require(unsafe chown(folder(name), owner, owner) == 0) }
    }

    private func refusal(_ name: String) -> FolderFault? {
        do throws(FolderFault) {
            _ = try TrustedFolder(of: folder(name))
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [0o700, 0o750, 0o755, 0o711] as [mode_t])
    func `A folder of one's own is used, whoever may read it`(mode: mode_t) throws {
        try make("a", mode)
        #expect(refusal("a/x") == nil)
        #expect(try !TrustedFolder(of: folder("a/x")).isSticky)
    }

    @Test(arguments: [(0o777, "o-w"), (0o702, "o-w"), (0o757, "o-w")] as [(mode_t, String)])
    func `A folder that others may write to is refused with the command that closes it`(
        mode: mode_t, change: String
    ) throws {
        try make("a", mode)
        try make("a/b", 0o700)
        for name in ["a/x", "a/b/x", "a/./b/../x", "a/missing/x"] {
            let fault = try #require(refusal(name), "\(name)")
            #expect(fault.folder == folder("a"))
            #expect("\(fault)".contains("chmod \(change) \(folder("a"))"), "\(fault)")
            #expect("\(fault)".contains("--allow-shared-folder"), "\(fault)")
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs the superuser, to give a folder to a group"))
    func `A folder that a group may write to is refused with the name of the group`() throws {
        try make("a", 0o775)
        try #require(unsafe chown(folder("a"), 0, 4711) == 0)
        let fault = try #require(refusal("a/x"))
        #expect("\(fault)".hasPrefix("The group 4711 may write to the folder"), "\(fault)")
        #expect("\(fault)".contains("chmod g-w "), "\(fault)")
    }

    @Test(arguments: [(0o7, true), (0o5, false)])
    func `A folder whose access list lets another user write is refused, as its mode shows`(
        permissions: Int, isRefused: Bool
    ) async throws {
        try make("a", 0o700)
        // Version 2; entries for the owner, the user 4711, the group, the mask and the others (acl(5)).
        let script = """
            import os, struct, sys
            entries = [(1, 7, -1), (2, int(sys.argv[2]), 4711), (4, 5, -1), (16, int(sys.argv[2]), -1), (32, 0, -1)]
            acl = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
            os.setxattr(sys.argv[1], "system.posix_acl_access", acl)
            """
        let ended = try await Program("/usr/bin/env", in: folder.path)(
            "python3", "-c", script, folder("a"), String(permissions))
        // Not every file system has such lists.
        guard ended.status == 0 else { return }
        var status = stat()
        try #require(unsafe stat(folder("a"), &status) == 0)
        #expect(status.st_mode & S_IRWXG == mode_t(permissions) << 3, "the mask stands where the group's rights do")
        let fault = refusal("a/x")
        #expect((fault?.cause == .listed(mode: 0o770)) == isRefused)
        guard let fault else { return }
        #expect("\(fault)".contains("has an access list") && "\(fault)".contains("chmod g-w \(folder("a"))"))
        try #require(unsafe chmod(folder("a"), status.st_mode & 0o757) == 0)
        #expect(refusal("a/x") == nil, "the command that is printed closes it")
    }

    @Test func `In a sticky folder everything on the way has to be one's own`() throws {
        try make("a", 0o1777)
        try make("a/b", 0o700)
        #expect(try TrustedFolder(of: folder("a/x")).isSticky)
        #expect(try !TrustedFolder(of: folder("a/b/x")).isSticky)
    }

    @Test(.enabled(if: geteuid() == 0, "needs the superuser, to be another user"))
    func `What belongs to another user is refused, folders and links`() throws {
        try make("a", 0o755, owner: 4711)
        #expect(refusal("a/x")?.cause == .owner("user 4711"))
        try make("s", 0o1777)
        try make("s/theirs", 0o755, owner: 4711)
        #expect(refusal("s/theirs/x")?.folder == folder("s/theirs"))
        try make("mine", 0o700)
        try FileManager.default.createSymbolicLink(atPath: folder("s/link"), withDestinationPath: folder("mine"))
        #expect(refusal("s/link/x") == nil)
        try #require(unsafe lchown(folder("s/link"), 4711, 4711) == 0)
        #expect(refusal("s/link/x")?.folder == folder("s/link"), "it can be led elsewhere at any time")
    }

    @Test func `A link leads through the folders that it names, and in a circle nowhere`() throws {
        try make("open", 0o777)
        try make("open/b", 0o700)
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "open/b")
        #expect(refusal("link/x")?.folder == folder("open"))
        try FileManager.default.createSymbolicLink(atPath: folder("circle"), withDestinationPath: "circle")
        #expect(refusal("circle/x") == nil)
    }
}
