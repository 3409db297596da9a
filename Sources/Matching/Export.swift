package import Mapping
import Model

/// An export on its way into a working file, in batches.
///
/// An actor, because the next batch is read and compared while SQLite takes the one before.
package actor Export {
    /// What the lines came to.
    package struct Tally: Sendable, Equatable {
        package var lines = 0
        package var disabled = 0
        package var bad = 0
        /// The first few bad lines, with why.
        package var firstBad: [BadLine] = []
        /// Lines about a visitor that an earlier line is about.
        package var repeated = 0
        /// What was noticed that no line can tell.
        package var notes = VisitorFileNotes()

        package init() {}
    }

    /// A line that cannot be used; the reason holds nothing of what the line says.
    package struct BadLine: Sendable, Equatable {
        package var line: Int
        package var why: String
    }

    /// A visitor with the evidence it offers.
    struct Entry: Sendable {
        var visitor: VisitorProfile
        var evidence: [MatchRules.Evidence]
    }

    /// Bad lines that are told one by one.
    private static let examples = 5
    /// Few enough to cost no memory, and enough for the handing over to cost nothing.
    private static let batchSize = 2048

    /// Reading blocks its thread, perhaps for as long as a pipe is silent; the pool has few.
    private let executor = QueueExecutor(label: "export")
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    private var reader: VisitorFileReader
    private let rules: MatchRules
    private(set) var tally = Tally()

    package init(_ reader: consuming VisitorFileReader, rules: MatchRules) {
        self.reader = reader
        self.rules = rules
    }

    /// The next visitors; none at the end.
    func batch() throws -> [Entry] {
        var batch: [Entry] = []
        batch.reserveCapacity(Self.batchSize)
        while batch.count < Self.batchSize, let record = try reader.next() {
            tally.lines += 1
            switch record {
            case .visitor(let visitor): batch.append(Entry(visitor: visitor, evidence: rules.evidence(of: visitor)))
            case .disabled: tally.disabled += 1
            case .bad(let line, let why):
                tally.bad += 1
                if tally.firstBad.count < Self.examples { tally.firstBad.append(BadLine(line: line, why: why)) }
            }
        }
        tally.notes = reader.notes
        return batch
    }
}
