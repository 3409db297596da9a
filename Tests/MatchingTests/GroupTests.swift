import Model
import Testing

@testable import Matching

@Suite struct GroupTests {
    private static let email = SharedValue(kind: .email, value: "ann@example.org")
    private static let phone = SharedValue(kind: .phone, value: "+49301234567")

    private func member(
        _ id: String, lastChat: Int64? = nil, age: Int64? = nil, rooms: Int? = nil, flaw: String? = nil,
        _ evidence: SharedValue...
    ) -> Member {
        Member(
            id: VisitorID(id), lastChat: lastChat.map { Timestamp(milliseconds: $0) }, age: age, rooms: rooms,
            flaw: flaw,
            evidence: evidence)
    }

    struct Choice: Sendable, CustomTestStringConvertible {
        var keep: SurvivorRule
        var values: [String: Int64?]
        var kept: String

        var testDescription: String { "\(keep.rawValue) of \(values.sorted { $0.key < $1.key })" }
    }

    @Test(arguments: [
        Choice(keep: .latestChat, values: ["a": 1, "b": 3, "c": 2], kept: "b"),
        Choice(keep: .latestChat, values: ["c": 3, "b": 3, "a": 2], kept: "b"),
        Choice(keep: .latestChat, values: ["b": nil, "a": nil], kept: "a"),
        Choice(keep: .latestChat, values: ["a": nil, "b": -5], kept: "b"),
        Choice(keep: .oldest, values: ["a": 2, "b": 1, "c": 3], kept: "b"),
        Choice(keep: .oldest, values: ["a": nil, "b": 9], kept: "b"),
        Choice(keep: .oldest, values: ["b": 1, "a": 1], kept: "a"),
        Choice(keep: .mostRooms, values: ["a": 2, "b": 7, "c": 0], kept: "b"),
        Choice(keep: .mostRooms, values: ["a": 0, "b": 0], kept: "a"),
        Choice(keep: .mostRooms, values: ["B": 1, "a": 1, "ä": 1], kept: "B"),
    ])
    func `The visitor to keep is the same in whatever order they come`(_ choice: Choice) {
        let members = choice.values.map { id, value in
            member(
                id, lastChat: choice.keep == .latestChat ? value : 0, age: choice.keep == .oldest ? value : 0,
                rooms: choice.keep == .mostRooms ? value.map { Int($0) } : 0)
        }
        for _ in 0..<10 {
            let group = Group(members.shuffled(), keep: choice.keep)
            #expect(group.kept?.id.rawValue == choice.kept)
            #expect(group.merges.map(\.old.id.rawValue) == choice.values.keys.filter { $0 != choice.kept }.sorted())
        }
    }

    @Test func `The reason is what a visitor has in common with the one that is kept, or with another of the group`() {
        let group = Group(
            [
                member("a", lastChat: 1, Self.email), member("b", lastChat: 9, Self.email, Self.phone),
                member("c", lastChat: 2, Self.phone),
                member("d", lastChat: 3, SharedValue(kind: .email, value: "d@x.y")),
                member("e", lastChat: 4, SharedValue(kind: .email, value: "d@x.y"), Self.phone, Self.email),
            ], keep: .latestChat)
        #expect(group.kept?.id == VisitorID("b"))
        #expect(
            group.merges.map(\.explanation) == [
                "email ann@example.org", "phone +49301234567", "email d@x.y (with e)",
                "phone +49301234567; email ann@example.org",
            ])
    }

    @Test(
        arguments: [
            (.latestChat, .lastChat, true), (.latestChat, .disabled, true),
            (.latestChat, .createdAt, false), (.latestChat, .rooms, false), (.latestChat, .emails, false),
            (.oldest, .createdAt, true), (.oldest, .disabled, true), (.oldest, .lastChat, false),
            (.mostRooms, .rooms, true), (.mostRooms, .disabled, true), (.mostRooms, [.createdAt, .lastChat], false),
        ] as [(SurvivorRule, VisitorFields, Bool)])
    func `Where a value that decides cannot be read, no survivor is chosen`(
        keep: SurvivorRule, field: VisitorFields, isUndecided: Bool
    ) {
        var members = [
            member("b", lastChat: 1, age: 1, rooms: 1, Self.email),
            member("a", lastChat: 2, age: 2, rooms: 2, Self.email), member("=c", flaw: "x", Self.email),
        ]
        members[0].unreadable = field
        let group = Group(members, keep: keep)
        #expect(group.undecided.map(\.id.rawValue) == (isUndecided ? ["a", "b"] : []))
        #expect((group.kept == nil) == isUndecided && group.merges.isEmpty == isUndecided)
        #expect(group.unwritable.map(\.id.rawValue) == ["=c"])
        // One that cannot stand in a mapping is not chosen from.
        members[2].unreadable = field
        members[0].unreadable = []
        #expect(Group(members, keep: keep).undecided.isEmpty)
    }

    @Test func `Who has an id that cannot stand in a mapping is neither kept nor merged`() {
        let members = [
            member("=a", lastChat: 9, flaw: "x", Self.email), member("b", lastChat: 1, Self.email),
            member("c", lastChat: 2, Self.email),
        ]
        let group = Group(members, keep: .latestChat)
        #expect(group.kept?.id == VisitorID("c") && group.merges.map(\.old.id) == [VisitorID("b")])
        #expect(group.unwritable.map(\.id) == [VisitorID("=a")])
        #expect(Group([members[0]], keep: .oldest).kept == nil)
        #expect(Group(Array(members[...1]), keep: .oldest).merges.isEmpty)
    }

    @Test(arguments: [
        ("=1+1", "begins with ="), ("+49", "begins with +"), ("-a", "begins with -"), ("@x", "begins with @"),
        ("", "is empty"), ("a b", "holds white space"), ("a\nb", "holds a control character"), ("\ta", "holds a tab"),
        (String(repeating: "a", count: 129), "has 129 bytes"), ("6.42E+23", "is a number in scientific notation"),
        ("66000000000000000000", "is a number that lost its last digits"), ("#REF!", "is a spreadsheet's error value"),
        ("a\u{202E}b", "holds a control character"),
    ])
    func `An id that a mapping could not give back exactly is told apart, with why`(id: String, why: String) {
        #expect(WritableID.flaw(in: VisitorID(id))?.hasPrefix(why) == true)
    }

    @Test(arguments: ["66f0a1c2b3d4e5f6a7b80911", "Rm9xT2bQe7LkVdP4s", "a=b", "a+b", "ü", "123456789012345"])
    func `Any other id can stand in a mapping`(id: String) {
        #expect(WritableID.flaw(in: VisitorID(id)) == nil)
    }
}
