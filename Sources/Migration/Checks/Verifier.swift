package import Journal
package import Model
package import RocketChat
import ServiceLifecycle

/// Reads every moved room again, whatever the journal believes, and finds what old visitors got since.
///
/// Every answer is in the record as soon as it is there, and is not asked for again.
package struct Verifier<Reader: RoomReader & RoomFinder>: Sendable {
    let reader: Reader
    let desk: ReadContext
    let record: VerificationRecord
    /// The undo of the job, the undo of that, and so on: rooms are expected where the last of them left them.
    let undoTrail: [Journal]
    /// The part of the moved rooms that is read; `nil` for all.
    let sample: Sample?
    private let discoverer: Discoverer<Reader>

    package init(
        reader: Reader, desk: ReadContext, record: VerificationRecord, undoTrail: [Journal] = [],
        sample: Sample? = nil
    ) {
        self.reader = reader
        self.desk = desk
        self.record = record
        self.undoTrail = undoTrail
        self.sample = sample
        discoverer = Discoverer(api: reader, desk: desk)
    }

    /// Hands over every moved room in plan order with what the server says of it: as the list has it if that was read and
    /// says what is expected, else asked for.
    ///
    /// - Returns: whether it came to its end; `false` if it was asked to stop.
    /// - Throws: `Stop` when the server cannot be reached or refuses, `JournalError`, what `body` throws.
    package func verify(in listed: ListedRooms?, _ body: (VerifiedRoom) throws -> Void) async throws -> Bool {
        let part = try sample.map { try desk.journal.movedRooms(in: $0) }
        let total = try part?.count ?? desk.journal.movedRooms()
        defer { desk.board.endReading() }
        var last: Int64 = 0
        var done = 0
        while true {
            // One chunk at a time keeps the order of the plan without keeping all rooms.
            let chunk = try desk.journal.movedRooms(after: last, limit: desk.concurrency * 4).map(afterUndo)
            guard let end = chunk.last else { return true }
            last = end.operation
            let wanted = chunk.filter { moved in
                guard let sample, let part else { return true }
                return sample.rank(of: moved.operation) <= part.highestRank
            }
            let (rooms, isComplete) = try await read(wanted, listed)
            for room in rooms {
                try body(room)
            }
            done += rooms.count
            desk.board.read("the moved rooms again", done: done, of: total)
            guard isComplete else { return false }
        }
    }

    /// Hands over the rooms that old visitors of visitor lines have now and that no operation is about.
    package func findNewRooms(in listed: ListedRooms?, _ body: (NewRoom) throws -> Void) async throws -> Bool {
        var anchors: Anchors?
        var last = 0
        while true {
            let moves = try desk.journal.visitorMoves(after: last, limit: 100)
            guard let end = moves.last else { return true }
            last = end.line
            for move in moves {
                let rooms: [RoomID]
                if let listed {
                    rooms = try await unplanned(listed.rooms(of: move.oldVisitor))
                } else if let known = try await record.newRooms(ofLine: move.line) {
                    rooms = known
                } else {
                    if anchors == nil { anchors = try await self.anchors() }
                    guard let anchors, let found = try await newRooms(of: move, anchors) else { return false }
                    rooms = found
                }
                for room in rooms {
                    try body(NewRoom(room: room, oldVisitor: move.oldVisitor, newVisitor: move.finalVisitor))
                }
            }
        }
    }

    /// Asks for the history of a visitor.
    ///
    /// - Returns: `nil` if it was asked to stop.
    private func newRooms(of move: VisitorMove, _ anchors: Anchors) async throws -> [RoomID]? {
        let rooms: [RoomID]
        switch try await discoverer.rooms(of: move.oldVisitor, anchors: anchors) {
        case .interrupted: return nil
        case .refused: rooms = []
        case .rooms(let found): rooms = try unplanned(found.map(\.id))
        }
        try await record.note(newRooms: rooms, ofLine: move.line, at: desk.now())
        return rooms
    }

    /// Those that no operation is about.
    private func unplanned(_ rooms: [RoomID]) throws -> [RoomID] {
        try rooms.filter { try !desk.journal.knows($0) }
    }

    private func anchors() async throws -> Anchors? {
        guard try !desk.journal.visitorMoves(after: 0, limit: 1).isEmpty else { return Anchors([]) }
        let moved = try desk.journal.movedRooms(after: 0, limit: 100).map(\.room)
        guard moved.isEmpty else { return Anchors(moved + [Anchors.general]) }
        do {
            guard let (page, _) = try await desk.asker.ask(.livechatRooms, { await reader.rooms(offset: 0, count: 1) })
            else {
                return nil
            }
            return Anchors(page.rooms.isEmpty ? [] : page.rooms.map(\.id) + [Anchors.general])
        } catch let stop as Stop where stop.reason == .permissionMissing {
            return Anchors([Anchors.general] + (try desk.journal.namedRooms(limit: 100)))
        }
    }

    private func afterUndo(_ moved: Journal.MovedRoom) throws -> Journal.MovedRoom {
        var moved = moved
        for undo in undoTrail {
            moved.visitor = try undo.placeAfterUndo(of: moved.room) ?? moved.visitor
        }
        return moved
    }

    /// - Returns: what was found, in the order of the chunk; `isComplete` is false if it was asked to stop.
    private func read(
        _ chunk: [Journal.MovedRoom], _ listed: ListedRooms?
    ) async throws -> (rooms: [VerifiedRoom], isComplete: Bool) {
        try await withThrowingTaskGroup(of: (Int, VerifiedRoom?).self) { group in
            var rooms: [VerifiedRoom?] = Array(repeating: nil, count: chunk.count)
            var isComplete = true
            var next = 0
            func start() {
                guard isComplete, next < chunk.count else { return }
                let (index, moved) = (next, chunk[next])
                next += 1
                group.addTask { (index, try await verified(moved, listed)) }
            }
            for _ in 0..<desk.concurrency { start() }
            // What is under way when it is asked to stop may finish, or it would be asked again.
            while let (index, room) = try await group.next() {
                rooms[index] = room
                if room == nil { isComplete = false }
                start()
            }
            return (rooms.compactMap { $0 }, isComplete)
        }
    }

    private func verified(_ moved: Journal.MovedRoom, _ listed: ListedRooms?) async throws -> VerifiedRoom? {
        func room(_ mark: VerifiedRoom.Mark, _ found: VisitorID?, _ readAt: Timestamp) -> VerifiedRoom {
            VerifiedRoom(
                mark: mark, room: moved.room, line: moved.line, expected: moved.visitor, found: found, readAt: readAt)
        }
        if let (visitor, readAt) = try await listed?.owner(ofClosed: moved.room), visitor == moved.visitor {
            return room(.left, visitor, readAt)
        }
        if let known = try await record.answer(for: moved.operation, at: moved.visitor),
            let mark = VerifiedRoom.Mark(rawValue: known.mark)
        {
            return room(mark, known.found, known.readAt)
        }
        let answer = try await desk.asker.askOrRefusal(.roomsInfo) {
            await reader.room(moved.room)
        } probe: {
            await reader.room(Probe.room)
        }
        guard let answer else { return nil }
        let (mark, found): (VerifiedRoom.Mark, VisitorID?) =
            switch answer {
            case .answered(let room) where room.visitor == moved.visitor: (.left, room.visitor)
            case .answered(let room): (.drifted, room.visitor)
            case .refused(.roomNotFound, _): (.gone, nil)
            case .refused: (.unreadable, nil)
            }
        let now = desk.now()
        try await record.note(
            RoomAnswer(mark: mark.rawValue, found: found, readAt: now), for: moved.operation, at: moved.visitor)
        return room(mark, found, now)
    }
}

/// A moved room as a verification found it.
package struct VerifiedRoom: Sendable, Equatable {
    /// The raw values are what is printed.
    package enum Mark: String, CaseIterable, Sendable {
        case left = "="
        case drifted = "!"
        case gone = "-"
        case unreadable = "?"
    }

    package var mark: Mark
    package var room: RoomID
    package var line: Int
    package var expected: VisitorID
    /// Who has it now; `nil` if it could not be read or has no visitor.
    package var found: VisitorID?
    /// When it was read.
    package var readAt: Timestamp
}

/// A room that an old visitor got after the plan was made.
package struct NewRoom: Sendable, Equatable {
    package var room: RoomID
    package var oldVisitor: VisitorID
    package var newVisitor: VisitorID
}
