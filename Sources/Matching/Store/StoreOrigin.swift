package import RocketChat

/// What a working file is about; one that was begun for another job cannot be gone on with.
package struct StoreOrigin: Sendable, Equatable {
    /// The server's address.
    package var server: String
    package var rules: MatchRules
    package var order: VisitorOrder

    package init(server: String, rules: MatchRules, keep: SurvivorRule) {
        self.server = server
        self.rules = rules
        order = keep == .oldest ? .oldestFirst : .byID
    }

    /// The settings that decide what is read and how it is compared, as a person gives them.
    var settings: String {
        var words = ["--by " + rules.kinds.map(\.description).joined(separator: ",")]
        if rules.ignoresPlusTags { words.append("--plus-tags ignore") }
        if let country = rules.defaultCountry { words.append("--default-country \(country)") }
        if order == .oldestFirst { words.append("--keep oldest") }
        return words.joined(separator: " ")
    }
}

/// What is asked of evidence before visitors are suggested.
package struct GroupingRules: Sendable, Equatable {
    /// A value that more visitors have, or a group that would have more, is set aside; at least 2.
    package var largestGroup: Int
    /// Kinds of evidence that two visitors need in common; at least 1.
    package var required: Int

    package init(largestGroup: Int = 10, required: Int = 1) {
        precondition(largestGroup >= 2 && required >= 1, "A group has two visitors and a piece of evidence at least")
        self.largestGroup = largestGroup
        self.required = required
    }
}
