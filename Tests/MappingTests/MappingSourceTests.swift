import Model
import Testing

@testable import Mapping

struct MappingSourceTests {
    @Test(arguments: [
        ("a.csv", MappingFormat.csv), ("A.CSV", .csv), ("a.tsv", .csv), ("a.jsonl", .jsonl), ("b.a.NdJson", .jsonl),
        ("a.txt", nil), ("csv", nil), ("-", nil), ("a.json", nil),
    ])
    func `The name of a file tells its format`(name: String, format: MappingFormat?) {
        #expect(MappingFormat(fileName: name) == format)
    }

    @Test(arguments: [
        ("old,new\na,b", "2 a>b"), ("\n \t{\"old\":\"a\",\"new\":\"b\"}", "2 a>b"), ("[old],new,old\n1,b,a", "2 a>b"),
    ])
    func `Where the name tells nothing the first byte does`(text: String, expected: String) throws {
        #expect(try Reading(text, name: "mapping").summary == [expected])
    }

    @Test func `A format that was asked for wins over the name`() throws {
        #expect(
            try Reading("old,new\na,b", name: "m.jsonl", options: MappingOptions(format: .csv)).summary == ["2 a>b"])
        let json = try Reading("{\"old\":\"a\",\"new\":\"b\"}", options: MappingOptions(format: .jsonl))
        #expect(json.summary == ["1 a>b"])
    }

    @Test func `What cannot be opened is missing, and says why`() throws {
        try withFile([], name: "mapping.csv") { path in
            let directory = String(path.dropLast("/mapping.csv".count))
            for (path, expected) in [
                (path + "x", MappingError.missing(path + "x")), (directory, .directory(directory)),
                (path + "/x", .unreadable(path + "/x", reason: "Not a directory")),
            ] {
                let error = mappingError { _ = try MappingReader(.file(path)) }
                #expect(error == expected)
                #expect(error?.kind == .missing)
                #expect(error?.description.contains(path) == true)
                #expect(mappingError { _ = try mappingDigest(of: .file(path)) } == expected)
            }
        }
    }

    @Test(arguments: ["", "\n", "\u{FEFF}", "\u{FEFF}\r\n \n\t", "  "], ["mapping.csv", "mapping.jsonl", "mapping"])
    func `Nothing but blank lines is empty`(text: String, name: String) throws {
        guard case .empty = mappingError({ _ = try Reading(text, name: name) }) else {
            Issue.record("It was not found empty.")
            return
        }
    }

    @Test func `A header with broken quotes is refused with its line`() throws {
        let error = mappingError { _ = try Reading("\nold,\"new\na,b\n") }
        #expect(error == .brokenHeader(line: 2, detail: "the quote that opens field 2 is never closed"))
        #expect(error?.kind == .unusable)
    }

    #if os(Linux)
        @Test func `A failure while reading is told from a file that is not there`() {
            // The memory of this process at address 0 is nothing that can be read.
            let error = mappingError { _ = try MappingReader(.file("/proc/self/mem")) }
            #expect(error == .inputOutput("/proc/self/mem", reason: "Input/output error"))
            #expect(error?.kind == .readingFailed)
        }
    #endif

    @Test func `The digest is that of the whole content and is there at the end`() throws {
        let bytes = Array("\u{FEFF}old,new\r\na,b\r\n\"".utf8)
        try withFile(bytes, name: "mapping.csv") { path in
            var reader = try MappingReader(.file(path), options: MappingOptions(), chunkSize: 3)
            #expect(reader.digest == nil)
            while try reader.next() != nil {}
            let digest = reader.digest
            #expect(digest == (try mappingDigest(of: .file(path))))
        }
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        try withFile(Array("abc".utf8), name: "x") { path in
            let digest = try mappingDigest(of: .file(path))
            #expect(digest == known)
        }
    }
}
