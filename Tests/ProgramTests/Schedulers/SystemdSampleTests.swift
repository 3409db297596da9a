import FoundationEssentials
import Sandbox
import TestSupport
import Testing

@Suite(.enabled(if: InstalledTool.path("systemd-analyze") != nil, "needs systemd-analyze"))
struct SystemdSampleTests {
    private static let analyze = InstalledTool.path("systemd-analyze")
    private static let units = ["visitor-merge@.service", "visitor-merge@.timer", "visitor-merge-failed@.service"]
    /// The units with a name for what they work on.
    private static let instances = units.map { $0.replacing("@", with: "@night") }

    /// A machine on which the package is installed, as far as units are concerned.
    private static func root() throws -> TemporaryDirectory {
        let root = try TemporaryDirectory()
        let system = "usr/lib/systemd/system"
        let additions = ["visitor-merge@.service.d": "metrics.conf", "visitor-merge-failed@.service.d": "mail.conf"]
        for name in ["usr/bin", "bin", system] + additions.keys.map({ "\(system)/\($0)" }) {
            try FileManager.default.createDirectory(atPath: root(name), withIntermediateDirectories: true)
        }
        for name in ["usr/bin/visitor-merge", "bin/sh"] {
            try FileManager.default.copyItem(atPath: "/bin/true", toPath: root(name))
        }
        // The units that others refer to: only those of this machine know what they are.
        for name in try FileManager.default.contentsOfDirectory(atPath: "/" + system)
        where name.hasSuffix(".target") || name.hasSuffix(".slice") {
            try FileManager.default.copyItem(atPath: "/\(system)/\(name)", toPath: root("\(system)/\(name)"))
        }
        for name in units {
            try root.copySample("systemd/" + name, as: "\(system)/\(name)")
        }
        for (unit, file) in additions {
            try root.copySample("systemd/" + file, as: "\(system)/\(unit)/\(file)")
        }
        return root
    }

    private static func analyze(_ arguments: [String], in root: TemporaryDirectory) async throws -> Program.Ended {
        try await Program(analyze ?? "", in: root.path).run(["--root=\(root.path)", "--no-pager"] + arguments) { _ in }
    }

    @Test func `systemd finds no fault with the units`() async throws {
        let root = try Self.root()
        let ended = try await Self.analyze(["verify", "--man=no", "--recursive-errors=yes"] + Self.instances, in: root)
        #expect(ended.status == 0 && ended.output == "" && ended.errors == "", "\(ended)")

        try root.write(
            "[Service]\nExecStart=/usr/bin/absent\nNoSuchThing=yes\n", as: "usr/lib/systemd/system/bad.service")
        let bad = try await Self.analyze(["verify", "--man=no", "bad.service"], in: root)
        #expect(bad.errors.contains("absent") && bad.errors.contains("NoSuchThing"), "it does look: \(bad)")
    }

    @Test(arguments: ["visitor-merge@night.service", "visitor-merge-failed@night.service"])
    func `A service may do little that its work does not need`(unit: String) async throws {
        // In tenths of the exposure that systemd reckons with: 2.0 and below is what it calls OK.
        let ended = try await Self.analyze(
            ["security", "--offline=yes", "--threshold=15", unit], in: try Self.root())
        #expect(ended.status == 0, "\(ended)")
    }

    @Test func `Whoever mails a failure is as nobody as the job, and may read the machine's journal`() throws {
        let failed = try Self.settings(of: "visitor-merge-failed@.service")
        #expect(failed["DynamicUser"] == ["yes"] && failed["SupplementaryGroups"] == ["systemd-journal"])
        #expect(failed["User"] == nil)
        let job = try Self.settings(of: "visitor-merge@.service")
        let hardening = job.filter { name, _ in
            [
                "Protect", "Private", "Restrict", "NoNew", "Capab", "Ambient", "Lock", "Memory", "Remove", "Proc",
                "UMask",
            ]
            .contains { name.hasPrefix($0) }
        }
        #expect(hardening.count > 20)
        for (name, values) in hardening {
            #expect(failed[name] == values, "\(name)")
        }
        #expect(failed["ExecStart"]?.first?.hasSuffix("| /usr/sbin/sendmail -t -i'") == true)
    }

