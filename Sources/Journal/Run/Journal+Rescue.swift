import Files
import GRDB
import Glibc
package import Model
import RawSQL
import SystemPackage

// What a run saves of a journal that is not the file at its path any more. SQLite keeps the open file, whatever becomes of
// its name.
extension Journal {
    /// Ends a run whose journal is gone, and saves everything that the journal holds as a new file.
    ///
    /// Nothing is saved of a journal that was overwritten: what SQLite knows and what is read of the file would be mixed.
    /// Of an overwritten log SQLite may still know all; then the log is removed.
    ///
    /// The copy goes beside the place of the journal, else beside where the journal was moved, else into the working
    /// directory. Never over another file.
    ///
    /// - Returns: why the run ended; where the copy is and how to go on, or why there is none.
    package func rescue(
        from loss: JournalLoss, run: Int64, at instant: Timestamp, waited: Duration, pace: Pace? = nil,
        calls: [EndpointCalls] = []
    ) -> Stop {
        func stop(_ end: String) -> Stop { Stop(.journalFailed, "\(loss.beginning) \(end)") }
        let isMixed = loss.isOverwritten && loss.path == path
        var why = isMixed ? "what it holds is not all its own" : ""
        for folder in isMixed ? [] : Self.folders(for: path, loss) {
            let copy = Self.freeName(in: folder, for: path)
            let place: Place
            do {
                place = try JournalFiles.heldToCreate(copy)
                try Self.createPrivateFile(place, for: path)
            } catch {
                why = why.isEmpty ? "\(error)" : why
                continue
            }
            let saved = stop("All that it knew is saved as \(copy). \(advice(copy))")
            do {
                try end(run, at: instant, stop: saved, waited: waited, pace: pace, calls: calls)
                try save(as: place, wasOverwritten: loss.isOverwritten)
                return saved
            } catch {
                why = "\(error)"
                // There is a sentence to say already, and an unfinished copy helps nobody.
                _ = try? JournalFiles.clear([place] + ["-wal", "-shm", "-journal"].map(place.adding))
            }
        }
        let first = loss.isOverwritten ? "Move \(path) and \(path)-wal away. " : ""
        let lost = stop(
            "It could not be saved (\(why)). \(first)Rooms that were moved are found with their new visitors when the "
                + "mapping is run again, and an undo of this run is not possible.")
        if !loss.isOverwritten {
            // The open file may still take it, and then the report has it.
            try? end(run, at: instant, stop: lost, waited: waited, pace: pace, calls: calls)
        }
        return lost
    }

    /// The command stands in the middle: a full stop behind it would be typed along.
    private func advice(_ copy: String) -> String {
        "To resume, put it in the place of the journal (\(Self.puttingBack(copy, at: path))) and run the same command"
    }

    /// What a shell takes to put a saved journal in its place; something else that is there is kept under another name.
    static func puttingBack(_ copy: String, at path: String) -> String {
        let folder = JournalFiles.folder(of: path)
        let makesFolder = exists(at: folder) ? "" : "mkdir -p \(folder.fileForShell) && "
        return "\(makesFolder)\(exists(at: path) ? "mv -b" : "mv") \(copy.fileForShell) \(path.fileForShell)"
    }

    /// Refuses to begin anew where a run has saved what its journal knew: without it that run could not be undone.
    package static func requireNothingSaved(of path: String) throws {
        var (copy, number): (String?, Int) = (nil, 1)
        while exists(at: "\(path).saved-\(number)") {
            copy = isJournal(at: "\(path).saved-\(number)") ? "\(path).saved-\(number)" : copy
            number += 1
        }
        if let copy { throw JournalError.saved(path: path, copy: copy) }
    }

    /// Keeps a log that has lost its journal under another name: a new journal in that place must not find it, and with
    /// an older copy of the journal it still tells which rooms were moved last.
    ///
    /// - Returns: the name, or `nil` if there is no such log.
    package static func setAsideLog(of path: String) throws -> String? {
        guard JournalFiles.size(of: path + "-wal") ?? 0 > 0 else { return nil }
        let log = try JournalFiles(path: path).held().adding("-wal")
        // What is no file is for the journal that is made there to refuse.
        guard let status = try? log.status(), status.type == .regular else { return nil }
        let name = freeName(in: JournalFiles.folder(of: path), for: path + "-wal")
        let kept = try JournalFiles.heldToCreate(name)
        do throws(Errno) {
            try log.moveToNew(kept)
        } catch {
            throw JournalError.failed(path: log.path, why: "\(error)")
        }
        try syncFolder(of: path)
        return name
    }

    private static func folders(for path: String, _ loss: JournalLoss) -> [String] {
        let beside = loss.whereabouts.map { JournalFiles.folder(of: $0) }
        return [JournalFiles.folder(of: path)] + (beside.map { [$0] } ?? []) + ["."]
    }

    private static func freeName(in folder: String, for path: String) -> String {
        let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
        let start = folder == "." ? name : folder + (folder.hasSuffix("/") ? "" : "/") + name
        var number = 1
        while exists(at: "\(start).saved-\(number)") {
            number += 1
        }
        return "\(start).saved-\(number)"
    }

    private func save(as place: Place, wasOverwritten: Bool) throws {
        try translating {
            try database.writeWithoutTransaction { database in
                try database.execute(sql: "VACUUM INTO ?", arguments: [SQLiteFiles.path(of: place)])
            }
            let saved = try SQLiteFiles.open(place)
            if wasOverwritten { try Self.requireWhole(saved, path) }
            try saved.write { try LogMark.random().write(to: $0) }
            try saved.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try saved.close()
            // What is left of the old log must be nothing that another journal in this place would take for its own.
            guard !wasOverwritten else {
                // SQLite cannot put this log into the journal.
                try JournalFiles.clear(["-wal", "-shm"].map { try JournalFiles(path: path + $0).held() })
                return
            }
            try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        }
        try Self.sync(place, for: place.path)
        try place.folder.sync()
    }

    /// Refuses a copy for which SQLite has read what was written by others.
    private static func requireWhole(_ copy: DatabaseQueue, _ path: String) throws {
        let isWhole = try copy.read { database in
            guard try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok" else { return false }
            let planned = try String.fetchOne(database, sql: "SELECT linesDigest FROM job")
            return try planned == nil || database.linesDigest() == planned
        }
        guard isWhole else { throw JournalError.damaged(path: path, why: "its log was overwritten") }
    }
}
