package import Journal
package import Mapping
import Model

/// Takes a mapping into a new journal.
package enum Planner {
    /// Reads the whole mapping, applies every rule of spec 5 and leaves a complete journal at `path`.
    ///
    /// `isAskedToStop` is asked now and then; a plan is short work, so it is dropped rather than finished.
    ///
    /// - Returns: what the reader noticed besides the lines themselves.
    /// - Throws: `MappingError`, `JournalError`, or `Stop` when asked to; then no journal appears.
    package static func plan(
        _ reader: consuming MappingReader, for job: Job, at path: String, isAskedToStop: () -> Bool = { false }
    ) throws -> MappingNotes {
        var reader = reader
        var notes = MappingNotes()
        try Journal.create(at: path) { writer in
            while let line = try reader.next() {
                try writer.add(line)
                if writer.count.isMultiple(of: 4096), isAskedToStop() {
                    throw Stop.signal
                }
            }
            notes = reader.notes
            var job = job
            job.mappingDigest = reader.digest ?? ""
            job.lines = writer.count
            return job
        }
        return notes
    }
}
