import GRDB
package import Model

extension VisitorStore {
    /// Calls `body` with every group that can be suggested, in the order in which their first visitors were read.
    ///
    /// With `own` values of one visitor alone come as well, which needs ``gatherOwnValues()``.
    package func forEachGroup(
        upTo largest: Int, keep: SurvivorRule, own: Bool = false, _ body: (Group) throws -> Void
    ) throws {
        try read { database in
            var (present, last) = (0, 0)
            var members: [Member] = []
            var numbers: [Int] = []
            func finish() throws {
                if own {
                    for index in members.indices { try addOwnValues(to: &members[index], numbers[index], database) }
                }
                try body(Group(members, keep: keep))
                members.removeAll(keepingCapacity: true)
                numbers.removeAll(keepingCapacity: true)
            }
            let rows = try Row.fetchCursor(database, sql: Self.groups, arguments: [largest])
            while let row = try rows.next() {
                let (cluster, number): (Int, Int) = (row[0], row[1])
                if cluster != present, !members.isEmpty { try finish() }
                if number != last {
                    numbers.append(number)
                    members.append(Member(row))
                    members[members.count - 1].course = Member.Course(row)
                }
                (present, last) = (cluster, number)
                if let value: String = row[8] {
                    members[members.count - 1].evidence.append(
                        SharedValue(kind: rules.kinds[row[7]], value: value, visitors: row[15], first: Self.first(row)))
                }
            }
            if !members.isEmpty { try finish() }
        }
    }

    private static func first(_ row: Row) -> SharedValue.First {
        guard !row.hasNull(atIndex: 16) else { return .notAsked }
        return (row[17] as String?).map { .visitor(VisitorID($0)) } ?? .nobody
    }

    private static let groups = """
        SELECT cluster.number, visitor.number, visitor.id, visitor.name, visitor.lastChat, visitor.age, visitor.rooms,
            shared.kind, shared.value, visitor.flaw, visitor.unreadable, target.id, course.isDecided, course.mergedAt,
            course.isSettled, shared.visitors, firstMatch.kind, firstMatch.visitor
        FROM cluster CROSS JOIN member ON member.cluster = cluster.number
            CROSS JOIN visitor ON visitor.number = member.visitor
            LEFT JOIN course ON course.visitor = visitor.number LEFT JOIN visitor AS target ON target.number = course.target
            LEFT JOIN link ON link.visitor = visitor.number LEFT JOIN shared ON shared.id = link.shared
            LEFT JOIN firstMatch ON firstMatch.kind = shared.kind AND firstMatch.value = shared.value
        WHERE cluster.size <= ? ORDER BY cluster.number, visitor.number, shared.id
        """

    /// Calls `body` with every value that is set aside because more visitors than that have it.
    package func forEachValueSetAside(
        above largest: Int, _ body: (_ value: SharedValue, _ visitors: Int) throws -> Void
    ) throws {
        try read { database in
            let rows = try Row.fetchCursor(
                database, sql: "SELECT kind, value, visitors FROM shared WHERE visitors > ? ORDER BY visitors DESC, id",
                arguments: [largest])
            while let row = try rows.next() {
                try body(SharedValue(kind: rules.kinds[row[0]], value: row[1]), row[2])
            }
        }
    }

    /// Calls `body` with every visitor of every group that is set aside because it is larger than that, one group
    /// after the other.
    package func forEachMemberSetAside(
        above largest: Int, _ body: (_ group: Int, _ size: Int, _ member: Member) throws -> Void
    ) throws {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT cluster.number, visitor.number, visitor.id, visitor.name, visitor.lastChat, visitor.age,
                        visitor.rooms, 0, NULL, visitor.flaw, visitor.unreadable, cluster.size
                    FROM cluster CROSS JOIN member ON member.cluster = cluster.number
                        CROSS JOIN visitor ON visitor.number = member.visitor
                    WHERE cluster.size > ? ORDER BY cluster.number, visitor.number
                    """, arguments: [largest])
            while let row = try rows.next() {
                try body(row[0], row[11], Member(row))
            }
        }
    }

    /// Whether any visitor has what a policy chooses by, readable or not.
    package func knows(_ policy: SurvivorRule) throws -> Bool {
        let (column, field): (String, VisitorFields) =
            switch policy {
            case .latestChat: ("lastChat", .lastChat)
            case .oldest: ("age", .createdAt)
            case .mostRooms: ("rooms", .rooms)
            case .firstMatch: ("", [])
            }
        if policy == .firstMatch {
            return try read {
                try Int.fetchOne($0, sql: "SELECT 1 FROM firstMatch WHERE visitor IS NOT NULL LIMIT 1") != nil
            }
        }
        return try read {
            try Int.fetchOne(
                $0, sql: "SELECT 1 FROM visitor WHERE \(column) IS NOT NULL OR unreadable & ? LIMIT 1",
                arguments: [field.rawValue]) != nil
        }
    }

    /// How many visitors have a value that cannot be read in any of some fields.
    package func visitors(withUnreadable fields: VisitorFields) throws -> Int {
        try read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM visitor WHERE unreadable & ?", arguments: [fields.rawValue]) ?? 0
        }
    }
}

extension Member {
    init(_ row: Row) {
        self.init(
            id: VisitorID(row[2] as String), name: row[3],
            lastChat: (row[4] as Int64?).map { Timestamp(milliseconds: $0) }, age: row[5], rooms: row[6], flaw: row[9],
            unreadable: VisitorFields(rawValue: row[10]))
    }
}

extension Member.Course {
    /// `nil` if nothing was decided or done.
    fileprivate init?(_ row: Row) {
        guard let isSettled: Bool = row[14] else { return nil }
        self.init(
            target: (row[11] as String?).map { VisitorID($0) }, isDecided: row[12], isMerged: row[13] != nil,
            isSettled: isSettled)
    }
}
