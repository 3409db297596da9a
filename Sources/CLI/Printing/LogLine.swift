import FoundationEssentials
import Model
import Report

/// How everything that goes to standard error is written.
enum LogFormat: String, CaseIterable, Sendable {
    /// Sentences as they are, and log lines with time and level.
    case text
    /// Each line one JSON object, sentences and progress too.
    case json
}

/// A line of the log: what happened, when, and how much it matters.
struct LogLine: Sendable, Encodable {
    var time: Timestamp
    var level: String
    var message: String
    /// What varies from line to line.
    var facts: [String: String] = [:]

    /// For a person: the time as the clock on the wall has it, facts in the order of their names.
    ///
    /// Shows nothing that a terminal obeys.
    func text(clock: LocalClock) -> String {
        let facts = facts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.shown)" }
        return (["\(clock.dayAndTime(time)) \(level) visitor-merge: \(message.shown)"] + facts).joined(separator: " ")
    }

    /// For a machine: the time in UTC.
    var json: String {
        // Texts and a dictionary of texts: nothing that could not be encoded.
        (try? jsonText(self, isOneLine: true)) ?? ""
    }

    private enum Key: String, CodingKey {
        case time, level, message
    }

    private struct Fact: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) {
            self.stringValue = stringValue
        }

        init?(intValue: Int) { nil }
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: Fact.self)
        for (name, value) in facts where Key(rawValue: name) == nil {
            try fields.encode(value.shown, forKey: Fact(stringValue: name))
        }
        var own = encoder.container(keyedBy: Key.self)
        try own.encode(time.iso8601, forKey: .time)
        try own.encode(level, forKey: .level)
        try own.encode(message.shown, forKey: .message)
    }
}
