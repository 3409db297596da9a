/// The small workspace of a sandbox without a seed: people who wrote in more than once, each time as a new visitor.
extension Seed {
    /// Somebody of the demo with the contact data of each of his visitor records.
    private struct Person {
        let name: String
        let emails: [String]
        let phones: [String]
    }

    private static let people = [
        Person(
            name: "Ann Okafor",
            emails: ["ann.okafor@example.org", "Ann.Okafor@example.org", "ann.okafor@EXAMPLE.org"],
            phones: ["+15550101", "+15550101", ""]
        ),
        Person(name: "Bela Novak", emails: ["bela@example.com", "BELA@example.com"], phones: ["+36155502", ""]),
        Person(name: "Chidi Mensah", emails: ["", ""], phones: ["+233555003", "+233555003"]),
        Person(name: "Dana Levi", emails: ["dana.levi@example.net"], phones: ["+97255504"]),
        Person(name: "Emil Berg", emails: ["emil@example.org", "emil@example.org"], phones: ["", "+4755505"]),
        Person(name: "Fatima Zahra", emails: ["fatima@example.com", ""], phones: ["+212555006", "+212555006"]),
        Person(name: "Goro Tanaka", emails: ["goro@example.jp"], phones: [""]),
        Person(
            name: "Hana Kim", emails: ["hana.kim@example.kr", "Hana.Kim@example.kr", "", "HANA.KIM@example.kr"],
            phones: ["+8255508", "", "+8255508", ""]
        ),
        Person(name: "Igor Petrov", emails: ["igor@example.com"], phones: ["+3705509"]),
        Person(
            name: "Julia Santos", emails: ["julia@example.br", "julia@example.br"], phones: ["+555510", "+555510"]),
        Person(name: "Kofi Adu", emails: ["kofi@example.gh"], phones: ["+23355511"]),
        Person(name: "Lena Maier", emails: ["lena@example.de", "Lena@example.de"], phones: ["+49555012", ""]),
        Person(name: "Lena Maier", emails: ["lena.maier@example.at"], phones: ["+43555013"]),
    ]

    /// The demo workspace: the same at every start.
    package static let demo: Seed = {
        var seed = Seed(visitors: [], rooms: [], customFields: [CustomField(id: "customerNumber")])
        for person in people {
            for (email, phone) in zip(person.emails, person.phones) {
                seed.addDemoVisitor(named: person.name, email: email, phone: phone)
            }
        }
        seed.rooms += [
            Room(id: "demoVoiceRoom0001", type: .voice, visitorID: seed.visitors.first?.id, fname: "Voice call"),
            Room(id: "demoChannel000001", type: .channel, visitorID: nil, fname: "general"),
        ]
        return seed
    }()

    /// Adds a visitor with one to three rooms; every fifth visitor still has a conversation going on.
    private mutating func addDemoVisitor(named name: String, email: String, phone: String) {
        let number = visitors.count + 1
        let digits = String(number + 1000).dropFirst()
        let id = "66f0a1c2b3d4e5f6a7b80\(digits)"
        visitors.append(
            Visitor(
                id: id, username: "guest-\(number)", token: "demo-token-\(digits)", name: name,
                emails: email.isEmpty ? [] : [email], phones: phone.isEmpty ? [] : [phone],
                livechatData: number.isMultiple(of: 4) ? ["customerNumber": "C-\(digits)"] : [:],
                lastChat: "2024-04-02T09:\(10 + number):00.000Z"
            )
        )
        for part in 1...(1 + number % 3) {
            let isOpen = number.isMultiple(of: 5) && part == 1
            rooms.append(
                Room(
                    id: "demoRoom000\(digits)00\(part)", open: isOpen, visitorID: id,
                    servedBy: part == 2 ? "agt" : "mgr", departmentID: number.isMultiple(of: 6) ? "support" : nil,
                    fname: name
                )
            )
        }
    }
}
