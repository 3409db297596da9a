import GRDB
import Model

/// Which moves of a job are to be taken back: everything that one of these names.
package struct UndoSelection: Sendable, Equatable {
    /// A row of a list that was cut out of a report; what it does not say is `nil`.
    package struct Row: Sendable, Equatable {
        /// How a person finds it.
        package var name: String
        package var room: String?
        package var line: Int?
        package var oldVisitor: String?
        package var newVisitor: String?

        package init(name: String, room: String?, line: Int?, oldVisitor: String?, newVisitor: String?) {
            self.name = name
            self.room = room
            self.line = line
            self.oldVisitor = oldVisitor
            self.newVisitor = newVisitor
        }
    }

    package var rooms: [String] = []
    /// Old or new visitors.
    package var visitors: [String] = []
    package var lines: [Int] = []
    package var rows: [Row] = []

    package init() {}

    /// Nothing is named, so all of it is meant.
    package var isEverything: Bool { rooms.isEmpty && visitors.isEmpty && lines.isEmpty && rows.isEmpty }
}

/// Why a part of a job cannot be undone.
package enum UndoProblem: Error, Sendable, Equatable, Hashable {
    /// Something that was named: a room, a visitor, a line, or a row of a list.
    package enum Name: Sendable, Equatable, Hashable {
        case room(String)
        case visitor(String)
        case line(Int)
        case row(String)
    }

    /// The journal does not know it.
    case unknown(Name)
    /// The journal has not moved it.
    case notMoved(Name)
    /// A row of a list that says something else of its line or room than the journal.
    case otherJob(Name)
    /// Another line has moved the room on since.
    case movedOn(room: String, line: Int, later: Int)
}

/// What a selection comes to: operations of the journal that have moved their room.
package struct UndoPart: Sendable, Equatable {
    package var operations: Set<Int64>
    package var problems: [UndoProblem]
}

extension Journal {
    /// Finds the moves that a selection names.
    ///
    /// `undo` is the journal of an undo that was begun: what it has moved back is no later move any more.
    package func part(_ selection: UndoSelection, after undo: Journal?) throws -> UndoPart {
        try snapshot { snapshot in
            var search = UndoSearch(snapshot)
            for line in selection.lines { try search.find(line: line) }
            for row in selection.rows where row.line != nil { try search.find(row) }
            try search.findRooms(selection)
            try search.checkEnds(after: undo)
            return UndoPart(operations: search.found, problems: search.problems)
        }
    }
}

/// Looks for what a selection names, and for what is wrong with it.
private struct UndoSearch {
    private let journal: JournalSnapshot
    private(set) var found: Set<Int64> = []
    private(set) var problems: [UndoProblem] = []

    init(_ journal: JournalSnapshot) {
        self.journal = journal
    }

    private struct Move {
        var id: Int64
        var row: OperationRow
    }

    /// A line with the visitors and the room that it names.
    private struct Line {
        var number: Int
        var room: String
        var oldVisitor: String
        var newVisitor: String
    }

    private mutating func take(_ moves: [Move], for name: UndoProblem.Name) {
        let moved = moves.filter { $0.row.state == .moved }.map(\.id)
        if moved.isEmpty { problems.append(.notMoved(name)) }
        found.formUnion(moved)
    }

    mutating func find(line number: Int) throws {
        guard let line = try line(number) else { return problems.append(.unknown(.line(number))) }
        take(try moves(of: line.number), for: .line(number))
    }

    /// A row with a line number; its other cells have to agree with the journal.
    mutating func find(_ row: UndoSelection.Row) throws {
        guard let number = row.line, let line = try line(number) else {
            return problems.append(.otherJob(.row(row.name)))
        }
        let moves = try moves(of: line.number).filter { row.room?.names($0.row.room) ?? true }
        let isLine =
            (row.room?.names(line.room) ?? true) && (row.oldVisitor?.names(line.oldVisitor) ?? true)
            && (row.newVisitor?.names(line.newVisitor) ?? true)
        let agreeing = moves.filter { row.agrees(with: $0.row) }
        guard isLine || !agreeing.isEmpty else { return problems.append(.otherJob(.row(row.name))) }
        take(isLine ? moves : agreeing, for: .row(row.name))
    }

