import Migration
import Model
import RocketChat
import Testing

/// Every decision about two records: what is written, or why not.
@Suite struct ContactPlanTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var survivor = ContactRecord(id: "new", name: "Ann", fields: [:])
        var old = ContactRecord(id: "old", name: "Ann", fields: [:])
        var version = "6.9.2"
        var fields = [CustomFieldDefinition(id: "crm"), CustomFieldDefinition(id: "vip")]
        var retires = true
        var willBeWritten = false
        /// The survivor, the old visitor, what was copied, what differs; or the reason with whose record it is.
        var expected: Expected

        enum Expected: Sendable, Equatable {
            case write(new: ContactRecord, old: ContactRecord, copied: [String] = [], differs: [String] = [])
            case review(ContactReason, of: VisitorID)
        }

        init(
            _ description: String, new: ContactRecord = ContactRecord(id: "new", name: "Ann"),
            old: ContactRecord = ContactRecord(id: "old", name: "Ann"), version: String = "6.9.2",
            fields: [CustomFieldDefinition]? = nil, retires: Bool = true, willBeWritten: Bool = false,
            _ expected: Expected
        ) {
            testDescription = description
            survivor = new
            self.old = old
            self.version = version
            if let fields { self.fields = fields }
            self.retires = retires
            self.willBeWritten = willBeWritten
            self.expected = expected
        }
    }

    private static func new(
        _ name: String? = "Ann", emails: [String] = [], phones: [String] = [], fields: [String: String] = [:],
        others: [String] = [], manager: String? = nil
    ) -> ContactRecord {
        ContactRecord(
            id: "new", name: name, emails: emails, phones: phones, fields: fields, otherFields: others,
            contactManager: manager)
    }

    private static func old(
        _ name: String? = "Ann", emails: [String] = [], phones: [String] = [], fields: [String: String] = [:],
        others: [String] = [], manager: String? = nil
    ) -> ContactRecord {
        ContactRecord(
            id: "old", name: name, emails: emails, phones: phones, fields: fields, otherFields: others,
            contactManager: manager)
    }

    static let cases: [Case] = [
        Case("nothing on either side", .write(new: new(), old: old())),
        Case(
            "an e-mail address that the survivor lacks", new: new(), old: old(emails: ["a@x.org"]),
            .write(new: new(emails: ["a@x.org"]), old: old(), copied: ["email"])),
        Case(
            "a telephone number that the survivor lacks", new: new(emails: ["a@x.org"]), old: old(phones: ["+491"]),
            .write(new: new(emails: ["a@x.org"], phones: ["+491"]), old: old(), copied: ["phone"])),
        Case(
            "the same addresses on both sides", new: new(emails: ["a@x.org"], phones: ["+491"]),
            old: old(emails: ["a@x.org"], phones: ["+491"]),
            .write(new: new(emails: ["a@x.org"], phones: ["+491"]), old: old())),
        Case(
            "another e-mail address stays where it is, and the number goes", new: new(emails: ["a@x.org"]),
            old: old(emails: ["b@x.org"], phones: ["+491"]),
            .write(
                new: new(emails: ["a@x.org"], phones: ["+491"]), old: old(emails: ["b@x.org"]), copied: ["phone"],
                differs: ["email"])),
        Case(
            "another spelling of a number is another number", new: new(phones: ["+491"]), old: old(phones: ["00491"]),
            .write(new: new(phones: ["+491"]), old: old(phones: ["00491"]), differs: ["phone"])),
        Case(
            "without retiring, the old visitor keeps everything", new: new(),
            old: old(emails: ["a@x.org"], phones: ["+491"]), retires: false,
            .write(
                new: new(emails: ["a@x.org"], phones: ["+491"]), old: old(emails: ["a@x.org"], phones: ["+491"]),
                copied: ["email", "phone"])),
        Case(
            "a field that the survivor lacks", new: new(fields: ["vip": "yes"]), old: old(fields: ["crm": "7"]),
            .write(
                new: new(fields: ["vip": "yes", "crm": "7"]), old: old(fields: ["crm": "7"]), copied: ["field:crm"])),
        Case(
            "a field with another value is never overwritten", new: new(fields: ["crm": "8"]),
            old: old(fields: ["crm": "7"]),
            .write(new: new(fields: ["crm": "8"]), old: old(fields: ["crm": "7"]), differs: ["field:crm"])),
        Case(
            "another name is listed, and the old visitor keeps its own", new: new("Ann Example"),
            old: old("A.", emails: ["a@x.org"]),
            .write(
                new: new("Ann Example", emails: ["a@x.org"]), old: old("A."), copied: ["email"], differs: ["name"])),
        Case(
            "a contact manager is sent back, and never carried over", new: new(emails: ["a@x.org"], manager: "agt"),
            old: old(phones: ["+491"], manager: "bea"),
            .write(
                new: new(emails: ["a@x.org"], phones: ["+491"], manager: "agt"), old: old(manager: "bea"),
                copied: ["phone"], differs: ["manager"])),
        Case(
            "the survivor has two e-mail addresses", new: new(emails: ["a@x.org", "b@x.org"]), old: old(),
            .review(.severalEmails, of: "new")),
        Case(
            "the old visitor has two e-mail addresses", new: new(), old: old(emails: ["a@x.org", "b@x.org"]),
            .review(.severalEmails, of: "old")),
        Case("the survivor has two numbers", new: new(phones: ["1", "2"]), .review(.severalPhones, of: "new")),
        Case("the old visitor has two numbers", old: old(phones: ["1", "2"]), .review(.severalPhones, of: "old")),
        Case(
            "a survivor without a name that would be written", new: new(nil), old: old(emails: ["a@x.org"]),
            .review(.nameMissing, of: "new")),
        Case(
            "an old visitor with a blank name that would be written", old: old(" ", emails: ["a@x.org"]),
            .review(.nameMissing, of: "old")),
        Case(
            "without a name, where nothing is written", new: new(nil), old: old(nil),
            .write(new: new(nil), old: old(nil))),
        Case(
            "a survivor without a name whose rooms are to be renamed", new: new(nil), old: old(), willBeWritten: true,
            .review(.nameMissing, of: "new")),
        Case(
            "an e-mail address in capital letters is stored in lower case", new: new(),
            old: old(emails: ["Ann@x.org"]),
            .write(new: new(emails: ["ann@x.org"]), old: old(), copied: ["email"])),
        Case(
            "one spelling of an address is as good as another", new: new(emails: ["ann@x.org"]),
            old: old(emails: [" Ann@X.org"]), .write(new: new(emails: ["ann@x.org"]), old: old())),
        Case(
            "the survivor's capital letters go, because the server does not find them", new: new(emails: ["Ann@x.org"]),
            old: old(emails: ["ann@x.org"]), .write(new: new(emails: ["ann@x.org"]), old: old(), copied: ["email"])),
        Case(
            "they go with any write of the record", new: new(emails: ["Ann@x.org"]), old: old(phones: ["+491"]),
            .write(new: new(emails: ["ann@x.org"], phones: ["+491"]), old: old(), copied: ["email", "phone"])),
        Case(
            "another address in capital letters stays, as it is stored",
            new: new(emails: ["a@x.org"], phones: ["+491"]),
            old: old(emails: ["B@x.org"], phones: ["+491"]),
            .write(new: new(emails: ["a@x.org"], phones: ["+491"]), old: old(emails: ["b@x.org"]), differs: ["email"])),
        Case(
            "capital letters where nothing is written", new: new(emails: ["Ann@x.org"]), old: old(),
            .write(new: new(emails: ["Ann@x.org"]), old: old())),
        Case(
            "a field that is a number", new: new(others: ["crm"]), old: old(emails: ["a@x.org"]),
            .review(.fieldNotText, of: "new")),
        Case(
            "a field that is a number, on the record that loses its address", new: new(emails: ["a@x.org"]),
            old: old(emails: ["a@x.org"], others: ["crm"]), .review(.fieldNotText, of: "old")),
        Case(
            "a field that is no longer defined", new: new(fields: ["gone": "1"]), old: old(emails: ["a@x.org"]),
            .review(.fieldNotDefined, of: "new")),
        Case(
            "a field of rooms is none of visitors", new: new(fields: ["crm": "1"]), old: old(emails: ["a@x.org"]),
            fields: [CustomFieldDefinition(id: "crm", scope: "room")], .review(.fieldNotDefined, of: "new")),
        Case(
            "a value with spaces around it", new: new(fields: ["crm": " 1"]), old: old(emails: ["a@x.org"]),
            .review(.fieldSpelling, of: "new")),
        Case(
            "an empty value", new: new(fields: ["crm": ""]), old: old(emails: ["a@x.org"]),
            .review(.fieldSpelling, of: "new")),
        Case(
            "a required field that neither has", new: new(), old: old(emails: ["a@x.org"]),
            fields: [CustomFieldDefinition(id: "crm", isRequired: true)], .review(.fieldRequired, of: "new")),
        Case(
            "a required field that the old visitor brings along", new: new(),
            old: old(emails: ["a@x.org"], fields: ["crm": "7"]),
            fields: [CustomFieldDefinition(id: "crm", isRequired: true)],
            .write(
                new: new(emails: ["a@x.org"], fields: ["crm": "7"]), old: old(fields: ["crm": "7"]),
                copied: ["email", "field:crm"])),
        Case(
            "a required field that only the old visitor lacks", new: new(emails: ["a@x.org"], fields: ["crm": "7"]),
            old: old(emails: ["a@x.org"]), fields: [CustomFieldDefinition(id: "crm", isRequired: true)],
            .review(.fieldRequired, of: "old")),
        Case("before 6.3 an address cannot be taken away", version: "6.2.9", .review(.unsupportedVersion, of: "new")),
        Case("6.3 is the first release that can", version: "6.3.0", .write(new: new(), old: old())),
        Case("6.13 is the last one", version: "6.13.1", .write(new: new(), old: old())),
        Case("from 7.0 on there are contacts instead", version: "7.0.0", .review(.unsupportedVersion, of: "new")),
    ]

    @Test(arguments: cases) func `Two records come to what is written, or to why not`(_ one: Case) throws {
        let version = try #require(ServerVersion(parsing: one.version))
        let decision = ContactPlan.decide(
            survivor: one.survivor, old: one.old, on: version, fields: one.fields, retires: one.retires,
            willBeWritten: one.willBeWritten)
        switch decision {
        case .write(let plan):
            #expect(
                one.expected
                    == .write(new: plan.survivor, old: plan.old, copied: plan.copied, differs: plan.differs))
        case .review(let reason, let visitor): #expect(one.expected == .review(reason, of: visitor))
        }
    }

    @Test func `Nothing that either record had is in neither of them afterwards`() throws {
        let version = try #require(ServerVersion(parsing: "6.9"))
        for one in Self.cases {
            guard
                case .write(let plan) = ContactPlan.decide(
                    survivor: one.survivor, old: one.old, on: version, fields: one.fields, retires: one.retires,
                    willBeWritten: one.willBeWritten)
            else { continue }
            for (before, after) in [(one.survivor, plan.survivor), (one.old, plan.old)] {
                #expect(before.name == after.name && before.contactManager == after.contactManager)
                for address in before.emails + before.phones {
                    let kept = after.emails + after.phones + plan.survivor.emails + plan.survivor.phones
                    #expect(kept.map { $0.lowercased() }.contains(address.lowercased().filter { $0 != " " }))
                }
                for (name, value) in before.fields { #expect(after.fields[name] == value) }
            }
        }
    }
}

extension VisitorID: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self.init(value) }
}
