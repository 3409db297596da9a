import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Two hundred people with duplicates of every kind: suggested, moved, verified, consolidated, and taken back.
@Suite struct WholeCleanUpTests {
    /// A person with all records of theirs and every address that leads to them.
    struct Person: Sendable {
        var visitors: [Seed.Visitor]
        var phones: Set<String> = []
        var emails: Set<String> = []
        /// An address that one record cannot hold besides the survivor's.
        var secondEmail: String?
    }

    private static func person(_ number: Int) -> Person {
        let phone = "+4915100\(100_000 + number)"
        let email = "person\(number)@example.org"
        func visitor(
            _ part: String, name: String = "Person \(number)", email: Bool = false, phone hasPhone: Bool = false,
            fields: [String: String] = [:]
        ) -> Seed.Visitor {
            Seed.Visitor(
                id: "p\(number)\(part)", name: name, emails: email ? ["person\(number)@example.org"] : [],
                phones: hasPhone ? [phone] : [], livechatData: fields,
                lastChat: "2024-05-0\(part == "a" ? 9 : 1)T10:00:00.000Z")
        }
        switch number % 6 {
        case 0:  // By phone; the address is at the duplicate alone.
            return Person(
                visitors: [visitor("b", email: true, phone: true), visitor("a", phone: true)], phones: [phone],
                emails: [email])
        case 1:  // By e-mail, with a custom field at each.
            return Person(
                visitors: [
                    visitor("b", email: true, phone: true, fields: ["crm": "\(number)"]),
                    visitor("a", email: true, fields: ["vip": "yes"]),
                ], phones: [phone], emails: [email])
        case 2:  // By both, under different names.
            return Person(
                visitors: [
                    visitor("b", name: "P. \(number)", email: true, phone: true),
                    visitor("a", email: true, phone: true),
                ],
                phones: [phone], emails: [email])
        case 3:  // A chain: each shares one address with the next.
            return Person(
                visitors: [
                    visitor("c", phone: true), visitor("b", email: true, phone: true), visitor("a", email: true),
                ],
                phones: [phone], emails: [email])
        case 4:  // Three that share everything.
            return Person(
                visitors: ["c", "b", "a"].map { visitor($0, email: true, phone: true) }, phones: [phone],
                emails: [email])
        default:  // Two e-mail addresses, of which a record can hold only one.
            var second = visitor("b", phone: true)
            second.emails = ["second\(number)@example.org"]
            return Person(
                visitors: [second, visitor("a", email: true, phone: true)], phones: [phone], emails: [email],
                secondEmail: "second\(number)@example.org")
        }
    }

    private static let people = (0..<200).map(person)

    private static let seed = Seed(
        visitors: people.flatMap(\.visitors),
        rooms: people.flatMap(\.visitors).map { Seed.Room(id: "room-\($0.id)", visitorID: $0.id, fname: $0.name) },
        customFields: [Seed.CustomField(id: "crm"), Seed.CustomField(id: "vip")])

    private static let options = ["--rate", "unlimited", "--no-progress"]
    private static let journal = "mapping.csv.journal.db"

    private static let all = people.flatMap(\.visitors)

    private static func records(_ workspace: Workspace) async throws -> [StoredVisitor] {
        try await workspace.visitors(all.map(\.id))
    }

    private static func roomNames(_ workspace: Workspace) async throws -> [String] {
        try await workspace.roomNames(all.map { "room-\($0.id)" })
    }

    /// Every person writes by each address; all of it arrives at the survivor, but what only one record can hold.
    private static func expectLasting(_ workspace: Workspace) async throws {
        var customers: [(kind: String, address: String)] = []
        var expected: [String] = []
        for (number, person) in people.enumerated() {
            customers += person.phones.map { ("phone", $0) } + person.emails.map { ("email", $0) }
            expected += Array(repeating: "p\(number)a", count: person.phones.count + person.emails.count)
            if let second = person.secondEmail {
                customers.append(("email", second))
                expected.append("p\(number)b")
            }
        }
        #expect(try await workspace.writeAgain(customers) == expected)
        let records = try await Dictionary(uniqueKeysWithValues: zip(all.map(\.id), records(workspace)))
        let names = try await Dictionary(uniqueKeysWithValues: zip(all.map(\.id), roomNames(workspace)))
        for person in people {
            let id = try #require(person.visitors.last?.id)
            let survivor = try #require(records[id])
            for visitor in person.visitors {
                let now = try #require(records[visitor.id])
                #expect(now.name == visitor.name)
                for address in visitor.emails + visitor.phones {
                    #expect((now.emails + now.phones + survivor.emails + survivor.phones).contains(address))
                }
                for (name, value) in visitor.livechatData {
                    #expect(now.fields[name] == value && survivor.fields[name] != nil)
                }
                #expect(workspace.sandbox.roomOwners["room-\(visitor.id)"] == id)
                #expect(names[visitor.id] == survivor.name)
            }
        }
    }

