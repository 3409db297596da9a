import Model

/// What speaks against one person where values agree.
package enum Suspicion: Sendable, Equatable {
    /// So many names have no word in common.
    case differentNames(Int)
    /// Many visitors have the value.
    case sharedByMany(SharedValue, visitors: Int)
    /// The address is that of an office or a machine.
    case roleAddress(String)

    /// So many holders of a value are rarely one person.
    private static let many = 5

    /// What there is about visitors that belong together.
    package static func of(_ members: [Member]) -> [Suspicion] {
        var found: [Suspicion] = []
        let names = differentNames(members.compactMap(\.name))
        if names > 1 { found.append(.differentNames(names)) }
        var seen: Set<SharedValue> = []
        for value in members.flatMap(\.evidence) where seen.insert(value).inserted {
            if value.visitors >= many { found.append(.sharedByMany(value, visitors: value.visitors)) }
            if value.kind == .email, isRole(value.value) { found.append(.roleAddress(value.value)) }
        }
        return found
    }

    /// How many persons the names are of, if names with a common word are of one.
    ///
    /// A word that begins with another one is the same: Ann and Annie, J and Jane. Names without letters, and those that
    /// programs give, say nothing.
    static func differentNames(_ names: [String]) -> Int {
        let words = names.map(words).filter { !$0.isEmpty }
        var sets = UnionFind(count: words.count)
        for (index, one) in words.enumerated() {
            for other in words.indices.dropFirst(index + 1) where isRelated(one, words[other]) {
                sets.unite(index, other)
            }
        }
        return Set(words.indices.map { sets.first(of: $0) }).count
    }

    private static func words(of name: String) -> [String] {
        let words = name.lowercased().split { !$0.isLetter }.map(String.init)
        return words.contains { generic.contains($0) } ? [] : words
    }

    private static let generic: Set<String> = ["guest", "visitor", "user", "unknown", "anonymous", "customer", "null"]

    private static func isRelated(_ one: [String], _ other: [String]) -> Bool {
        one.contains { word in other.contains { $0.hasPrefix(word) || word.hasPrefix($0) } }
    }

    private static func isRole(_ address: String) -> Bool {
        let name = address.prefix { $0 != "@" && $0 != "+" }
        return roles.contains(name.filter { $0.isLetter })
    }

    private static let roles: Set<String> = [
        "accounts", "admin", "administrator", "billing", "booking", "bookings", "buero", "büro", "contact", "contato",
        "contacto", "donotreply", "einkauf", "empfang", "enquiries", "facturacion", "hello", "help", "helpdesk", "hr",
        "info", "jobs", "kontakt", "mail", "mailer", "mailerdaemon", "marketing", "newsletter", "noreply",
        "notifications",
        "office", "orders", "postmaster", "reception", "recepcion", "reservations", "sales", "sekretariat", "service",
        "shop", "support", "team", "ventas", "verkauf", "vertrieb", "webmaster",
    ]
}

extension Suspicion: CustomStringConvertible {
    package var description: String {
        switch self {
        case .differentNames(let count): "\(count) different names"
        case .sharedByMany(let value, let visitors): "\(visitors) visitors have the \(value.kind) \(value.value)"
        case .roleAddress(let address): "\(address) looks like the address of an office or a machine"
        }
    }
}
