import FoundationEssentials
import Sandbox
import TestSupport
import Testing

@Suite(
    .enabled("needs the superuser, cron, faketime and mounts: scripts/prepare tests") { try await Cron.isPossible() })
struct CronSampleTests {
    /// The sample's crontab with a line for each mapping, for this sandbox and this folder.
    private static func crontab(_ workspace: Workspace, jobs: [String]) throws -> String {
        let folder = workspace.folder
        try folder.copySample("cron/visitor-merge", as: "crontab")
        let text = try folder.text("crontab")
            .replacing("PATH=/usr/local/bin", with: "PATH=\(folder.path)/bin")
            .replacing("https://chat.example.org", with: workspace.address.url)
            .replacing("uQ7mZp2LkTn4VbXc9", with: workspace.credentials["ROCKETCHAT_USER_ID"] ?? "")
            .replacing("/etc/visitor-merge", with: folder.path)
            .replacing("/var/lib/prometheus/node-exporter", with: folder.path)
            .replacing("/var/lib/visitor-merge", with: folder.path)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let job = try #require(lines.first { $0.contains("mapping.csv") })
        return lines.filter { $0 != job }.joined(separator: "\n")
            + jobs.map { job.replacing("mapping.csv", with: $0) + "\n" }.joined()
    }

    private static func place(_ token: String, _ name: String, in workspace: Workspace) throws {
        try workspace.folder.write(token, as: name)
        Unprivileged.own(workspace.folder(name), by: Cron.user)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: workspace.folder(name))
    }

    @Test func `A night under cron mails what needs a person and why it could not work, and nothing else`() async throws
    {
        try await Workspace.with(rooms: 4, open: [1]) { workspace in
            let folder = workspace.folder
            let token = try #require(workspace.credentials["ROCKETCHAT_AUTH_TOKEN"])
            try Self.place(token, "rocketchat-auth-token", in: workspace)
            try Self.place("wrong", "wrong", in: workspace)
            for (name, line) in [("well", "room0,old0,new"), ("open", "room1,old1,new"), ("none", "room3,old3,new")] {
                try folder.write("room,old,new\n\(line)\n", as: "\(name).csv")
            }
            try folder.write("room,old,new\nroom2,old2,new\nroom3,,new\n", as: "flawed.csv")
            try FileManager.default.createDirectory(atPath: folder("bin"), withIntermediateDirectories: false)
            try folder.copySample("cron/visitor-merge-nightly", as: "bin/visitor-merge-nightly")
            try FileManager.default.createSymbolicLink(
                atPath: folder("bin/visitor-merge"), withDestinationPath: Program.path)
            Unprivileged.own(folder.path, by: Cron.user)

            let jobs = ["well.csv", "open.csv", "flawed.csv", "none.csv --auth-token-file \(folder("wrong"))"]
            let cron = try Cron(try Self.crontab(workspace, jobs: jobs), userNamed: "visitor-merge")
            let mails = try await cron.work(from: "2026-11-22 21:59:58") {
                try folder.names.filter { $0.hasSuffix(".csv.report") }.count == jobs.count
            }

            #expect(Set(workspace.sandbox.moves.map(\.rid)) == ["room0", "room2"])
            #expect(mails.count == 2, "\(mails)")
            #expect(mails.allSatisfy { $0.contains("To: admin@example.org\n") }, "\(mails)")
            #expect(mails.contains { $0.contains("1 line of 2 needs a person") && $0.contains("flawed.csv") })
            #expect(mails.contains { $0.contains("visitor-merge: stopped early: ") && $0.contains("status 401") })
            #expect(mails.allSatisfy { !$0.contains(token) })
            #expect(MetricsText(try folder.text("visitor-merge.prom")) != nil)
            #expect(try folder.report("open.csv.report").lines["deferred"] == 1)
        }
    }

    @Test func `A run that another one keeps from working is no mail either`() async throws {
        try await Workspace.with(rooms: 40) { workspace in
            let folder = workspace.folder
            try FileManager.default.createDirectory(atPath: folder("bin"), withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(
                atPath: folder("bin/visitor-merge"), withDestinationPath: Program.path)
            try folder.copySample("cron/visitor-merge-nightly", as: "bin/visitor-merge-nightly")
            _ = try await workspace.program().run(["run", "mapping.csv", "--rate", "20/s", "-q"]) { process in
                _ = await eventually { !workspace.sandbox.moves.isEmpty }
                let second = try await workspace.shell([
                    "-c", "PATH=\"$PWD/bin:$PATH\"; visitor-merge-nightly mapping.csv",
                ])
                #expect(second.status == 75 && second.output == "" && second.errors == "", "\(second)")
                try process.terminate()
            }
        }
    }
}