    @Test func `The timer comes every night`() async throws {
        let timer = try Self.settings(of: "visitor-merge@.timer")
        let when = try #require(timer["OnCalendar"]?.first)
        let ended = try await Program(Self.analyze ?? "", in: "/", environment: ["TZ": "UTC"])(
            "calendar", "--iterations=3", "--base-time=2026-11-22 12:00:00", when)
        #expect(ended.output.components(of: "22:00:00 UTC") == 3, "\(ended)")
    }

    @Test func `What the service starts moves the rooms with the credentials it is handed`() async throws {
        try await Workspace.with(rooms: 3, open: [1]) { workspace in
            let folder = workspace.folder
            let service = try Self.settings(of: "visitor-merge@.service")
            let (credential, file) = try #require(service["LoadCredential"]?.first?.pair(around: ":"))
            #expect(file == "/etc/visitor-merge/rocketchat-auth-token")
            try FileManager.default.createDirectory(atPath: folder("secrets"), withIntermediateDirectories: false)
            try folder.write(try #require(workspace.credentials["ROCKETCHAT_AUTH_TOKEN"]), as: "secrets/\(credential)")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o400], ofItemAtPath: folder("secrets/\(credential)"))
            var environment = try Self.environment(of: workspace)
            environment["CREDENTIALS_DIRECTORY"] = folder("secrets")

            let command = try #require(service["ExecStart"]?.first).replacing("%i", with: "mapping")
            let words = command.split(separator: " ").map(String.init)
            #expect(words.first == "/usr/bin/visitor-merge")
            let program = Program(in: folder.path, environment: environment)
            let ended = try await program.run(Array(words.dropFirst())) { _ in }
            #expect(ended.status == 2, "one conversation is live: \(ended)")
            #expect(try service["SuccessExitStatus"] == ["2 75"] && workspace.report().lines["merged"] == 2)
        }
    }

    @Test(arguments: ["visitor-merge-failed@.service", "mail.conf"])
    func `What is mailed of a failure says which, and has what was said`(file: String) async throws {
        let folder = try TemporaryDirectory()
        let command = try #require(Self.settings(of: file)["ExecStart"]?.last)
        let words = try #require(command.pair(around: " -c "))
        #expect(words.0 == "/bin/sh")
        // As systemd unquotes it.
        let script = String(words.1.dropFirst().dropLast()).replacing("%%", with: "%").replacing("%i", with: "night")
            .replacing("$$", with: "$").replacing("\\\\", with: "\\").replacing(
                "/usr/sbin/sendmail", with: "./sendmail"
            ).replacing("/usr/bin/msmtp", with: "./sendmail")
        for (name, text) in [("sendmail", "cat"), ("journalctl", "echo \"$*\"")] {
            try folder.write("#!/bin/sh\n\(text)\n", as: name)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder(name))
        }
        let environment = [
            "PATH": "\(folder.path):/usr/bin:/bin", "MONITOR_EXIT_STATUS": "77", "MONITOR_INVOCATION_ID": "abc123",
        ]
        let ended = try await Program("/bin/sh", in: folder.path, environment: environment)("-c", script)
        #expect(
            ended.output == """
                To: root
                Subject: visitor-merge night ended with status 77

                --output=cat _SYSTEMD_INVOCATION_ID=abc123

                """, "\(ended)")
    }

    /// The environment file of the sample, for this sandbox.
    private static func environment(of workspace: Workspace) throws -> [String: String] {
        let settings = try settings(of: "environment")
        #expect(settings["ROCKETCHAT_URL"] == ["https://chat.example.org"])
        #expect(settings["ROCKETCHAT_USER_ID"]?.count == 1)
        #expect(settings.keys.allSatisfy { !$0.contains("TOKEN") })
        return workspace.credentials.filter { settings[$0.key] != nil }
    }

    /// The settings of a file of the sample, by name.
    private static func settings(of name: String) throws -> [String: [String]] {
        let folder = try TemporaryDirectory()
        try folder.copySample("systemd/" + name, as: "file")
        let pairs = try folder.text("file").split(separator: "\n").filter { !$0.hasPrefix("#") }
            .compactMap { String($0).pair(around: "=") }
        return Dictionary(pairs.map { ($0.0, [$0.1]) }, uniquingKeysWith: +)
    }
}

extension String {
    /// What stands before and behind the first occurrence of a separator.
    fileprivate func pair(around separator: String) -> (String, String)? {
        firstRange(of: separator).map { (String(self[..<$0.lowerBound]), String(self[$0.upperBound...])) }
    }

    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
