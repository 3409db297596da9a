import FoundationEssentials
import TestSupport
import Testing

/// An article of a DocC catalog, as far as it can be cited.
struct Article {
    /// The name under which it is cited, which is that of its file.
    let name: String
    let catalog: String
    let headings: Set<String>
    /// Where its links lead: the name of an article and, perhaps, an anchor in it.
    let links: [(article: String, anchor: String?)]

    /// The page from which all others of the catalog are reached.
    var isFirst: Bool { name == "Documentation" }

    init(path: String) throws {
        let parts = path.split(separator: "/")
        name = String(parts.last?.dropLast(".md".count) ?? "")
        catalog = parts.dropLast().joined(separator: "/")
        let text = try Document.text(path)
        var headings: Set<String> = []
        var isCode = false
        for line in text.split(separator: "\n") {
            if line.hasPrefix("```") { isCode.toggle() }
            if !isCode, let heading = line.wholeMatch(of: /##+ (.+)/)?.1 { headings.insert(String(heading)) }
        }
        self.headings = headings
        links = text.matches(of: /<doc:([^>#]+)(?:#([^>]+))?>/).map { (String($0.1), $0.2.map(String.init)) }
    }

    /// Whether a link to an anchor ends at one of the headings.
    func hasAnchor(_ anchor: String) -> Bool {
        headings.contains { $0.replacing(" ", with: "-") == anchor }
    }

    /// All articles of the project.
    static func all() throws -> [Article] {
        try FileManager.default.subpathsOfDirectory(atPath: Document.path("Sources"))
            .filter { $0.contains(".docc/") && $0.hasSuffix(".md") }
            .map { try Article(path: "Sources/\($0)") }
    }
}

/// An article and a heading that a comment names, as in `TheServer, "Rate limits" and "Waiting"`.
struct Citation {
    var article: String
    var heading: String

    /// The citations in a comment.
    static func all(in comment: String) -> [Citation] {
        comment.matches(of: /([A-Z][A-Za-z]*), ("[^"]+"(?:(?:, | and |, and )"[^"]+")*)/).flatMap { match in
            match.2.matches(of: /"([^"]+)"/).map {
                Citation(article: String(match.1), heading: String($0.1))
            }
        }
    }
}

extension Document {
    /// What `grep` prints of the project's texts, line by line; it reads all of them in no time.
    static func grep(_ arguments: String...) async throws -> [String] {
        let grep = Program("/usr/bin/grep", in: path("."))
        let ended = try await grep.run(["-rIE"] + arguments) { _ in }
        #expect(ended.status <= 1, "\(ended)")
        return ended.lines
    }

    /// The comments of a file, each as one line.
    static func comments(in name: String) throws -> [String] {
        let isCode = name.hasSuffix(".swift") || name.hasSuffix(".c") || name.hasSuffix(".h")
        let mark = isCode ? "//" : "#"
        var comments: [String] = []
        var isOpen = false
        for line in try text(name).split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.drop { $0 == " " }
            guard trimmed.hasPrefix(mark) else {
                isOpen = false
                // A comment behind code stands for itself.
                if isCode, let start = line.firstRange(of: "// ") { comments.append(String(line[start.upperBound...])) }
                continue
            }
            let words = trimmed.drop { $0 == "/" || $0 == "#" }.drop { $0 == " " }
            if isOpen, !words.isEmpty, let last = comments.popLast() {
                comments.append(last + " " + words)
            } else {
                comments.append(String(words))
            }
            isOpen = !words.isEmpty
        }
        return comments
    }
}
