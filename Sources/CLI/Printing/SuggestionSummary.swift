import Mapping
import Model
import Matching

/// What `suggest` prints at its end: numbers and file names, nobody's data.
struct SuggestionSummary: Sendable {
    var path: String
    /// The list of what is set aside.
    var listPath: String
    /// The page to review the mapping on.
    var pagePath: String
    var kinds: [MatchKey]
    var grouping: GroupingRules
    var keep: SurvivorRule
    var findings: Findings
    var earlier: EarlierWork.Tally
    /// The file of decisions; `nil` if there was none.
    var decisionsPath: String?
    var tally: SuggestionFiles.Tally
    /// Nobody has what the visitor to keep is chosen by.
    var keepsByID: Bool
    /// `nil` if a server was read.
    var export: Export.Tally?
    /// Visitors of a server with a value that decides and cannot be read.
    var unreadable: Int

    /// Some of what was to be read could not be, and may have hidden a duplicate or the right visitor to keep.
    var needsAttention: Bool {
        comparedNothing || (export?.bad ?? 0) > 0 || unreadable > 0 || unreadableValues.contains { decides($0.field) }
    }

    /// Columns that look like the ones to compare by were not read, and nothing else could be compared.
    private var comparedNothing: Bool {
        findings.visitors > 0 && findings.withEvidence == 0 && export?.notes.lookalikes.isEmpty == false
    }

    var text: String {
        var text = [
            "\(counted(findings.visitors, "visitor")) read, \(findings.withEvidence) with evidence "
                + "(\(kinds.map(\.description).joined(separator: ", "))).",
            comparedNothing
                ? "Nothing could be compared: \(path) has only its header."
                : tally.groups == 0
                    ? "\(isNothingKnown ? "No duplicates found" : "No merges suggested"): \(path) has only its header."
                    : "\(counted(tally.groups, "group")) of visitors that are evidently one person: "
                        + "\(counted(tally.merges, "merge")) suggested.",
        ]
        text += earlierNotes + notes
        if tally.listed > 0 {
            text += ["", "Set aside, and listed in \(listPath):"] + setAside.map { "  " + $0 }
        }
        if tally.groups > 0 {
            text += [
                "", "Mapping: \(path). It names people: look through it, and keep it to yourself.",
                "Review: open \(pagePath) in a browser, decide there, and save both files.",
                "Next: visitor-merge lint \(path.fileForShell)",
            ]
        }
        return text.joined(separator: "\n")
    }

    private var isNothingKnown: Bool { tally.listed == 0 && decisionsPath == nil && findings.made == 0 }

    private var notes: [String] {
        var notes: [String] = []
        if findings.visitors > 0 { notes += findings.absent.map { sentence(about: $0) } }
        if findings.missing > 0 {
            notes.append(
                "The server counts \(findings.missing) more: they came while the list was read, and another suggest "
                    + "will find them.")
        } else if findings.missing < 0 {
            notes.append(
                "\(-findings.missing) of them went away while the list was read; an audit will tell if one of them "
                    + "matters.")
        }
        if keepsByID, tally.groups > 0 {
            notes.append(
                keep == .firstMatch
                    ? "The server finds none of the values, so of each group the visitor whose id comes first is kept."
                    : "Nobody's last chat is known, so of each group the visitor whose id comes first is kept.")
        }
        if unreadable > 0 {
            notes.append("\(counted(unreadable, "visitor")) with a lastChat that cannot be read.")
        }
        guard let export else { return notes }
        notes += unreadableNotes
        if !export.notes.lookalikes.isEmpty {
            notes.append(
                "Not read, but named like columns to compare by: "
                    + export.notes.lookalikes.map { "“\($0)”" }.joined(separator: ", ")
                    + ". Rename those that are: several addresses or numbers can be email, email.2, phone, phone.2.")
        }
        if export.repeated > 0 {
            notes.append("\(counted(export.repeated, "line")) of the export repeated a visitor.")
        }
        if export.disabled > 0 {
            notes.append("\(counted(export.disabled, "disabled visitor")) passed over.")
        }
        if export.bad > 0 {
            let examples = export.firstBad.map { "line \($0.line): \($0.why)" }.joined(separator: "; ")
            let more = export.bad > export.firstBad.count ? "; and more" : ""
            notes.append("\(counted(export.bad, "line")) of the export cannot be read (\(examples)\(more)).")
        }
        if export.notes.notUTF8.count > 0 {
            let foreign = export.notes.foreignText
            let command = "Send the export through this command first: iconv -f windows-1252 -t utf-8"
            notes.append(
                foreign.sentence(export.notes.notUTF8) + (foreign.mayBeConverted ? " \(command)" : ""))
        }
        return notes
    }

