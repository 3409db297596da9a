import Journal
package import Model
package import RocketChat

/// What a restoring came to.
package struct ContactRestoring: Sendable {
    package var restored = 0
    /// Old visitors whose rooms got their names again.
    package var renamed = 0
    /// Records that others changed or that the server refused, with why.
    package var left: [(visitor: VisitorID, why: String)] = []
}

/// Takes back what a consolidation wrote: every record gets what it had, newest write first.
///
/// A record that is not as the consolidation left it stays as it is: others changed it.
package struct ContactRestorer<Client: ContactReader>: Sendable {
    private let consolidator: Consolidator<Client>
    private var desk: ReadContext { consolidator.desk }
    private var contacts: ContactsJournal { consolidator.contacts }

    package init(_ consolidator: Consolidator<Client>) {
        self.consolidator = consolidator
    }

    /// Restores every record that was written and is not restored yet.
    ///
    /// One at a time: the order is what makes each record what it was before its first write.
    ///
    /// With `renames` the rooms are back with their old visitors, and get their names again.
    ///
    /// - Returns: what was done; `isComplete` is false if it was asked to stop.
    package func restore(renames: Bool) async throws -> (tally: ContactRestoring, isComplete: Bool) {
        var tally = ContactRestoring()
        let total = try contacts.undoableCount()
        defer { desk.board.endReading() }
        var last: Int64?
        var done = 0
        while let write = try contacts.undoable(before: last, limit: 1).first {
            last = write.id
            guard try await restore(write, &tally) else { return (tally, false) }
            done += 1
            desk.board.read("records of visitors", done: done, of: total)
        }
        try contacts.noteRestored(at: desk.now())
        guard renames else { return (tally, true) }
        return (tally, try await rename(&tally))
    }

    /// Writes each old visitor's record as it is, which gives its rooms its name: they had the survivor's.
    ///
    /// - Returns: `false` if it was asked to stop.
    private func rename(_ tally: inout ContactRestoring) async throws -> Bool {
        while let visitor = try contacts.nextToRename() {
            guard let answer = try await consolidator.read(visitor) else { return false }
            if case .answered(let contact) = answer {
                switch try await consolidator.send(contact.record, over: contact) {
                case .interrupted: return false
                case .failed(_, let text): tally.left.append((visitor, text))
                case .written: tally.renamed += 1
                }
            }
            try contacts.noteRenamed(visitor, at: desk.now())
        }
        return true
    }

    /// - Returns: `false` if it was asked to stop.
    private func restore(_ write: ContactWrite, _ tally: inout ContactRestoring) async throws -> Bool {
        guard let answer = try await consolidator.read(write.visitor) else { return false }
        guard case .answered(let contact) = answer else {
            try leave(write, .changed, "the visitor does not exist or is disabled", &tally)
            return true
        }
        if contact.record == write.before || contact.record == write.before.asStored {
            // It was written for its rooms alone, or never applied, or its undo was and the answer was lost.
            try settle(write, .restored, &tally)
            return true
        }
        guard contact.record == write.after else {
            try leave(write, .changed, ContactReason.recordChanged.explanation, &tally)
            return true
        }
        try contacts.settleUndo(write.id, .intended, at: desk.now())
        CrashPoint.afterIntent.reach()
        switch try await consolidator.send(write.before, over: contact) {
        case .interrupted: return false
        case .failed(let reason, let text):
            try leave(write, reason == .recordChanged ? .changed : .refused, text, &tally)
            return true
        case .written: break
        }
        guard let found = try await consolidator.readBack(write.visitor) else { return false }
        if found == write.before.asStored {
            try settle(write, .restored, &tally)
        } else {
            try leave(write, .changed, ContactReason.recordChanged.explanation, &tally)
        }
        return true
    }

    private func settle(_ write: ContactWrite, _ state: ContactWrite.UndoState, _ tally: inout ContactRestoring) throws
    {
        try contacts.settleUndo(write.id, state, at: desk.now())
        tally.restored += 1
    }

    private func leave(
        _ write: ContactWrite, _ state: ContactWrite.UndoState, _ why: String, _ tally: inout ContactRestoring
    ) throws {
        try contacts.settleUndo(write.id, state, why, at: desk.now())
        tally.left.append((write.visitor, why))
    }
}
