import Glibc
import Testing

@testable import Mapping

/// Inputs that can be read only once, and only as fast as they come.
struct StreamTests {
    /// Both ends of a pipe, which are closed with their owner.
    private final class Ends {
        let reader: Int32
        private let writer: Int32

        init() throws {
            var ends: [Int32] = [-1, -1]
            try #require(unsafe pipe(&ends) == 0)
            (reader, writer) = (ends[0], ends[1])
        }

        func write(_ text: String) {
            let bytes = Array(text.utf8)
            _ = unsafe Glibc.write(writer, bytes, bytes.count)
        }

        func finish() { close(writer) }

        deinit { close(reader) }
    }

    @Test func `A path is a file, standard input by another name, or something that can be read once`() throws {
        for name in ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"] {
            let source = MappingSource(name)
            #expect(source == .standardInput && source.name == "-" && source.fileName == "-")
        }
        for name in ["/dev/fd/63", "/dev/null", "/dev/zero"] {
            let source = MappingSource(name)
            #expect(source == .stream(name) && source.name == name && source.fileName == "-")
        }
        for name in ["/", "/no/such/file", "/proc/self/status", "/dev/fd/x", "/dev/fd/-1"] {
            #expect(MappingSource(name) == .file(name))
        }
    }

    @Test func `What comes through a pipe is handed on when the pipe pauses`() throws {
        let ends = try Ends()
        let input = try InputFile(.stream("/dev/fd/\(ends.reader)"))
        var bytes = [UInt8](repeating: 0, count: 1 << 18)
        ends.write("old,new\na,b\nc")
        let first = try input.read(into: &bytes)
        #expect(first.count == 13 && !first.isAtEnd)
        ends.write("d")
        ends.finish()
        let second = try input.read(into: &bytes)
        #expect(second.count == 1 && second.isAtEnd && bytes[0] == UInt8(ascii: "d"))
    }

    @Test(arguments: ["", "old,new", "old,new\n", "old,new\na,b\n\"c"])
    func `A reader that is asked to stop waits no longer for a pipe`(text: String) throws {
        let ends = try Ends()
        defer { ends.finish() }
        ends.write(text)
        let source = MappingSource("/dev/fd/\(ends.reader)")
        let error = #expect(throws: MappingError.self) {
            var reader = try MappingReader(source, isAskedToStop: { true })
            while try reader.next() != nil {}
        }
        #expect(error == .stopped)
        #expect(throws: MappingError.stopped) { _ = try mappingDigest(of: source, isAskedToStop: { true }) }
    }
}
