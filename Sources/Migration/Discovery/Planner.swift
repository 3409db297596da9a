package import Journal
package import Mapping
import Model

/// Takes a mapping into a new journal.
package enum Planner {
    /// Reads the whole mapping, applies every rule (TheRun, "Planning") and leaves a complete journal at `path`.
    ///
    /// `isAskedToStop` is asked now and then, by the calling thread; a plan is short work, so it is dropped rather than
    /// finished, and a very short one is not even dropped.
    ///
    /// - Returns: what the reader noticed besides the lines themselves.
    /// - Throws: `MappingError`, `JournalError`, or `Stop` when asked to; then no journal appears.
    package static func plan(
        _ reader: consuming MappingReader, for job: Job, at path: String, isAskedToStop: () -> Bool = { false }
    ) throws -> MappingNotes {
        var notes = MappingNotes()
        let ahead = ReadAhead(reader)
        defer { ahead.stop() }
        try Journal.create(at: path) { writer in
            while true {
                switch ahead.next() {
                case .lines(let lines)?:
                    try writer.add(lines)
                    ahead.giveBack(lines)
                    guard !writer.count.isMultiple(of: 4096) || !isAskedToStop() else { throw Stop.signal }
                case .end(let found, let digest)?:
                    notes = found
                    var job = job
                    job.mappingDigest = digest
                    job.lines = writer.count
                    return job
                case .failed(let error)?: throw error
                case nil:
                    guard !isAskedToStop() else { throw Stop.signal }
                }
            }
        }
        return notes
    }
}
