package import Model

/// Which facts about a visitor count as evidence, and in which form they are compared.
package struct MatchRules: Sendable, Equatable {
    /// A fact in the form in which it is compared.
    package struct Evidence: Sendable, Hashable {
        /// The place of its kind among ``MatchRules/kinds``.
        package var kind: Int
        package var value: String
    }

    /// At least one, each once.
    package let kinds: [MatchKey]
    /// `ann+shop@example.org` counts as `ann@example.org`.
    package let ignoresPlusTags: Bool
    /// Whose numbers those without a country are; `nil` compares them with one another alone.
    package let defaultCountry: CallingCode?

    package init(kinds: [MatchKey], ignoresPlusTags: Bool = false, defaultCountry: CallingCode? = nil) {
        precondition(!kinds.isEmpty && Set(kinds).count == kinds.count, "Evidence needs kinds, each of them once")
        self.kinds = kinds
        self.ignoresPlusTags = ignoresPlusTags
        self.defaultCountry = defaultCountry
    }

    /// The names of the custom fields among the kinds.
    package var customFields: [String] {
        kinds.compactMap { kind in
            if case .custom(let field) = kind { field } else { nil }
        }
    }

    /// The evidence a visitor offers, each piece once.
    package func evidence(of visitor: VisitorProfile) -> [Evidence] {
        var evidence: [Evidence] = []
        for (index, kind) in kinds.enumerated() {
            forEachValue(of: visitor, kind) { value in
                guard let value else { return }
                let piece = Evidence(kind: index, value: value)
                // One or two as a rule: looking through them costs less than a set.
                if !evidence.contains(piece) { evidence.append(piece) }
            }
        }
        return evidence
    }

    /// Calls `body` with each of the visitor's facts of a kind in the form for comparing, or `nil` for one that says
    /// nothing.
    private func forEachValue(of visitor: VisitorProfile, _ kind: MatchKey, _ body: (String?) -> Void) {
        switch kind {
        case .email:
            for email in visitor.emails { body(EmailNormalizer.text(of: email, ignoringPlusTags: ignoresPlusTags)) }
        case .phone:
            for phone in visitor.phones { body(PhoneNormalizer.text(of: phone, defaultCountry: defaultCountry)) }
        case .username:
            body(visitor.username.flatMap { TextNormalizer.text(of: $0) })
        case .custom(let field):
            body(visitor.customFields[field].flatMap { TextNormalizer.text(of: $0) })
        }
    }
}
