/// Why a pair of visitors was not consolidated, or not in full (TheContacts, "What needs review").
package enum ContactReason: String, CaseIterable, Sendable {
    /// Some room of the old visitor is not settled well in the journal.
    case roomsNotSettled = "rooms-not-settled"
    /// The old visitor has rooms now.
    case roomsLeft = "rooms-left"
    /// The journal moved rooms of the old visitor to different visitors.
    case severalSurvivors = "several-survivors"
    case survivorMissing = "survivor-missing"
    /// The old visitor does not exist any more: nothing can arrive there.
    case oldMissing = "old-missing"
    case severalEmails = "several-emails"
    case severalPhones = "several-phones"
    /// The survivor has another e-mail address, so the old visitor keeps its own.
    case emailDiffers = "email-differs"
    /// The survivor has another telephone number, so the old visitor keeps its own.
    case phoneDiffers = "phone-differs"
    case nameMissing = "name-missing"
    /// A custom field holds something else than a text.
    case fieldNotText = "field-not-text"
    /// A custom field is no longer defined: the server would drop its value.
    case fieldNotDefined = "field-not-defined"
    /// The server would store the value of a custom field without its spaces.
    case fieldSpelling = "field-spelling"
    /// A custom field is required, and neither record has it.
    case fieldRequired = "field-required"
    /// The server does not show the token by which the record is written.
    case tokenHidden = "token-hidden"
    /// Both visitors have one token: a write could reach either.
    case sharedToken = "shared-token"
    /// The record is not what it was when it was read: others changed it.
    case recordChanged = "record-changed"
    /// The server refused the write.
    case refused
    case unsupportedVersion = "unsupported-version"

    /// One clause for a person.
    package var explanation: String {
        switch self {
        case .roomsNotSettled: "not all rooms of the old visitor are settled"
        case .roomsLeft: "the old visitor has rooms now"
        case .severalSurvivors: "its rooms went to different visitors"
        case .survivorMissing: "the survivor does not exist or is disabled"
        case .oldMissing: "the old visitor no longer exists"
        case .severalEmails: "the record has more than one e-mail address, and the server would keep only one"
        case .severalPhones: "the record has more than one telephone number, and the server would keep only one"
        case .emailDiffers: "the survivor has another e-mail address, so the old visitor keeps its own"
        case .phoneDiffers: "the survivor has another telephone number, so the old visitor keeps its own"
        case .nameMissing: "the record has no name, and the server does not store a contact without one"
        case .fieldNotText: "a custom field holds something else than a text"
        case .fieldNotDefined: "a custom field is no longer defined, and the server would drop its value"
        case .fieldSpelling: "a custom field is empty or has spaces around it, and the server would drop them"
        case .fieldRequired: "a custom field is required, and the record does not have it"
        case .tokenHidden: "the server does not show the token by which the record is written"
        case .sharedToken: "both visitors have the same token"
        case .recordChanged: "the record was changed by others"
        case .refused: "the server refused the write"
        case .unsupportedVersion: "the server cannot do it"
        }
    }
}

/// What became of a pair of an old visitor and its survivor.
package enum ContactOutcome: String, CaseIterable, Sendable {
    /// Not looked at yet.
    case pending
    /// Everything that was to be written is written.
    case consolidated
    /// Nothing was to be written.
    case unchanged
    /// Not, or not in full: a person has to look.
    case review
    /// A dry run would consolidate it.
    case planned
    /// Both records are as they were before.
    case restored
}
