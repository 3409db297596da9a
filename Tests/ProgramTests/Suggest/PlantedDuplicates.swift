import Sandbox

/// A workspace with people whose visitor records are known, so that what is found can be compared with the truth.
struct PlantedDuplicates {
    /// The ids of each person that evidence ties together.
    private(set) var people: [Set<String>] = []
    private(set) var seed = Seed(visitors: [], rooms: [])

    /// `total` visitors, among them `groups` people with several records each and two shared mailboxes.
    init(total: Int, groups: Int) {
        for person in 0..<groups {
            switch person % 4 {
            case 0: plantAddresses(person)
            case 1: plantNumbers(person)
            case 2: plantChain(person)
            default: plantBoth(person)
            }
        }
        for mailbox in ["noreply@shop.example", "office@firm.example"] {
            for _ in 0..<25 { addVisitor(emails: [mailbox]) }
        }
        while seed.visitors.count < total {
            let number = seed.visitors.count
            addVisitor(emails: ["single\(number)@example.net"], phones: ["+4989\(2_000_000 + number)"])
        }
    }

    /// The same address in other letters, and with spaces around it.
    private mutating func plantAddresses(_ person: Int) {
        let address = "person\(person)@example.org"
        plant([
            addVisitor(emails: [address]), addVisitor(emails: [address.uppercased()]),
            person % 8 == 0 ? addVisitor(emails: [" Person\(person)@Example.org "]) : nil,
        ])
    }

    /// The same number in three spellings.
    private mutating func plantNumbers(_ person: Int) {
        let subscriber = String(1_000_000 + person)
        plant([
            addVisitor(phones: ["+49 30 \(subscriber)"]), addVisitor(phones: ["0049-30-\(subscriber)"]),
            addVisitor(phones: ["(030) \(subscriber)"]),
        ])
    }

    /// Each shares something with the next one alone.
    private mutating func plantChain(_ person: Int) {
        let (address, number) = ("chain\(person)@example.org", "+49 40 \(1_000_000 + person)")
        plant([
            addVisitor(emails: [address]), addVisitor(emails: [address], phones: [number]),
            addVisitor(emails: ["other\(person)@example.org"], phones: [number]),
            addVisitor(emails: ["OTHER\(person)@example.org"]),
        ])
    }

    /// Address and number in common, and one of the two shares a mailbox with strangers too.
    private mutating func plantBoth(_ person: Int) {
        let (address, number) = ("both\(person)@example.org", "+49 50 \(1_000_000 + person)")
        plant([
            addVisitor(emails: [address] + (person == 3 ? ["office@firm.example"] : []), phones: [number]),
            addVisitor(emails: [address], phones: [number]),
        ])
    }

    private mutating func plant(_ ids: [String?]) {
        people.append(Set(ids.compactMap(\.self)))
    }

    /// Adds a visitor with an id that says nothing; planted ones have a room.
    @discardableResult
    private mutating func addVisitor(emails: [String] = [], phones: [String] = []) -> String {
        let number = seed.visitors.count
        // A number that every other one leads to once: neighbours in age are none by id.
        let id = "66f0a1c2b3d4e5f6" + String((number * 7919 + 104_729) % 1_000_003 + 1_000_000)
        seed.visitors.append(
            Seed.Visitor(
                id: id, name: "Visitor \(number)", emails: emails, phones: phones,
                lastChat: "2024-0\(1 + number % 9)-1\(number % 10)T09:00:00.000Z"))
        if !emails.contains(where: { $0.hasPrefix("single") }) {
            seed.rooms.append(Seed.Room(id: "room-\(id)", visitorID: id))
        }
        return id
    }
}
