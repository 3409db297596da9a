import Files
import FoundationEssentials
package import Journal
package import Model

/// What a verification found, written row by row into a directory of its own.
package struct VerificationReport: ~Copyable {
    private var rooms: CSVFile
    private var newRooms: CSVFile
    private var emptied: CSVFile
    private let folder: HeldFolder
    private let facts: Facts
    private var counts: [String: Int] = ["left": 0, "drifted": 0, "gone": 0, "unreadable": 0, "unread": 0]
    private var readSince: Timestamp?
    /// How it ended; `nil` until that is known.
    private var end: End?

    /// What the verification is about.
    package struct Facts: Sendable {
        package var journal: String
        package var server: String
        package var toolVersion: String
        package var started: String

        package init(journal: String, server: String, toolVersion: String, started: String) {
            self.journal = journal
            self.server = server
            self.toolVersion = toolVersion
            self.started = started
        }
    }

    /// How a verification ended.
    package struct End: Sendable {
        package var instant: String
        /// Why it is not finished; `nil` if it is.
        package var stop: StopReason?
        /// Moved rooms that were not read yet.
        package var unread: Int

        /// The random part of the moved rooms that was read; `nil` for all.
        package var sample: Sample?
        /// Its calls on each endpoint.
        package var calls: [EndpointCalls]

        package init(
            instant: String, stop: StopReason?, unread: Int, sample: Sample? = nil, calls: [EndpointCalls] = []
        ) {
            self.calls = calls
            self.sample = sample
            self.instant = instant
            self.stop = stop
            self.unread = unread
        }
    }

    /// Writes a report into the directory at `path`, complete when it appears; `body` fills it.
    ///
    /// `onNotice` gets what is worth saying when an older report is replaced.
    package static func write<Value>(
        at path: String, _ facts: Facts, onNotice: @escaping @Sendable (ReportNotice) -> Void = { _ in },
        _ body: (inout VerificationReport) async throws -> Value
    ) async throws -> Value {
        try await AtomicDirectory(path: path, onNotice: onNotice).write { folder in
            var report = try VerificationReport(in: folder, facts)
            let value = try await body(&report)
            try report.finish()
            return value
        }
    }

    private init(in folder: HeldFolder, _ facts: Facts) throws {
        let rooms = try CSVFile(
            creating: folder.place("rooms.csv"), .neutral,
            header: ["mark", "verdict", "room_id", "line", "expected_visitor_id", "found_visitor_id", "read_at"])
        let newRooms = try CSVFile(
            creating: folder.place("new-rooms.csv"), .exact, header: ["room_id", "old_visitor_id", "new_visitor_id"])
        let emptied = try CSVFile(
            creating: folder.place("emptied-visitors.csv"), .neutral, header: EmptiedTable.header)
        self.rooms = rooms
        self.emptied = emptied
        self.newRooms = newRooms
        self.folder = folder
        self.facts = facts
    }

    /// Takes one room; `verdict` is left, drifted, gone or unreadable.
    package mutating func add(
        mark: String, verdict: String, room: String, line: Int, expected: String, found: String?,
        readAt: Timestamp
    ) throws {
        counts[verdict, default: 0] += 1
        readSince = min(readSince ?? readAt, readAt)
        try rooms.add([mark, verdict, room, String(line), expected, found ?? "", readAt.iso8601])
    }

    package mutating func addNewRoom(_ room: String, old: String, new: String) throws {
        try newRooms.add([room, old, new])
    }

    /// Takes an old visitor that should have no room left, with what the server says of it.
    package mutating func addEmptied(_ row: EmptiedRow) throws {
        try emptied.add(EmptiedTable.cells(row))
    }

    /// Takes how it ended, after everything else.
    package mutating func add(_ end: End) {
        self.end = end
        counts["unread"] = end.unread
    }

    /// The counts as JSON, for standard output.
    package func json() throws -> String {
        try text(files: nil)
    }

    private mutating func finish() throws {
        let files = [
            "rooms.csv": try rooms.finish(), "new-rooms.csv": try newRooms.finish(),
            "emptied-visitors.csv": try emptied.finish(),
        ]
        try AtomicDirectory.writeFile(Array(text(files: files).utf8) + [UInt8(ascii: "\n")], "report.json", in: folder)
    }

    private func text(files: [String: ReportedFile]?) throws -> String {
        try jsonText(
            Keys(
                tool: ["version": facts.toolVersion], server: ["url": facts.server], journal: facts.journal,
                started: facts.started, ended: end?.instant, finished: end.map { $0.stop == nil } ?? false,
                stopped_because: end?.stop?.rawValue, read_since: readSince?.iso8601,
                sample: end?.sample.map(SampleKeys.init), rooms: counts,
                new_rooms: end?.sample == nil ? newRooms.rows : nil,
                calls: (end?.calls ?? []).map { calls in
                    CallKeys(calls, CallDifference(calls, ofReading: true, isFinished: end?.stop == nil))
                }, files: files))
    }

    private struct Keys: Encodable {
        var schema = "visitor-merge/verification/1"
        var mode = "verify"
        var tool: [String: String]
        var server: [String: String]
        var journal: String
        var started: String
        var ended: String?
        var finished: Bool
        var stopped_because: String?
        /// Of the rooms that were read, when the first of them was.
        var read_since: String?
        var sample: SampleKeys?
        var rooms: [String: Int]
        /// `nil` where only a part was read.
        var new_rooms: Int?
        var calls: [CallKeys]
        var files: [String: ReportedFile]?
    }
}
