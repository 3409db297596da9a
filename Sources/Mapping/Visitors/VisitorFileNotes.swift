package import Model

/// What was noticed while an export of visitors was read that no record can tell.
package struct VisitorFileNotes: Sendable, Equatable {
    /// The values of one field.
    package struct Values: Sendable, Equatable {
        /// The name that an export has for the field.
        package var name: String
        package var field: VisitorFields
        /// How many there are.
        package var count = 0
        /// How many of them cannot be read.
        package var unreadable = 0
        /// The lines of the first few of those.
        package var firstLines: [Int] = []
    }

    /// In a fixed order; fields without values are among them.
    package private(set) var values = VisitorFields.named.map { Values(name: $0.name, field: $0.field) }

    /// The first names of columns or keys that are not read and look as if they were meant to be, fit to print.
    package internal(set) var lookalikes: [String] = []

    /// Lines with text that is not UTF-8.
    package internal(set) var notUTF8 = MappingNotes.Occurrences()

    /// What is known of the encoding of those.
    package internal(set) var foreignText = ForeignText()

    /// Lines that are told one by one.
    private static let examples = 5

    package init() {}

    mutating func add(_ seen: VisitorFields, _ unreadable: VisitorFields, line: Int) {
        guard !seen.isEmpty else { return }
        for index in values.indices where seen.contains(values[index].field) {
            values[index].count += 1
            guard unreadable.contains(values[index].field) else { continue }
            values[index].unreadable += 1
            if values[index].firstLines.count < Self.examples { values[index].firstLines.append(line) }
        }
    }
}
