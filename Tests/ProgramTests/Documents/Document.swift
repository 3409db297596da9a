import FoundationEssentials

/// A text for people, with the command lines that it shows.
struct Document {
    /// Lines between fences, with the word behind the first one.
    struct Block {
        var language: String
        var lines: [String]

        var showsProgram: Bool { lines.contains { $0.hasPrefix("visitor-merge ") } }
    }

    let name: String
    let blocks: [Block]
    /// What stands between backticks within a line and begins with the program's name.
    let commands: [String]

    init(_ name: String) throws {
        self.name = name
        let text = try Self.text(name)
        var blocks: [Block] = []
        var commands: [String] = []
        var open: Block?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                if let block = open { blocks.append(block) }
                open = open == nil ? Block(language: String(line.dropFirst(3)), lines: []) : nil
            } else if open != nil {
                open?.lines.append(line)
            } else {
                // Every second part of a line stands between backticks.
                let spans = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                commands += spans.filter { $0.offset % 2 == 1 && $0.element.hasPrefix("visitor-merge ") }
                    .map { String($0.element) }
            }
        }
        self.blocks = blocks
        self.commands = commands
    }

    /// The first thing that is asked of a server writes a mapping.
    var beginsWithSuggestion: Bool {
        blocks.flatMap(\.lines).first { $0.hasPrefix("visitor-merge ") && !$0.hasPrefix("visitor-merge sandbox ") }?
            .hasPrefix("visitor-merge suggest ") ?? false
    }

    /// What is typed says which server, and as whom.
    var logsIn: Bool { session.contains("export ROCKETCHAT_URL=") }

    /// The text of a file of the project.
    static func text(_ name: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: path(name))), as: UTF8.self)
    }

    /// Where a file or folder of the project is.
    static func path(_ name: String) -> String {
        URL(filePath: #filePath).appending(path: "../../../../\(name)").standardized.path
    }

    /// All that is shown to be typed, as one shell session that ends at the first surprise.
    ///
    /// A command is to end with 0, or with what a comment behind it says: `# exits 1`.
    var session: String {
        // What is left in the background after a surprise would keep the shell's own output open.
        var script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n"
        for line in blocks.filter({ $0.language == "sh" }).flatMap(\.lines) where !line.hasPrefix("scripts/") {
            let parts = line.split(separator: "# exits ")
            guard parts.count == 2, let status = Int(parts[1]) else {
                script += line + "\n"
                continue
            }
            script += """
                status=0; \(parts[0]) || status=$?
                [ "$status" = \(status) ] || { echo 'not \(status) but '"$status" >&2; exit 99; }

                """
        }
        return script
    }
}
