import FoundationEssentials
import Glibc
import Model
import TestSupport
import Testing

@testable import Mapping
@testable import Migration

@Suite(.timeLimit(.minutes(1)))
struct ReadAheadTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private static func text(_ lines: Int) -> String {
        "room,old,new\n" + (0..<lines).map { "R\($0),A,B\n" }.joined()
    }

    /// Everything that comes, until the end or an error.
    private func drain(_ ahead: ReadAhead) -> (lines: [MappingLine], end: ReadAhead.Item?) {
        var lines: [MappingLine] = []
        while true {
            switch ahead.next() {
            case .lines(let more)?:
                lines += more
                ahead.giveBack(more)
            case nil: continue
            case let end?: return (lines, end)
            }
        }
    }

    @Test(arguments: [0, 1, 511, 512, 513, 5000])
    func `every line comes once and in order, then what was noticed`(_ count: Int) throws {
        let path = try folder.write(Self.text(count), as: "mapping.csv")
        var reader = try MappingReader(.file(path))
        while try reader.next() != nil {}
        let (lines, end) = drain(ReadAhead(try MappingReader(.file(path))))

        #expect(lines.map(\.room) == (0..<count).map { "R\($0)" })
        #expect(lines.map(\.number) == (0..<count).map { $0 + 2 })
        guard case .end(_, let digest)? = end else {
            Issue.record("\(String(describing: end))")
            return
        }
        #expect(digest == reader.digest)
    }

    /// A pipe takes what is read and no more than it holds, so what it has taken tells how far somebody reads.
    @Test func `a mapping is read no further than a few batches`() async throws {
        let path = folder("mapping.csv")
        #expect(unsafe mkfifo(path, 0o600) == 0)
        let pipe = unsafe open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        defer { close(pipe) }
        let text = Self.text(100_000)
        var rest = Data(text.utf8)
        func send() -> Bool {
            let count = unsafe rest.withUnsafeBytes { unsafe write(pipe, $0.baseAddress, min($0.count, 4096)) }
            rest.removeFirst(max(count, 0))
            return count > 0
        }
        while send() {}
        let ahead = ReadAhead(try MappingReader(.file(path), options: MappingOptions(), chunkSize: 4096))
        var refusals = 0
        while refusals < 100, rest.count > 4096 {
            refusals = send() ? 0 : refusals + 1
            if refusals > 0 { try await ContinuousClock().sleep(for: .milliseconds(1)) }
        }
        // What the pipe holds, a few batches of some 12 bytes a line, and what makes up a batch.
        #expect(text.utf8.count - rest.count < 64 << 10 + 8 * 512 * 14)
        ahead.stop()
    }

    @Test func `nothing stays behind when nobody wants more`() async throws {
        let path = try folder.write(Self.text(100_000), as: "mapping.csv")
        weak var reading: ReadAhead?
        do {
            let ahead = ReadAhead(try MappingReader(.file(path)))
            reading = ahead
            _ = ahead.next()
            ahead.stop()
        }
        #expect(await eventually { reading == nil })
    }
}
