import Journal
import Model
import RocketChat

/// Why a write did not leave.
private enum Unwritten: Error {
    case interrupted
    case changed
}

/// What one write came to.
enum ContactWriting: Sendable, Equatable {
    case written
    /// Not written, and why.
    case failed(ContactReason, String)
    /// The run was asked to stop.
    case interrupted
}

// One write: its intent is durable before it is sent, and it is read back before it counts.
extension Consolidator {
    /// Writes a record that was read just now.
    func put(_ contact: Contact, as after: ContactRecord) async throws -> ContactWriting {
        let id = try contacts.intend(contact.record, after, at: desk.now())
        CrashPoint.afterIntent.reach()
        let result = try await send(after, over: contact)
        switch result {
        case .written: break
        case .failed: try contacts.settle(id, .dropped, at: desk.now())
        // It may have left.
        case .interrupted: return .interrupted
        }
        CrashPoint.afterSend.reach()
        guard result == .written else { return result }
        return try await confirm(id, contact.record, after)
    }

    /// How old what was read may be when it is written over; after a longer wait it is read again.
    private static var longestAge: Duration { .seconds(2) }

    /// Sends a record over one that was read.
    ///
    /// - Returns: `written` also where it only may have been; the read that follows tells.
    func send(_ record: ContactRecord, over contact: Contact) async throws -> ContactWriting {
        guard let write, let token = contact.token else { return .failed(.tokenHidden, "") }
        let clock = desk.asker.clock
        let readAt = clock.now
        let sent: Reply<VisitorID>?
        do {
            sent = try await desk.asker.sendOnce(.contactWrite) {
                guard readAt.duration(to: clock.now) > Self.longestAge else { return }
                guard let found = try await readBack(record.id) else { throw Unwritten.interrupted }
                guard found == contact.record else { throw Unwritten.changed }
            } _: {
                await write(record, token)
            }
        } catch let error as Unwritten {
            return error == .interrupted ? .interrupted : .failed(.recordChanged, "\(record.id)")
        }
        guard let reply = sent else { return .interrupted }
        switch reply.meaning {
        case .success(let id):
            guard id == record.id else {
                throw Stop(
                    .notRocketChat,
                    "the server wrote the record of visitor \(id) when that of \(record.id) was meant, so that nothing more "
                        + "is written: look at both records")
            }
            return .written
        case .refused(_, let text): return .failed(.refused, text)
        case .unknown: return .written
        default: return .failed(.refused, "the server answered with something else")
        }
    }

    /// Reads back what was written.
    private func confirm(_ id: Int64, _ before: ContactRecord, _ after: ContactRecord) async throws -> ContactWriting {
        guard let found = try await readBack(after.id) else { return .interrupted }
        if found == after.asStored {
            try contacts.settle(id, .written, at: desk.now())
            return .written
        }
        if found == before {
            // The answer was lost, and so was the write: the next invocation writes it.
            try contacts.settle(id, .dropped, at: desk.now())
            return .failed(.refused, "the record is as it was before the write")
        }
        try contacts.settle(id, .written, at: desk.now())
        return .failed(.recordChanged, "\(after.id)")
    }

    /// Settles what an earlier invocation may have written, by reading.
    ///
    /// - Returns: those whose records are neither as before nor as they were to become, because others changed them;
    ///   `nil` if it was asked to stop.
    func settleOpenWrites(of visitors: [VisitorID]) async throws -> Set<VisitorID>? {
        var changed: Set<VisitorID> = []
        for visitor in visitors {
            guard let open = try contacts.openWrite(of: visitor) else { continue }
            guard let found = try await readBack(visitor) else { return nil }
            if found != open.before, found != open.after { changed.insert(visitor) }
            if found == open.after, found != open.before { try contacts.noteNamed(roomsOf: visitor) }
            // Whether it was applied before the others' change cannot be told; its undo would see that it differs.
            try contacts.settle(open.id, found == open.before ? .dropped : .written, at: desk.now())
        }
        return changed
    }

    /// The record as it is now, by an endpoint that nothing else waits for; a missing one as an empty record.
    ///
    /// - Returns: `nil` if it was asked to stop.
    func readBack(_ visitor: VisitorID) async throws -> ContactRecord? {
        let answer = try await desk.asker.askOrRefusal(.contact) {
            await client.contactAgain(visitor)
        } probe: {
            await client.contactAgain(Probe.visitor)
        }
        return switch answer {
        case nil: nil
        case .answered(let contact)?: contact.record
        case .refused?: ContactRecord(id: visitor)
        }
    }
}
