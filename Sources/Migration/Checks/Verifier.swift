package import Journal
package import Model
package import RocketChat
import ServiceLifecycle

/// Reads every moved room again, whatever the journal believes, and finds what old visitors got since.
package struct Verifier: Sendable {
    let reader: RocketChatReader
    let desk: ReadContext
    /// The undo of the job, the undo of that, and so on: rooms are expected where the last of them left them.
    let undoTrail: [Journal]
    private let discoverer: Discoverer<RocketChatReader>

    package init(reader: RocketChatReader, desk: ReadContext, undoTrail: [Journal] = []) {
        self.reader = reader
        self.desk = desk
        self.undoTrail = undoTrail
        discoverer = Discoverer(api: reader, desk: desk)
    }

    /// Hands over every moved room in plan order with what the server says of it: as the list has it if that was read and
    /// says what is expected, else asked for.
    ///
    /// - Returns: whether it came to its end; `false` if it was asked to stop.
    /// - Throws: `Stop` when the server cannot be reached or refuses, `JournalError`, what `body` throws.
    package func verify(in listed: ListedRooms?, _ body: (VerifiedRoom) throws -> Void) async throws -> Bool {
        let total = try desk.journal.movedRooms()
        defer { desk.board.endReading() }
        var last: Int64 = 0
        var done = 0
        while true {
            // One chunk at a time keeps the order of the plan without keeping all rooms.
            let chunk = try desk.journal.movedRooms(after: last, limit: desk.concurrency * 4).map(afterUndo)
            guard let end = chunk.last else { return true }
            last = end.operation
            guard let rooms = try await read(chunk, listed) else { return false }
            for room in rooms {
                try body(room)
            }
            done += rooms.count
            desk.board.read("the moved rooms again", done: done, of: total)
        }
    }

    /// Hands over the rooms that old visitors of visitor lines have now and that no operation is about.
    package func findNewRooms(in listed: ListedRooms?, _ body: (NewRoom) throws -> Void) async throws -> Bool {
        guard let anchors = listed == nil ? try await anchors() : Anchors([]) else { return false }
        var last = 0
        while true {
            let moves = try desk.journal.visitorMoves(after: last, limit: 100)
            guard let end = moves.last else { return true }
            last = end.line
            for move in moves {
                let rooms: [RoomID]
                if let listed {
                    rooms = try await listed.rooms(of: move.oldVisitor)
                } else {
                    switch try await discoverer.rooms(of: move.oldVisitor, anchors: anchors) {
                    case .interrupted: return false
                    case .refused: continue
                    case .rooms(let found): rooms = found
                    }
                }
                for room in rooms where try !desk.journal.knows(room) {
                    try body(NewRoom(room: room, oldVisitor: move.oldVisitor, newVisitor: move.finalVisitor))
                }
            }
        }
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

    private func read(_ chunk: [Journal.MovedRoom], _ listed: ListedRooms?) async throws -> [VerifiedRoom]? {
        try await withThrowingTaskGroup(of: (Int, VerifiedRoom?).self) { group in
            var rooms: [VerifiedRoom?] = Array(repeating: nil, count: chunk.count)
            var next = 0
            func start() {
                guard next < chunk.count else { return }
                let (index, moved) = (next, chunk[next])
                next += 1
                group.addTask { (index, try await verified(moved, listed)) }
            }
            for _ in 0..<desk.concurrency { start() }
            while let (index, room) = try await group.next() {
                guard let room else {
                    group.cancelAll()
                    return nil
                }
                rooms[index] = room
                start()
            }
            return rooms.compactMap { $0 }
        }
    }

    private func verified(_ moved: Journal.MovedRoom, _ listed: ListedRooms?) async throws -> VerifiedRoom? {
        if try await listed?.owner(ofClosed: moved.room)?.visitor == moved.visitor {
            return VerifiedRoom(
                mark: .left, room: moved.room, line: moved.line, expected: moved.visitor, found: moved.visitor)
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
        return VerifiedRoom(mark: mark, room: moved.room, line: moved.line, expected: moved.visitor, found: found)
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
}

/// A room that an old visitor got after the plan was made.
package struct NewRoom: Sendable, Equatable {
    package var room: RoomID
    package var oldVisitor: VisitorID
    package var newVisitor: VisitorID
}
