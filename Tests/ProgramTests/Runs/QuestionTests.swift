import FoundationEssentials
import Sandbox
import TestSupport
import Testing

/// The question before the first move, on a real terminal.
struct QuestionTests {
    private static let journal = "mapping.csv.journal.db"

    @Test(arguments: ["y\n", "yes\n", " YES \n"])
    func `Whoever says yes moves what the question names, and is asked once`(answer: String) async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let run = try await Dialogue(workspace: workspace)("run", "mapping.csv", deed: .types(answer))
            #expect(run.status == 0 && run.questions == 1 && workspace.puts.count == 3, "\(run)")
            for words in [
                "This moves 3 rooms of 3 old visitors to 1 new visitor on \(workspace.address.url).",
                "It takes a few seconds. To undo it afterwards: visitor-merge undo mapping.csv.journal.db",
                "Move them now? [y/N] ",
            ] {
                #expect(run.screen.contains(words), "\(words) in \(run.screen)")
            }
            let undo = try await Dialogue(workspace: workspace)("undo", Self.journal, deed: .types(answer))
            #expect(undo.status == 0 && undo.questions == 1 && workspace.puts.count == 6, "\(undo)")
            #expect(
                undo.screen.contains("This moves 3 rooms of 1 visitor to 3 visitors back on \(workspace.address.url)."))
            #expect(undo.screen.contains("visitor-merge undo mapping.csv.undo.db"), "\(undo)")
            // Nothing is left that anybody could be asked about.
            let again = try await Dialogue(workspace: workspace)("undo", Self.journal, deed: .types("y\n"))
            #expect(again.status == 0 && again.questions == 0, "\(again)")
        }
    }

    @Test(arguments: [
        Dialogue.Deed.types("n\n"), .types("\n"), .types("maybe\n"), .types("y es\n"), .types("y\u{4}\u{4}"),
        .types("\u{4}"), .closes(ignoringHangup: true), .closes(ignoringHangup: false), .types("\u{3}"),
    ])
    func `Without a yes nothing is moved, and the same command asks again`(deed: Dialogue.Deed) async throws {
        try await Workspace.with(rooms: 3) { workspace in
            let no = try await Dialogue(workspace: workspace)("run", "mapping.csv", deed: deed)
            #expect(no.status == 2 && no.questions == 1 && workspace.puts.isEmpty, "\(no)")
            let report = try workspace.report()
            #expect(report.operations["pending"] == 3 && report.balance.balanced)
            let isSignal = report.stopped_because == "signal"
            switch deed {
            // The end of the input and the signal come at the same time.
            case .closes(ignoringHangup: false): #expect(isSignal || report.stopped_because == "not-confirmed")
            case .types("\u{3}"): #expect(isSignal)
            default: #expect(report.stopped_because == "not-confirmed")
            }
            if !isSignal {
                #expect(no.output.contains("Ended early: nothing was moved, because the question was not answered"))
                #expect(no.output.contains("add --yes."), "\(no)")
            }
            #expect(no.output.hasSuffix("Next: visitor-merge run mapping.csv\n"), "\(no)")
            let yes = try await Dialogue(workspace: workspace)("run", "mapping.csv", deed: .types("y\n"))
            #expect(yes.status == 0 && yes.questions == 1 && workspace.puts.count == 3, "\(yes)")
        }
    }

    @Test func `Whoever has said yes before is not asked, and nobody is about what cannot move anything`() async throws
    {
        try await Workspace.with(rooms: 3) { workspace in
            for words in [
                ["audit", "mapping.csv"], ["run", "mapping.csv", "--dry-run"], ["rehearse", "mapping.csv"],
            ] {
                let ended = try await Dialogue(workspace: workspace).run(words, deed: .types("n\n"))
                #expect(ended.status == 0 && ended.questions == 0 && workspace.puts.isEmpty, "\(ended)")
            }
            let plan = ["run", "mapping.csv", "--plan", "mapping.csv.audit.db"]
            let asked = try await Dialogue(workspace: workspace).run(plan, deed: .types("n\n"))
            #expect(asked.status == 2 && asked.questions == 1, "\(asked)")
            let limited = try await Dialogue(workspace: workspace)
                .run(plan + ["--max-moves", "1", "--quiet"], deed: .types("y\n"))
            #expect(limited.status == 2 && limited.questions == 1 && workspace.puts.count == 1, "\(limited)")
            #expect(limited.screen.contains("This moves at most 1 of 3 rooms of 3 old visitors"), "\(limited)")
            let yes = try await Dialogue(workspace: workspace).run(plan + ["--yes"], deed: .types("n\n"))
            #expect(yes.status == 0 && yes.questions == 0 && workspace.puts.count == 3, "\(yes)")
            let back = try await Dialogue(workspace: workspace, environment: ["VISITOR_MERGE_YES": "true"])(
                "undo", Self.journal, deed: .types("n\n"))
            #expect(back.status == 0 && back.questions == 0 && workspace.puts.count == 6, "\(back)")
        }
    }

    @Test func `Rooms that are not found yet are not counted`() async throws {
        try await Workspace.with(rooms: 3) { workspace in
            try workspace.folder.write("old,new\nold0,new\nold1,new\n", as: "visitors.csv")
            let run = try await Dialogue(workspace: workspace)("run", "visitors.csv", "--json", deed: .types("y\n"))
            #expect(run.status == 0 && run.questions == 1 && workspace.puts.count == 2, "\(run)")
            let words = "This moves the rooms of 2 old visitors to 1 new visitor (rooms are found on the way) on"
            #expect(run.screen.contains(words), "\(run)")
            #expect(run.output.hasPrefix("{"), "\(run)")
        }
    }

    @Test func `The question says how long the moves take at the limit of the server`() async throws {
        try await Workspace.with(rooms: 40, rateLimit: RateLimit(calls: 10, window: .seconds(60))) { workspace in
            try workspace.folder.write("old,new\n" + (0..<40).map { "old\($0),new\n" }.joined(), as: "visitors.csv")
            for (name, words) in [
                ("mapping.csv", "It takes about 4 min."), ("visitors.csv", "It takes at least 4 min."),
            ] {
                let ended = try await Dialogue(workspace: workspace)("run", name, deed: .types("n\n"))
                #expect(ended.status == 2 && ended.screen.contains(words), "\(ended)")
            }
        }
    }

    @Test func `A question that waits when the time is up ends the command`() async throws {
        try await Workspace.with(rooms: 1) { workspace in
            let ended = try await Dialogue(workspace: workspace)(
                "run", "mapping.csv", "--max-duration", "2s", deed: .types("y"))
            #expect(ended.status == 2 && ended.questions == 1 && workspace.puts.isEmpty, "\(ended)")
            #expect(try workspace.report().stopped_because == "duration-reached")
        }
    }
}
