import Journal
import Model
import Testing

@Suite struct `The job of a journal` {
    @Test func `is accepted again when nothing differs but the path of the mapping`() throws {
        let planned = try PlannedJournal("R A B")

        try planned.journal.require(
            kind: .run, server: "https://chat.example.org", mappingPath: "/elsewhere/mapping.csv", digest: "ab12")
    }

    @Test func `is told from another kind`() throws {
        let planned = try PlannedJournal("R A B")
        let error = #expect(throws: JournalError.self) {
            try planned.journal.require(
                kind: .audit, server: "https://chat.example.org", mappingPath: "mapping.csv", digest: "ab12")
        }

        #expect(error == .otherKind(path: planned.path, planned: .run, wanted: .audit))
        #expect(error?.description.contains("a run") == true)
        #expect(error?.description.contains("an audit") == true)
    }

    @Test func `is told from that of another server`() throws {
        let planned = try PlannedJournal("R A B")
        let error = #expect(throws: JournalError.self) {
            try planned.journal.require(
                kind: .run, server: "https://test.example.org", mappingPath: "mapping.csv", digest: "ab12")
        }

        #expect(
            error
                == .otherServer(
                    path: planned.path, planned: "https://chat.example.org", given: "https://test.example.org"))
        #expect(error?.description.contains("https://chat.example.org") == true)
        #expect(error?.description.contains("https://test.example.org") == true)
    }

    @Test func `is told from that of another mapping`() throws {
        let planned = try PlannedJournal("R A B")
        let error = #expect(throws: JournalError.self) {
            try planned.journal.require(
                kind: .run, server: "https://chat.example.org", mappingPath: "other.csv", digest: "cd34")
        }

        #expect(error == .otherMapping(path: planned.path, planned: "mapping.csv", given: "other.csv"))
        #expect(error?.description.contains("mapping.csv") == true)
        #expect(error?.description.contains("other.csv") == true)
    }

    static let path = "/data/mapping.csv.journal.db"

    /// Each sentence names the file and says what to do.
    @Test(arguments: [
        (JournalError.missing(path: path), "visitor-merge run"),
        (.notAJournal(path: path), "--journal"),
        (.symbolicLink(path: path), "name the file itself"),
        (.inTheWay(path: path), "Remove it"),
        (.foreign(path: path), "copy it"),
        (.networkFileSystem(path: path, kind: "NFS"), "--journal"),
        (.readOnly(path: path), "Copy it"),
        (.newerFormat(path: path, toolVersion: "9.9.9"), "Use that version"),
        (.otherMapping(path: path, planned: "a", given: "b"), "another --journal"),
        (
            .otherServer(path: path, planned: "a", given: "b"),
            "the server a, not to b. If that is the server you mean, name it with --url"
        ),
        (.otherKind(path: path, planned: .audit, wanted: .run), "--journal"),
        (.locked(path: path, holder: "process 1 on host"), "visitor-merge status \(path)"),
        (.cannotCreate(path: path, why: "no"), "--journal"),
        (.diskFull(path: path), "run the same command"),
        (.damaged(path: path, why: "no"), "another --journal"),
    ])
    func `is refused with a sentence that helps`(_ error: JournalError, _ advice: String) {
        #expect(error.description.contains(Self.path))
        #expect(error.description.contains(advice))
        #expect(!error.description.contains("\n"))
    }
}
