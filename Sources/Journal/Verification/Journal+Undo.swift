import FoundationEssentials
import GRDB
package import Model

/// The undo of a job, as its own journal tells.
package struct Undo: Sendable, Equatable {
    /// The journal of the undo.
    package var path: String
    /// Rooms of the job that are back with their old visitors; `nil` if that journal cannot be read.
    ///
    /// An undo that was itself undone leaves those that it did not bring back.
    package var roomsBack: Int?

    package init(path: String, roomsBack: Int?) {
        self.path = path
        self.roomsBack = roomsBack
    }

    /// Whether a path is that of its journal; journals that were moved together keep their names.
    package func isAt(_ path: String) -> Bool {
        let (noted, given) = (URL(filePath: self.path), URL(filePath: path).standardizedFileURL)
        return noted.standardizedFileURL == given
            || !Journal.exists(at: self.path) && noted.lastPathComponent == given.lastPathComponent
    }

    /// Whether rooms may be elsewhere than the job left them.
    package var isInForce: Bool { roomsBack != 0 }
}

extension Journal {
    /// The undo of this job, the undo of that, and so on; `nil` if one of them cannot be read.
    package func undoTrail() throws -> [Journal]? {
        try Self.undoTrail(from: job().undoneBy, namedBy: path)
    }

    /// At most `longest`, because a journal can name any other one, also itself.
    fileprivate static func undoTrail(
        from undo: String?, namedBy journal: String, longest: Int = 16
    ) throws -> [Journal]? {
        guard let undo else { return [] }
        guard longest > 0, let first = Self.undo(at: undo, beside: journal) else { return nil }
        return try undoTrail(from: first.job().undoneBy, namedBy: first.path, longest: longest - 1).map { [first] + $0 }
    }

    /// Where this undo left a room; `nil` if it left it where it was.
    package func placeAfterUndo(of room: RoomID) throws -> VisitorID? {
        try read { database in
            try String.fetchOne(
                database,
                sql: """
                    SELECT coalesce(operation.newVisitor, line.newVisitor)
                    FROM line JOIN operation ON operation.line = line.number
                    WHERE line.roomKey = ? AND line.room = ? AND \(Self.isBack) AND NOT EXISTS (
                        SELECT 1 FROM precedence JOIN operation AS later ON later.id = precedence.operation
                        WHERE precedence.earlier = operation.id AND later.state IN ('moved', 'already'))
                    """, arguments: [room.key, room.rawValue]
            ).map { VisitorID($0) }
        }
    }

    /// A room that is where the undo wanted it, by whose move ever.
    static let isBack = "operation.state IN ('moved', 'already')"

    /// The rooms that are back by the first of these journals, without those that the next ones brought forward again.
    fileprivate static func roomsBack(by trail: ArraySlice<Journal>) throws -> Int {
        guard let undo = trail.first else { return 0 }
        let own = try undo.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM operation WHERE \(isBack)") ?? 0 }
        return max(0, own - (try roomsBack(by: trail.dropFirst())))
    }

    /// Journals are moved together: one that is not where it was may stand beside the one that names it.
    private static func undo(at path: String, beside journal: String) -> Journal? {
        let name = URL(filePath: path).lastPathComponent
        let beside = URL(filePath: journal).deletingLastPathComponent().appending(path: name).path
        for candidate in [path, beside] {
            // Why it cannot be read is of no use: that it cannot is what is said of it.
            if let undo = try? Journal(at: candidate, for: .read), (try? undo.job().kind) == .undo { return undo }
        }
        return nil
    }
}

extension JournalSnapshot {
    /// What became of the job by an undo; `nil` if none was begun.
    package func undo() throws -> Undo? {
        guard let undo = try job().undoneBy else { return nil }
        let trail = try Journal.undoTrail(from: undo, namedBy: path)
        return Undo(path: undo, roomsBack: try trail.map { try Journal.roomsBack(by: $0[...]) })
    }
}

extension Journal {
    /// Refuses a job whose rooms an undo has moved back, or may have: going on would move some of them again, and the rest
    /// against the wish to go back.
    package func requireNotUndone() throws {
        guard let undo = try undo(), undo.isInForce else { return }
        throw JournalError.jobUndone(path: path, by: undo.path)
    }

    package func undo() throws -> Undo? { try snapshot { try $0.undo() } }
}
