import FoundationEssentials
import Journal
import Mapping
import Model
import Report

/// What `lint` found in a mapping.
struct LintFindings: Sendable {
    var source: MappingSource
    var lines: Int
    var operations: Int
    var visitorLines: Int
    var findings: [Finding]
    var notes: MappingNotes
    /// The command to go on with; `nil` where there is none.
    var next: String?

    var rejected: Int { findings.filter(\.isRejection).reduce(0) { $0 + $1.count } }

    var isClean: Bool { rejected == 0 }

    var text: String {
        let isEmpty = lines == 0
        var text = isEmpty ? ["\(source.title) has a header and no lines: there is nothing to do."] : head
        // What has to be corrected stands first.
        for finding in findings.filter(\.isRejection) + findings.filter({ !$0.isRejection }) {
            text += [""] + Self.lines(about: finding)
        }
        let sentences = notes.sentences(about: source)
        if !sentences.isEmpty {
            text += [""] + sentences
        }
        if let next, !isEmpty {
            guard rejected < lines else {
                return (text + ["", "No line can be used: correct the mapping first."]).joined(separator: "\n")
            }
            text += [""] + (isClean ? [] : ["Correct the rejected lines, or go on without them."]) + ["Next: " + next]
        }
        return text.joined(separator: "\n")
    }

    private var head: [String] {
        [
            "\(source.title): \(counted(lines, "line")), \(rejected.grouped) rejected.",
            "  \(counted(operations, "room")) to move by room lines, \(counted(visitorLines, "visitor line"))",
        ]
    }

    private static func lines(about finding: Finding) -> [String] {
        let remark = finding.isRejection ? "" : "; nothing has to be done"
        var lines = ["\(finding.reason.rawValue): \(finding.count.grouped) — \(finding.reason.explanation)\(remark)"]
        lines += finding.examples.map { "  line \($0.line): \($0.detail)" }
        let rest = finding.count - finding.examples.count
        return rest > 0 ? lines + ["  and \(rest.grouped) more"] : lines
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
        var notes: [String]

        init(_ lint: LintFindings) {
            mapping = lint.source.name
            lines = lint.lines
            rejected = lint.rejected
            operations = lint.operations
            visitor_lines = lint.visitorLines
            reasons = Dictionary(uniqueKeysWithValues: lint.findings.map { ($0.reason.rawValue, Reason($0)) })
            ignored_columns = lint.notes.ignoredColumns
            trimmed_lines = lint.notes.trimmed.count
            blank_lines = lint.notes.blankLines
            notes = lint.notes.sentences(about: lint.source)
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
