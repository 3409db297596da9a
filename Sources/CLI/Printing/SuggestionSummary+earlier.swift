import Matching
import Model

extension SuggestionSummary {
    /// What earlier decisions and runs came to; lines are those of the file of decisions.
    var earlierNotes: [String] {
        let (decisions, undone) = (earlier.decisions, earlier.undone)
        var notes: [String] = []
        if let path = decisionsPath {
            notes.append(
                "\(counted(decisions.merges + decisions.apart, "decision")) from \(path.shown): \(decisions.merges) to merge, "
                    + "\(decisions.apart) to keep apart.")
        }
        if findings.unknownDecisions > 0 {
            notes.append(
                "\(counted(findings.unknownDecisions, "decision")) about visitors that are not there any more "
                    + "(\(Self.lines(findings.firstUnknownDecisions, of: findings.unknownDecisions))): kept, and not "
                    + "suggested.")
        }
        if decisions.outdated > 0 {
            notes.append(
                "\(counted(decisions.outdated, "decision")) with another survivor than a newer one "
                    + "(\(Self.lines(decisions.firstOutdated, of: decisions.outdated))): the newer one counts.")
        }
        if findings.redirected > 0 {
            notes.append(
                "\(counted(findings.redirected, "decision")) to merge into a visitor that was itself merged: the one that "
                    + "has its rooms now takes its place.")
        }
        if findings.made > 0 {
            let returned =
                findings.returned == 0
                ? "" : " To \(counted(findings.returned, "old visitor")) came a conversation since."
            notes.append("\(counted(findings.made, "merge")) made by earlier runs.\(returned)")
        }
        if findings.madeApart > 0 {
            notes.append(
                "\(counted(findings.madeApart, "merge")) made by earlier runs between visitors that decisions keep apart: undo "
                    + "moves their rooms back.")
        }
        notes += undone.map { "The run of \($0.shown) was undone: its merges count as not made." }
        return notes
    }

    private static func lines(_ lines: [Int], of count: Int) -> String {
        "line\(lines.count == 1 ? "" : "s") \(lines.map(String.init).joined(separator: ", "))"
            + (count > lines.count ? " and more" : "")
    }
}
