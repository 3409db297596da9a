import FoundationEssentials
import TestSupport
import Testing

/// What a line costs in allocations, counted around the whole program: whoever makes it a quarter dearer has to say so
/// here.
@Suite(.enabled(if: AllocationCounter.compiler != nil, "needs a C compiler"))
struct AllocationTests {
    private let folder: TemporaryDirectory
    private let counter: AllocationCounter

    init() async throws {
        folder = try TemporaryDirectory()
        counter = try await AllocationCounter(in: folder)
    }

    /// Ids as long as those of a real server.
    private func mapping(_ lines: Int, _ row: (Int) -> String) throws -> String {
        let rows = (0..<lines).map { row(10_000_000 + $0) }.joined()
        return try folder.write("room_id,old_visitor_id,new_visitor_id\n" + rows, as: "\(lines).csv")
    }

    /// By how many the count grows for each line, whatever a process costs that has none.
    private func allocationsPerLine(
        _ row: (Int) -> String, endingWith status: Int32, _ arguments: (String) -> [String]
    ) async throws -> Double {
        let (few, many) = (1000, 4000)
        let before = try await counter.count(arguments(try mapping(few, row)), status)
        let after = try await counter.count(arguments(try mapping(many, row)), status)
        return Double(after - before) / Double(many - few)
    }

    private static func room(_ number: Int) -> String {
        "Rm9xT2bQe\(number),66f0a1c2b3d4e5f6\(number),66f0a1c2b3d4e5f7\(number)\n"
    }

    @Test func `Checking a line takes few`() async throws {
        let count = try await allocationsPerLine(Self.room, endingWith: 0) { ["lint", $0] }
        #expect((5..<14).contains(count))
    }

    /// The time is up before the first request, so that nothing but planning and reporting is counted.
    @Test func `Planning a line and writing it into the report takes few`() async throws {
        let count = try await allocationsPerLine(Self.room, endingWith: 2) {
            ["run", $0, "--max-duration", "0s", "--no-progress"]
        }
        #expect((60..<154).contains(count))
    }
}

/// Counts what a program allocates, by taking the place of the C library's functions.
private struct AllocationCounter {
    private let program: Program

    /// The first C compiler that is there.
    static let compiler = ["clang", "cc", "gcc"].lazy.flatMap { name in
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
    }.first { FileManager.default.isExecutableFile(atPath: $0) }

    private static let source = """
        #include <stdatomic.h>
        #include <stdio.h>
        #include <stdlib.h>
        void *__libc_malloc(size_t);
        void *__libc_calloc(size_t, size_t);
        void *__libc_realloc(void *, size_t);
        static atomic_ulong count;
        void *malloc(size_t size) { count++; return __libc_malloc(size); }
        void *calloc(size_t number, size_t size) { count++; return __libc_calloc(number, size); }
        void *realloc(void *old, size_t size) { count++; return __libc_realloc(old, size); }
        __attribute__((destructor)) static void tell(void) { dprintf(2, "allocations: %lu\\n", count); }

        """

    init(in folder: TemporaryDirectory) async throws {
        try folder.write(Self.source, as: "count.c")
        let compiled = try await Program(try #require(Self.compiler), in: folder.path)(
            "-shared", "-fPIC", "-O1", "-o", "count.so", "count.c")
        try #require(compiled.status == 0, "\(compiled)")
        program = Program(
            in: folder.path,
            environment: [
                "LD_PRELOAD": folder("count.so"), "ROCKETCHAT_URL": "http://127.0.0.1:1", "ROCKETCHAT_USER_ID": "user",
                "ROCKETCHAT_AUTH_TOKEN": "token",
            ])
    }

    func count(_ arguments: [String], _ status: Int32) async throws -> Int {
        let ended = try await program.run(arguments) { _ in }
        try #require(ended.status == status, "\(ended)")
        let last = try #require(ended.errors.split(separator: "\n").last { $0.hasPrefix("allocations: ") }, "\(ended)")
        return try #require(Int(last.dropFirst("allocations: ".count)))
    }
}
