import FoundationEssentials
import Glibc
import Mapping
import Model
import TestSupport
import Testing

@Suite struct `The seal of a mapping` {
    private let folder: TemporaryDirectory
    private let source: MappingSource

    init() throws {
        folder = try TemporaryDirectory()
        source = .file(try folder.write("room,old,new\nR,A,B\n", as: "mapping.csv"))
    }

    private func seal() -> String? { FileFingerprint(of: source)?.text }

    @Test func `stays the same while nobody writes`() throws {
        let before = try #require(seal())
        _ = try mappingDigest(of: source)

        #expect(seal() == before)
    }

    enum Change: CaseIterable, Sendable {
        /// One letter for another, and the instant of the last write as it was.
        case otherContent
        case anotherFileInItsPlace
        case more
        case onlyTouched
    }

    @Test(arguments: Change.allCases)
    func `is broken by every change`(_ change: Change) async throws {
        let path = source.name
        var status = stat()
        #expect(unsafe stat(path, &status) == 0)
        let before = try #require(seal())
        // Until the file system's clock has ticked.
        let isBroken = try await eventually {
            try make(change, status)
            return seal() != before
        }
        #expect(isBroken)
    }

    private func make(_ change: Change, _ status: stat) throws {
        let path = source.name
        switch change {
        case .otherContent:
            try Data("room,old,new\nR,A,C\n".utf8).write(to: URL(filePath: path))
            #expect(unsafe utimensat(AT_FDCWD, path, [status.st_atim, status.st_mtim], 0) == 0)
        case .anotherFileInItsPlace:
            let other = try folder.write("room,old,new\nR,A,B\n", as: "other.csv")
            #expect(unsafe rename(other, path) == 0)
        case .more: try Data("room,old,new\nR,A,B\nS,A,B\n".utf8).write(to: URL(filePath: path))
        case .onlyTouched: #expect(unsafe utimensat(AT_FDCWD, path, nil, 0) == 0)
        }
    }

    @Test func `saves reading the mapping again, and nothing else does`() throws {
        let digest = try mappingDigest(of: source)

        #expect(
            try mappingDigest(of: source, sealed: seal(), known: "what was found before") == "what was found before")
        #expect(try mappingDigest(of: source, sealed: nil, known: "what was found before") == digest)
        #expect(try mappingDigest(of: source, sealed: "1:2:3", known: "what was found before") == digest)
    }

    /// A write in the same tick of the file system's clock would not be seen.
    @Test func `is of use only when the last change was a while ago`() throws {
        let seal = try #require(FileFingerprint(of: source))
        let now = Timestamp(Date())

        #expect(!seal.isSettled(at: now))
        #expect(seal.isSettled(at: Timestamp(milliseconds: now.milliseconds + 60_000)))
    }

    @Test(arguments: [MappingSource.standardInput, .file("/dev/null"), .file("/nowhere/mapping.csv")])
    func `is nothing that a pipe, a device or nothing at all could have`(_ source: MappingSource) {
        #expect(FileFingerprint(of: source) == nil)
    }

    @Test func `is not given by a reader under which the file changed`() async throws {
        let reader = try MappingReader(source)
        let seal = reader.seal
        #expect(seal != nil)
        let isBroken = try await eventually {
            try Data("room,old,new\nR,A,C\n".utf8).write(to: URL(filePath: source.name))
            return reader.seal == nil
        }
        #expect(isBroken)
    }
}
