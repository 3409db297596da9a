import Testing

/// A life that failed once, cut down to its smallest form.
struct KeptLife: Sendable, CustomTestStringConvertible {
    /// What went wrong.
    var name: String
    var life: Life

    var testDescription: String { name }

    static let all = [
        KeptLife(
            name: "two operations on one room that are no chain were under way at once",
            life: Life(
                seed: 549, lines: [.ids(room: "R1", old: "V3", new: "V5"), .ids(room: "R1", old: "V2", new: "V4")],
                rooms: [Life.Room(id: "R1", visitor: "V2")], visitors: ["V2", "V3", "V4", "V5"],
                acts: [Life.Act(command: .run, isAtRest: true)], movesOpenRooms: true)),
        KeptLife(
            name: "a command that was refused left the journal as if its log had been lost",
            life: Life(
                seed: 238, lines: [.ids(room: "R3", old: "V2", new: "V3")], rooms: [Life.Room(id: "R3", visitor: "V2")],
                visitors: ["V2", "V3"],
                acts: [
                    Life.Act(command: .run, killedAt: 4), Life.Act(command: .edited),
                    Life.Act(command: .run, isAtRest: true),
                ])),
    ]
}
