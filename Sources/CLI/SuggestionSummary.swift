import Model
import Suggestion

/// What `suggest` prints at its end: numbers and file names, nobody's data.
struct SuggestionSummary: Sendable {
    var path: String
    /// The list of what is set aside.
    var listPath: String
    var kinds: [EvidenceKind]
    var grouping: GroupingRules
    var findings: Findings
    var tally: SuggestionFiles.Tally
    /// Nobody has what the visitor to keep is chosen by.
    var keepsByID: Bool
    /// `nil` if a server was read.
    var export: Export.Tally?

    /// Something besides the suggestions is worth a look even for those who want to be left alone.
    var needsAttention: Bool { (export?.bad ?? 0) > 0 }

    var text: String {
        var text = [
            "\(counted(findings.visitors, "visitor")) read, \(findings.withEvidence) with evidence "
                + "(\(kinds.map(\.description).joined(separator: ", "))).",
            tally.groups == 0
                ? "No duplicates found: \(path) has only its header."
                : "\(counted(tally.groups, "group")) of visitors that are evidently one person: "
                    + "\(counted(tally.merges, "merge")) suggested.",
        ]
        text += notes
        if tally.listed > 0 {
            text += ["", "Set aside, and listed in \(listPath):"] + setAside.map { "  " + $0 }
        }
        if tally.groups > 0 {
            text += [
                "", "Mapping: \(path). It names people: look through it, and keep it to yourself.",
                "Next: visitor-merge lint \(path.quotedForShell)",
            ]
        }
        return text.joined(separator: "\n")
    }

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
            notes.append("Nobody's last chat is known, so of each group the visitor whose id comes first is kept.")
        }
        guard let export else { return notes }
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
        return notes
    }

    /// A field with another name is the likeliest reason, and looks like a workspace without duplicates.
    private func sentence(about absent: EvidenceKind) -> String {
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
        if tally.unwritable > 0 {
            lines.append("\(counted(tally.unwritable, "visitor")) with an id that cannot stand in a mapping")
        }
        return lines
    }
}

private func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