    @Test func `From duplicates to one visitor for each person, and back to every record and room`() async throws {
        try await Workspace.with(seed: Self.seed) { workspace in
            let records = try await Self.records(workspace)
            let names = try await Self.roomNames(workspace)
            let program = workspace.program()
            func run(_ arguments: [String], _ status: Int32 = 0) async throws {
                let ended = try await program.run(arguments + Self.options) { _ in }
                #expect(ended.status == status, "\(ended)")
            }
            try await run(["suggest", "--by", "email,phone"])
            try await run(["audit", "mapping.csv"])
            try await run(["run", "mapping.csv", "--plan", "mapping.csv.audit.db"])
            try await run(["verify", Self.journal])
            try await run(["consolidate", Self.journal, "--dry-run"], 1)
            // A second e-mail address cannot be brought along, and that is said.
            try await run(["consolidate", Self.journal], 1)
            let table = try workspace.table("mapping.csv.report/contacts.csv")
            #expect(table.count == 266)
            #expect(Set(table.filter { $0["outcome"] == "review" }.map { $0["reason"] }) == ["email-differs"])
            try await Self.expectLasting(workspace)
            try await run(["suggest", "--by", "email,phone", "--output", "again.csv"])
            #expect(try workspace.table("again.csv").isEmpty)
            try await run(["undo", Self.journal, "--contacts"])
            #expect(try await Self.records(workspace) == records)
            try await run(["undo", Self.journal])
            try await run(["undo", Self.journal, "--contacts"])
            #expect(try await Self.records(workspace) == records)
            #expect(try await Self.roomNames(workspace) == names)
            for visitor in Self.all {
                #expect(workspace.sandbox.roomOwners["room-\(visitor.id)"] == visitor.id)
            }
        }
    }

    /// Each step is killed at ten random requests, and begun again each time.
    @Test func `Killed ten times in every step, it ends in the same place`() async throws {
        let number = UInt64.random(in: 0...UInt64.max)
        print("seed of the kills: \(number)")
        try await Workspace.with(seed: Self.seed) { workspace in
            var generator = SeededGenerator(seed: number)
            let records = try await Self.records(workspace)
            func run(_ arguments: [String], calls: Int, _ status: Int32 = 0) async throws {
                for _ in 0..<10 {
                    let target =
                        workspace.sandbox.requestLog.count + Int.random(in: 1...max(1, calls / 10), using: &generator)
                    let killed = try await workspace.program().run(arguments + Self.options + ["--concurrency", "4"]) {
                        process in
                        _ = await eventually { process.isOver || workspace.sandbox.requestLog.count >= target }
                        try process.kill()
                    }
                    #expect([-9, status].contains(killed.status), "\(killed)")
                    if killed.status == status { return }
                }
                let ended = try await workspace.program().run(arguments + Self.options) { _ in }
                #expect(ended.status == status, "seed \(number): \(ended)")
            }
            try await run(["suggest", "--by", "email,phone"], calls: 7)
            try await run(["audit", "mapping.csv"], calls: 60)
            try await run(["run", "mapping.csv", "--plan", "mapping.csv.audit.db"], calls: 600)
            try await run(["verify", Self.journal], calls: 400)
            try await run(["consolidate", Self.journal], calls: 1500, 1)
            try await Self.expectLasting(workspace)
            try await run(["undo", Self.journal, "--contacts"], calls: 1200)
            #expect(try await Self.records(workspace) == records, "seed \(number)")
            try await run(["undo", Self.journal], calls: 600)
            for visitor in Self.all {
                #expect(workspace.sandbox.roomOwners["room-\(visitor.id)"] == visitor.id)
            }
        }
    }
}
