/// A visitor's record as far as the server lets it be written as a contact (TheContacts, "What the server does").
///
/// Two are equal if writing one over the other would change nothing.
package struct ContactRecord: Sendable, Equatable {
    package var id: VisitorID
    package var name: String?
    package var emails: [String]
    package var phones: [String]
    /// The custom fields whose values are texts.
    package var fields: [String: String]
    /// The names of custom fields whose values are something else, sorted: a write would turn them into texts.
    package var otherFields: [String]
    /// The username of the agent who looks after the visitor.
    package var contactManager: String?

    package init(
        id: VisitorID, name: String? = nil, emails: [String] = [], phones: [String] = [],
        fields: [String: String] = [:], otherFields: [String] = [], contactManager: String? = nil
    ) {
        self.id = id
        self.name = name
        self.emails = emails
        self.phones = phones
        self.fields = fields
        self.otherFields = otherFields
        self.contactManager = contactManager
    }
}

/// The definition of a custom field (TheContacts, "Custom fields").
package struct CustomFieldDefinition: Sendable, Equatable {
    package var id: String
    /// `visitor` or `room`.
    package var scope: String
    package var isRequired: Bool

    package init(id: String, scope: String = "visitor", isRequired: Bool = false) {
        self.id = id
        self.scope = scope
        self.isRequired = isRequired
    }
}