    private var unreadableValues: [VisitorFileNotes.Values] {
        export?.notes.values.filter { $0.unreadable > 0 } ?? []
    }

    /// Whether a value of the field has a say in who belongs together, or who is kept.
    private func decides(_ field: VisitorFields) -> Bool {
        let evidence: [VisitorFields] = kinds.map { kind in
            switch kind {
            case .email: .emails
            case .phone: .phones
            case .custom: .customFields
            case .username: []
            }
        }
        return evidence.contains(field) || keep.decidingFields.contains(field)
    }

    /// How many values of each field cannot be read.
    var unreadableCounts: [String: Int] {
        guard export != nil else { return unreadable > 0 ? ["lastChat": unreadable] : [:] }
        return Dictionary(uniqueKeysWithValues: unreadableValues.map { ($0.name, $0.unreadable) })
    }

    /// What cannot be read, with lines, and how it can be.
    private var unreadableNotes: [String] {
        guard !unreadableValues.isEmpty else { return [] }
        return unreadableValues.map { values in
            let lines = values.firstLines.map(String.init).joined(separator: ", ")
            let more = values.unreadable > values.firstLines.count ? " and more" : ""
            return "\(values.unreadable) of \(counted(values.count, "value")) of \(values.name) cannot be read (line"
                + "\(values.unreadable == 1 ? "" : "s") \(lines)\(more)): \(Self.advice(values.field))."
        } + ["Correct the export, and run the command again with --overwrite."]
    }

    private static func advice(_ field: VisitorFields) -> String {
        switch field {
        case .lastChat, .createdAt:
            "a date is written 2024-05-02T14:47:45Z, or in seconds or milliseconds since 1970"
        case .rooms: "a number of rooms is written in digits alone"
        case .disabled: "it is true or false"
        default: "a list or an object has to be JSON, as the server's own documents have it"
        }
    }

    /// A field with another name is the likeliest reason, and looks like a workspace without duplicates.
    private func sentence(about absent: MatchKey) -> String {
        let what = "No visitor has evidence of the kind \(absent)"
        if export != nil { return what + ": see that the export has it, under a name that suggest --help lists." }
        guard case .custom = absent else { return what + "." }
        return what + ": see that the field is spelt as the server spells it."
    }

    private var setAside: [String] {
        let largest = grouping.largestGroup
        var lines: [String] = []
        if findings.valuesSetAside > 0 {
            lines.append(
                "\(counted(findings.valuesSetAside, "value")) shared by more than \(largest) visitors, such as the "
                    + "mailbox of an office (--largest-group)")
        }
        if findings.groupsSetAside > 0 {
            lines.append(
                "\(counted(findings.groupsSetAside, "group")) of more than \(largest) visitors (--largest-group)")
        }
        if tally.undecided > 0 {
            lines.append(
                "\(counted(tally.undecided, "group")) without a survivor, because a value that decides cannot be read")
        }
        if tally.unwritable > 0 {
            lines.append("\(counted(tally.unwritable, "visitor")) with an id that cannot stand in a mapping")
        }
        return lines
    }
}

private func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
