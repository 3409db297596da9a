import TestSupport
import Testing

/// The progress of the built program in a real window, with a real shell behind it.
@Suite(.enabled(if: Tmux.isPossible, "needs tmux: scripts/prepare tests"))
struct TmuxTests {
    private static func isDrawn(_ rows: [String]) -> Bool {
        rows.contains { $0.hasPrefix("Next request at ") } && rows.contains { $0.hasSuffix(" moved") }
    }

    @Test func `The block stays whole while the window changes, and leaves the screen to the shell`() async throws {
        try await Workspace.with(rooms: 50) { workspace in
            var environment = workspace.login()
            environment["PROGRAM"] = Program.path
            try await Tmux.with(columns: 80, rows: 24, in: workspace.folder, environment) { tmux in
                // As in most windows, something stands above: tmux moves the rows of an empty one out of sight instead.
                try await tmux.type("seq 40; $PROGRAM run mapping.csv --yes --rate 30/min --open-rooms move", "Enter")
                try #require(await tmux.shows(Self.isDrawn))
                for (columns, height) in [(40, 6), (120, 4), (30, 9), (80, 4)] {
                    try await tmux.resize(columns: columns, rows: 24)
                    let isWhole = try await tmux.shows { rows in
                        let block = rows.drop { !$0.hasPrefix("Moving rooms") }
                        return Self.isDrawn(rows) && rows.count { $0.contains("Moving") } == 1
                            && block.count <= height
                    }
                    let rows = try await tmux.rows()
                    try #require(isWhole, "\(columns): \(rows)")
                }

                try await tmux.type("C-z")
                try #require(await tmux.shows { $0.contains { $0.hasPrefix("[1]+  Stopped") } })
                let stopped = try await tmux.rows()
                #expect(!stopped.contains { $0.contains("Moving") || $0.contains("moved") }, "\(stopped)")
                try await tmux.type("fg", "Enter")
                try #require(await tmux.shows { $0.count { $0.hasPrefix("Moving rooms") } == 1 })

                try await tmux.type("C-c")
                let isEnded = try await tmux.shows {
                    $0.last?.hasPrefix("bash") == true && $0.contains { $0.hasPrefix("Next: ") }
                }
                let ended = try await tmux.rows()
                #expect(isEnded, "\(ended)")
                #expect(!ended.contains { $0.contains("Moving") || $0.contains("30/min asked") }, "\(ended)")
                #expect(ended.contains("Stopping: requests under way may finish. A second signal ends it at once."))
            }
        }
    }
}