    /// Goes through all operations once, for rooms and visitors that are named without a line.
    mutating func findRooms(_ selection: UndoSelection) throws {
        let rows = selection.rows.filter { $0.line == nil }
        guard !selection.rooms.isEmpty || !selection.visitors.isEmpty || !rows.isEmpty else { return }
        let rowsByRoom = Dictionary(grouping: rows) { $0.room ?? "" }
        // What was seen of each: `true` if it was moved.
        var rooms = Dictionary(selection.rooms.map { (RoomID($0), Bool?.none) }) { first, _ in first }
        var visitors = Dictionary(selection.visitors.map { (VisitorID($0), Bool?.none) }) { first, _ in first }
        var seenRows: [String: Bool] = [:]
        var others: Set<String> = []
        try forEachOperation { move in
            let isMoved = move.row.state == .moved
            var isNamed = false
            if let seen = rooms[RoomID(move.row.room)] {
                rooms[RoomID(move.row.room)] = isMoved || seen ?? false
                isNamed = true
            }
            for visitor in [move.row.oldVisitor, move.row.newVisitor].map({ VisitorID($0) }) {
                guard let seen = visitors[visitor] else { continue }
                visitors[visitor] = isMoved || seen ?? false
                isNamed = true
            }
            let spellings = Set([move.row.room, move.row.room.withoutFormulas])
            for row in spellings.flatMap({ rowsByRoom[$0] ?? [] }) {
                guard row.agrees(with: move.row) else {
                    others.insert(row.name)
                    continue
                }
                seenRows[row.name] = isMoved || seenRows[row.name] ?? false
                isNamed = true
            }
            if isNamed, isMoved { found.insert(move.id) }
        }
        func note(_ name: UndoProblem.Name, _ isMoved: Bool?) {
            guard isMoved != true else { return }
            problems.append(isMoved == nil ? .unknown(name) : .notMoved(name))
        }
        for room in selection.rooms { note(.room(room), rooms[RoomID(room)] ?? nil) }
        for visitor in selection.visitors { note(.visitor(visitor), visitors[VisitorID(visitor)] ?? nil) }
        for row in rows {
            let isOther = seenRows[row.name] == nil && others.contains(row.name)
            if isOther { problems.append(.otherJob(.row(row.name))) } else { note(.row(row.name), seenRows[row.name]) }
        }
    }

    /// Refuses a step of a room that a later one has moved on, unless that goes back too or is back.
    mutating func checkEnds(after undo: Journal?) throws {
        let hasChains = try journal.read { try Bool.fetchOne($0, sql: "SELECT EXISTS (SELECT 1 FROM precedence)") }
        guard hasChains == true else { return }
        for operation in found.sorted() {
            let later = try moves(
                "id IN (SELECT operation FROM precedence WHERE earlier = ?) AND state = 'moved'", [operation])
            for step in later where !found.contains(step.id) {
                let isBack = try undo?.hasMovedBack(step.row) ?? false
                guard !isBack, let earlier = try moves("id = ?", [operation]).first else { continue }
                problems.append(.movedOn(room: step.row.room, line: earlier.row.line, later: step.row.line))
            }
        }
    }

    /// The line of a number, or the one that it repeats.
    private func line(_ number: Int) throws -> Line? {
        try journal.read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT coalesce(repeats, number), room, oldVisitor, newVisitor FROM line WHERE number = ?
                    """, arguments: [number]
            ).map { row in
                try Line(
                    number: row.count(0), room: row.decode(atIndex: 1), oldVisitor: row.decode(atIndex: 2),
                    newVisitor: row.decode(atIndex: 3))
            }
        }
    }

    /// The operations that a line asked for, first or after another one.
    private func moves(of line: Int) throws -> [Move] {
        try moves("id IN (\(JournalSnapshot.operationsOfLine))", [Int64(line)])
    }

    private func moves(_ condition: String, _ arguments: StatementArguments) throws -> [Move] {
        try journal.read { database in
            let ids = try Int64.fetchAll(
                database, sql: "SELECT id FROM operationReport WHERE \(condition) ORDER BY id", arguments: arguments)
            return try ids.flatMap { id in
                try journal.operations("id = \(id)").map { Move(id: id, row: $0) }
            }
        }
    }

    private func forEachOperation(_ body: (Move) throws -> Void) throws {
        try journal.forEachNumberedOperation { try body(Move(id: $0, row: $1)) }
    }
}

extension UndoSelection.Row {
    fileprivate func agrees(with operation: OperationRow) -> Bool {
        (oldVisitor?.names(operation.oldVisitor) ?? true) && (newVisitor?.names(operation.newVisitor) ?? true)
    }
}

extension String {
    /// Whether a cell of a report is this id: reports keep spreadsheets from taking an id for a formula.
    fileprivate func names(_ id: String) -> Bool { hasSameBytes(as: id) || hasSameBytes(as: id.withoutFormulas) }
}
