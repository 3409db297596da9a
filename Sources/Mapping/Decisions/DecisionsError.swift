import Model

/// Why decisions cannot be used; each case says what to do.
///
/// A decision that is overlooked may join two persons, so nothing of a file is used unless all of it can be read.
package enum DecisionsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A decision that cannot be read, or that agrees with no other one.
    package struct Fault: Sendable, Equatable {
        package var lines: [Int]
        package var why: String

        package init(lines: [Int], why: String) {
            self.lines = lines
            self.why = why
        }
    }

    /// The file itself cannot be read.
    case file(path: String, MappingError)
    case missingColumns(path: String, missing: [String], found: [String])
    case repeatedColumn(path: String, name: String)
    /// The first faults, and how many there are.
    case unreadable(path: String, [Fault], count: Int)
    case contradictions(path: String, [Fault], count: Int)

    /// Faults that are told one by one.
    package static let examples = 5

    package var description: String {
        switch self {
        case .file(let path, let error):
            "The decisions in \(path.shown) cannot be read: \(error)"
        case .missingColumns(let path, let missing, let found):
            "The decisions in \(path.shown) have no \(missing.count == 1 ? "column" : "columns") "
                + "\(missing.joined(separator: " and ")). The header has \(found.listedForPerson), and it has to have "
                + "old_visitor_id, new_visitor_id and decision."
        case .repeatedColumn(let path, let name):
            "The decisions in \(path.shown) have more than one column \(name): delete or rename all but one."
        case .unreadable(let path, let faults, let count):
            "\(count == 1 ? "A decision" : "\(count) decisions") in \(path.shown) cannot be read "
                + "(\(Self.list(faults, of: count))). Correct the file: a decision that is overlooked could join two "
                + "persons, so none is used."
        case .contradictions(let path, let faults, let count):
            "\(count == 1 ? "A decision" : "\(count) decisions") in \(path.shown) "
                + "\(count == 1 ? "contradicts" : "contradict") others (\(Self.list(faults, of: count))). Delete the "
                + "lines that are wrong, and run the same command again."
        }
    }

    private static func list(_ faults: [Fault], of count: Int) -> String {
        let told = faults.map { fault in
            "line\(fault.lines.count == 1 ? "" : "s") \(fault.lines.map(String.init).joined(separator: ", ")): \(fault.why)"
        }
        return (told + (count > faults.count ? ["and more"] : [])).joined(separator: "; ")
    }
}
