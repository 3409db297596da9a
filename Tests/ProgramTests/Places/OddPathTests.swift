import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// Files may have any name, and what is printed as the next command can be typed.
struct OddPathTests {
    static let names = [
        "with space", "it's \"so\"", "what?", "a#b", "100%41", "ünï 日本", "-v", "--json", "file:x", "$HOME `id`",
        "a;b&c",
        "*", "line\nbreak", "\u{1B}[2J%s\\\u{202E}'x\u{85}",
    ]

    @Test(arguments: names)
    func `A mapping of any name is audited, carried out, looked at, verified and undone`(name: String) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let mapping = name + ".csv"
            try FileManager.default.moveItem(atPath: workspace.folder("mapping.csv"), toPath: workspace.folder(mapping))
            let program = workspace.program()
            let audit = try await program("audit", "--no-progress", "--", mapping)
            #expect(audit.status == 0, "\(audit)")
            let next = try #require(audit.output.firstRange(of: "Next: visitor-merge "))
            let command = audit.output[next.upperBound...].dropLast()

            let run = try await workspace.shell(["-c", "\"$0\" \(command) --no-progress", Program.path])
            #expect(run.status == 0 && workspace.sandbox.moves.count == 2, "\(run)")
            for command in ["status", "report", "verify"] {
                let ended = try await program(command, "--", mapping + ".journal.db")
                #expect(ended.status == 0, "\(ended)")
            }
            let undo = try await program("undo", "--no-progress", "--", mapping + ".journal.db")
            #expect(undo.status == 0 && workspace.sandbox.moves.count == 4, "\(undo)")
            #expect(try workspace.folder.names.allSatisfy { $0.hasPrefix(mapping) })
        }
    }

    @Test(arguments: [":memory:", "file:x.db", "file:x.db?mode=memory", "-j.db", "a b?#%41.db"])
    func `A journal of any name is a file of that name`(name: String) async throws {
        try await Workspace.with(rooms: 2) { workspace in
            let program = workspace.program()
            let run = try await program("run", "mapping.csv", "--no-progress", "--journal=\(name)", "--report=-r")
            #expect(run.status == 0, "\(run)")
            let status = try await program("status", "--", name)
            #expect(status.status == 0 && status.counts == ["merged": 2], "\(status)")
            #expect(try workspace.folder.names.filter { !$0.hasPrefix(name) } == ["-r", "mapping.csv"])
            #expect(try await workspace.integrity(of: "./" + name) == "ok\n")
        }
    }
}
