import FoundationEssentials
import Journal
import Mapping
import Model
import Report

/// What `lint` found in a mapping.
struct LintFindings: Sendable {
    var source: String
    var lines: Int
    var operations: Int
    var visitorLines: Int
    var findings: [Finding]
    var notes: MappingNotes

    var rejected: Int { findings.filter(\.isRejection).reduce(0) { $0 + $1.count } }

    var isClean: Bool { rejected == 0 }

    var text: String {
        var text = ["\(source.shown): \(lines) \(lines == 1 ? "line" : "lines"), \(rejected) rejected."]
        text.append("  \(operations) rooms to move by room lines, \(visitorLines) visitor lines")
        for finding in findings {
            text.append("")
            text.append("\(finding.reason.rawValue): \(finding.count) — \(finding.reason.explanation)")
            for (line, detail) in finding.examples {
                text.append("  line \(line): \(detail)")
            }
            if finding.count > finding.examples.count {
                text.append("  and \(finding.count - finding.examples.count) more")
            }
        }
        let sentences = notes.sentences
        if !sentences.isEmpty {
            text += [""] + sentences
        }
        text += [
            "",
            isClean
                ? "Next: visitor-merge rehearse \(source.fileForShell)"
                : "Next: correct the rejected lines, or go on without them: visitor-merge rehearse "
                    + source.fileForShell,
        ]
        return text.joined(separator: "\n")
    }

    func json() throws -> String {
        try jsonText(Keys(self))
    }

    private struct Keys: Encodable {
        var schema = "visitor-merge/lint/1"
        var mapping: String
        var lines: Int
        var rejected: Int
        var operations: Int
        var visitor_lines: Int
        var reasons: [String: Reason]
        var ignored_columns: [String]
        var trimmed_lines: Int
        var blank_lines: Int

        init(_ lint: LintFindings) {
            mapping = lint.source
            lines = lint.lines
            rejected = lint.rejected
            operations = lint.operations
            visitor_lines = lint.visitorLines
            reasons = Dictionary(uniqueKeysWithValues: lint.findings.map { ($0.reason.rawValue, Reason($0)) })
            ignored_columns = lint.notes.ignoredColumns
            trimmed_lines = lint.notes.trimmedLines
            blank_lines = lint.notes.blankLines
        }
    }

    private struct Reason: Encodable {
        var count: Int
        var rejects: Bool
        var first: [Example]

        init(_ finding: Finding) {
            count = finding.count
            rejects = finding.isRejection
            first = finding.examples.map { Example(line: $0.line, detail: $0.detail) }
        }
    }

    private struct Example: Encodable {
        var line: Int
        var detail: String
    }
}
