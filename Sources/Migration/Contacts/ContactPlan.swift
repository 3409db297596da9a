package import Model
package import RocketChat

/// What is to be written so that a merge lasts, as a value of the records alone (TheContacts, "What is written").
///
/// Nothing is ever overwritten: the survivor gets what it lacks, and the old visitor loses what the survivor has then.
package struct ContactPlan: Sendable, Equatable {
    /// The survivor's record with what it lacked.
    package var survivor: ContactRecord
    /// The old visitor's record without what the survivor has.
    package var old: ContactRecord
    /// What the survivor got: `email`, `phone`, or `field:NAME`, sorted.
    package var copied: [String]
    /// What differs and stays with the old visitor: `email`, `phone`, `name`, `manager`, or `field:NAME`, sorted.
    package var differs: [String]

    /// An address that stays with the old visitor: the next message from it arrives there.
    package var leavesAddress: ContactReason? {
        if differs.contains("email") { return .emailDiffers }
        return differs.contains("phone") ? .phoneDiffers : nil
    }

    /// What two records come to.
    package enum Decision: Sendable, Equatable {
        case write(ContactPlan)
        /// Nothing is written of either, and a person has to look.
        case review(ContactReason, of: VisitorID)
    }

    /// Decides about one old visitor.
    ///
    /// `survivor` is the record as earlier old visitors of the same survivor have made it; `willBeWritten` is true if it is
    /// written in any case, so that its rooms get its name. `retires` is false if old visitors keep their addresses.
    package static func decide(
        survivor: ContactRecord, old: ContactRecord, on version: ServerVersion, fields: [CustomFieldDefinition],
        retires: Bool, willBeWritten: Bool
    ) -> Decision {
        guard version.replacesContacts else { return .review(.unsupportedVersion, of: survivor.id) }
        for record in [survivor, old] {
            if record.emails.count > 1 { return .review(.severalEmails, of: record.id) }
            if record.phones.count > 1 { return .review(.severalPhones, of: record.id) }
        }
        var plan = ContactPlan(survivor: survivor, old: old, retires: retires)
        if willBeWritten || plan.survivor != survivor {
            plan.survivor = plan.survivor.asStored
            if plan.survivor.emails != survivor.emails, !plan.copied.contains("email") {
                plan.copied.insert("email", at: 0)
            }
        }
        if plan.old != old { plan.old = plan.old.asStored }
        for (before, after, isWritten) in [
            (survivor, plan.survivor, willBeWritten || plan.survivor != survivor), (old, plan.old, plan.old != old),
        ] where isWritten {
            if let reason = ContactReason(againstWriting: before, as: after, fields) {
                return .review(reason, of: before.id)
            }
        }
        return .write(plan)
    }

    private init(survivor: ContactRecord, old: ContactRecord, retires: Bool) {
        var merged = survivor
        var rest = old
        var copied: [String] = []
        var differs: [String] = []
        func carry(_ what: String, _ part: WritableKeyPath<ContactRecord, [String]>) {
            guard !old[keyPath: part].isEmpty else { return }
            if survivor[keyPath: part].isEmpty {
                merged[keyPath: part] = old[keyPath: part]
                copied.append(what)
            } else if survivor.asStored[keyPath: part] != old.asStored[keyPath: part] {
                differs.append(what)
                return
            } else if survivor[keyPath: part] != survivor.asStored[keyPath: part] {
                // In capital letters the server would not find it.
                merged[keyPath: part] = survivor.asStored[keyPath: part]
                copied.append(what)
            }
            if retires { rest[keyPath: part] = [] }
        }
        carry("email", \.emails)
        carry("phone", \.phones)
        for (name, value) in old.fields {
            if let own = survivor.fields[name] {
                if own != value { differs.append("field:\(name)") }
            } else {
                merged.fields[name] = value
                copied.append("field:\(name)")
            }
        }
        if let name = old.name, name != survivor.name { differs.append("name") }
        if let manager = old.contactManager, manager != survivor.contactManager { differs.append("manager") }
        self.survivor = merged
        self.old = rest
        self.copied = copied.sorted()
        self.differs = differs.sorted()
    }
}

extension ServerVersion {
    /// True if writing a contact removes what is left out, and takes custom fields as they are meant (TheContacts,
    /// "What the server does"): 6.3 up to, but not including, 7.0.
    package var replacesContacts: Bool { (6, 3) <= (major, minor) && major < 7 }

    /// Why contacts of this version cannot be consolidated; `nil` if they can.
    package var contactRefusal: Stop? {
        guard !replacesContacts else { return nil }
        if isPastEndpoint {
            return Stop(
                .versionTooNew,
                "the server runs Rocket.Chat \(self), where contacts took the place of visitors in 7.0: a merge has to be "
                    + "finished before the upgrade")
        }
        return Stop(
            .endpointMissing,
            "the server runs Rocket.Chat \(self), which cannot take an address away from a visitor: that came with 6.3")
    }
}

extension ContactReason {
    /// Why a record must not be written: the server would lose or change something without being asked, or refuse.
    fileprivate init?(
        againstWriting before: ContactRecord, as after: ContactRecord, _ definitions: [CustomFieldDefinition]
    ) {
        let known = definitions.filter { $0.scope == "visitor" }
        if (after.name ?? "").allSatisfy(\.isWhitespace) {
            self = .nameMissing
        } else if !before.otherFields.isEmpty {
            self = .fieldNotText
        } else if after.fields.keys.contains(where: { name in !known.contains { $0.id == name } }) {
            self = .fieldNotDefined
        } else if after.fields.values.contains(where: { $0.isEmpty || $0.hasSpacesAround }) {
            self = .fieldSpelling
        } else if known.contains(where: { $0.isRequired && after.fields[$0.id] == nil }) {
            self = .fieldRequired
        } else {
            return nil
        }
    }
}

extension ContactRecord {
    /// The record as the server stores it when it is written: with e-mail addresses in lower case and without spaces.
    package var asStored: ContactRecord {
        var record = self
        record.emails = emails.map(\.asStored)
        return record
    }
}

extension String {
    /// An e-mail address as the server stores it.
    fileprivate var asStored: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text.lowercased()
    }

    fileprivate var hasSpacesAround: Bool { first?.isWhitespace == true || last?.isWhitespace == true }
}
