import FoundationEssentials
import Model
import Sandbox
import TestSupport
import Testing

@testable import CLI

/// What the documents tell people to type is typed here.
struct DocumentedCommandTests {
    static let articles = [
        "WalkThrough", "FindTheDuplicates", "RunningUnattended", "WhenSomethingGoesWrong", "TheJournal",
        "TheSandbox", "TheContacts",
    ].map {
        "Sources/CLI/Documentation.docc/\($0).md"
    }

    /// One person with six records, five of them with a room.
    private static let seed = Seed(
        visitors: (["new"] + (0..<5).map { "old\($0)" }).map {
            Seed.Visitor(id: $0, name: "Ann", emails: ["ann@example.org"])
        },
        rooms: (0..<5).map { Seed.Room(id: "room\($0)", visitorID: "old\($0)") })

    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: "/usr/bin/sqlite3"), "needs sqlite3: scripts/prepare tests"
        ),
        arguments: ["README.md"] + articles)
    func `Every command of a document works in the order in which it stands`(name: String) async throws {
        let document = try Document(name)
        let typed = document.blocks.filter { $0.language == "sh" }
        try #require(typed.contains { $0.showsProgram })
        for block in document.blocks where block.language != "sh" {
            #expect(!block.showsProgram, "\(name) shows commands that nobody tries: \(block.lines)")
        }
        try await Workspace.with(seed: Self.seed) { workspace in
            // A document that does not begin by writing a mapping is for those who have one.
            if !document.beginsWithSuggestion {
                let lines = (0..<5).map { "room\($0),old\($0),new\n" }
                try workspace.folder.write(
                    "room_id,old_visitor_id,new_visitor_id\n" + lines.joined(), as: "mapping.csv")
            }
            let login = document.logsIn ? [:] : workspace.login()
            let ended = try await workspace.shell(login)("-c", workspace.own(document.session))
            #expect(ended.status == 0, "\(ended)")
            // Those in the text stand for themselves; what they find depends on where they stand.
            let shell = try workspace.shell(workspace.login())
            for command in document.commands {
                let ended = try await shell("-c", workspace.own("timeout 20 " + command))
                #expect(![64, 70, 78, 124, 127].contains(ended.status), "\(command): \(ended)")
            }
        }
    }

    @Test func `Every status and every reason is explained`() throws {
        let lines = try Document.text("Sources/CLI/Documentation.docc/WhenSomethingGoesWrong.md").split(separator: "\n")
        let reasons = try #require(lines.firstIndex(of: "## Why a run stopped"))
        for status in ExitStatus.allCases {
            let isExplained = lines[..<reasons].contains { $0.hasPrefix("| \(status.rawValue) |") }
            #expect(isExplained, "\(status)")
        }
        let codes = StopReason.allCases.map(\.rawValue) + ReasonCode.allCases.map(\.rawValue)
        let explained = lines[reasons...].compactMap { $0.split(separator: "|").first }
        for code in codes {
            let isExplained = explained.contains { $0.contains("`\(code)`") }
            #expect(isExplained, "\(code)")
        }
    }
}

extension Workspace {
    /// A shell that finds the program, and a token in a variable of its own.
    fileprivate func shell(_ environment: [String: String]) throws -> Program {
        if !FileManager.default.fileExists(atPath: folder("visitor-merge")) {
            try FileManager.default.createSymbolicLink(
                atPath: folder("visitor-merge"), withDestinationPath: Program.path)
        }
        let own = [
            "PATH": "\(folder.path):/usr/bin:/bin", "PERSONAL_ACCESS_TOKEN": login()["ROCKETCHAT_AUTH_TOKEN"] ?? "",
        ]
        return Program("/bin/bash", in: folder.path, environment: environment.merging(own) { $1 })
    }

    /// The same commands for the sandbox instead of the server that the documents name.
    fileprivate func own(_ script: String) -> String {
        script.replacing("https://chat.example.org", with: address.url)
            .replacing("uQ7mZp2LkTn4VbXc9", with: login()["ROCKETCHAT_USER_ID"] ?? "")
            .replacing("/var/lib/prometheus/node-exporter", with: folder.path)
    }
}
