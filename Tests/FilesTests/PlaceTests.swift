import FoundationEssentials
import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Files

/// What is done to the file behind a name, and to no other.
struct PlaceTests {
    private let folder: TemporaryDirectory
    private let place: Place

    init() throws {
        folder = try TemporaryDirectory()
        try folder.write("precious", as: "a")
        place = try Place(folder("a"))
        try place.change(try #require(try place.status()), to: 0o644)
    }

    private func mode(_ name: String) throws -> UInt32 {
        try Stat(FilePath(folder(name)), followTargetSymlink: false).permissions.rawValue & 0o777
    }

    @Test(arguments: [0o600, 0o400, 0o640, 0o000] as [UInt32])
    func `Permissions of the file that was looked at are changed`(mode: UInt32) throws {
        try place.change(try #require(try place.status()), to: mode)
        #expect(try self.mode("a") == mode)
        #expect(try place.status()?.size == 8)
    }

    @Test func `Permissions of another file under the same name stay as they are`() throws {
        let looked = try #require(try place.status())
        try folder.write("other", as: "b")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder("b"))
        try FileManager.default.moveItem(atPath: folder("a"), toPath: folder("kept"))
        try FileManager.default.moveItem(atPath: folder("b"), toPath: folder("a"))
        #expect(throws: Errno.badFileDescriptor) { try place.change(looked, to: 0o600) }
        #expect(try mode("a") == 0o644 && mode("kept") == 0o644)
    }

    @Test func `Permissions behind a link stay as they are`() throws {
        let looked = try #require(try place.status())
        try FileManager.default.moveItem(atPath: folder("a"), toPath: folder("kept"))
        try FileManager.default.createSymbolicLink(atPath: folder("a"), withDestinationPath: "kept")
        #expect(throws: Errno.self) { try place.change(looked, to: 0o600) }
        #expect(try mode("kept") == 0o644)
        try FileManager.default.removeItem(atPath: folder("a"))
        #expect(throws: Errno.noSuchFileOrDirectory) { try place.change(looked, to: 0o600) }
    }

    /// To open the file and to close it again would let go of them.
    @Test func `Locks that this process has on the file are kept`() throws {
        let descriptor = try place.open(O_RDWR)
        defer { close(descriptor) }
        try #require(lockf(descriptor, F_TLOCK, 0) == 0)
        try place.change(try #require(try place.status()), to: 0o600)
        let held = try String(contentsOfFile: "/proc/locks", encoding: .utf8)
        let inode = try #require(try place.status()).inode.rawValue
        #expect(held.contains(":\(inode) "), "\(held)")
    }

    @Test func `Only a file has a size`() throws {
        #expect(place.size == 8)
        #expect(place.beside("none").size == nil)
        try FileManager.default.createDirectory(atPath: folder("d"), withIntermediateDirectories: false)
        #expect(place.beside("d").size == nil)
        try FileManager.default.createSymbolicLink(atPath: folder("l"), withDestinationPath: "a")
        #expect(place.beside("l").size == nil)
    }
}
