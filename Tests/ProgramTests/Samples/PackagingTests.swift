import FoundationEssentials
import TestSupport
import Testing

/// What `scripts/package` makes without building anything; `scripts/check-package` tries the whole.
struct PackagingTests {
    private static let repository = Document.path("")

    /// Writes the manual pages into the folder.
    private static func writePages(in folder: TemporaryDirectory) async throws -> [String] {
        let help = try await Program(in: folder.path)("--experimental-dump-help")
        let ended = try await Program("/usr/bin/env", in: folder.path)(
            "python3", repository + "/scripts/packaging/manual.py", "man", "0.1.0", "2026-11-22", input: help.output)
        try #require(ended.status == 0, "\(ended)")
        return try FileManager.default.contentsOfDirectory(atPath: folder("man")).sorted()
    }

    @Test func `Each command has a manual page, and each of its options is in it`() async throws {
        let folder = try TemporaryDirectory()
        let pages = try await Self.writePages(in: folder)
        let commands = try await HelpDump.commands(in: folder)
        #expect(pages == (["visitor-merge.1"] + commands.map { "visitor-merge-\($0.name).1" }).sorted())
        for command in commands {
            let page = try folder.text("man/visitor-merge-\(command.name).1")
            for option in command.options {
                #expect(
                    page.contains("\\fB\\-\\-\(option.replacing("-", with: "\\-"))\\fR"), "\(command.name) \(option)")
            }
            #expect(page.contains(".SH EXAMPLE\n.PP\n.RS 4\n.nf\n"), "\(command.name)")
            #expect(!page.contains("Example:") && !page.contains("Exit status:"))
        }
        let root = try folder.text("man/visitor-merge.1")
        #expect(root.contains("\n.TP\n\\fB75\\fR\nlocked by another run\n"), "each exit status has its line")
        #expect(commands.allSatisfy { root.contains("\\fB\($0.name)\\fR") })
    }

    @Test(.enabled(if: InstalledTool.path("man") != nil, "needs man"))
    func `The manual pages have no fault that man knows of`() async throws {
        let folder = try TemporaryDirectory()
        let pages = try await Self.writePages(in: folder)
        let environment = ["LC_ALL": "C.UTF-8", "MANWIDTH": "80", "MAN_KEEP_STDERR": "1"]
        let man = Program("/usr/bin/env", in: folder.path, environment: environment)
        for page in pages {
            let ended = try await man("man", "--warnings", "-l", "man/" + page)
            #expect(ended.status == 0 && ended.errors == "", "\(page): \(ended.errors)")
            #expect(ended.output.contains("SYNOPSIS") && !ended.output.contains("\\f"), "\(page)")
        }
        try folder.write(".TH X 1\n.SH NAME\nx \\- y\n.nosuchmacro\n", as: "bad.1")
        #expect(try await man("man", "--warnings", "-l", "bad.1").errors != "", "it does look")
    }

    @Test func `The changelog of the package begins with the version of the program`() async throws {
        let folder = try TemporaryDirectory()
        let version = try await Program(in: folder.path)("--version").output.prefix { $0 != " " }
        let changelog = try Self.text("scripts/packaging/changelog")
        #expect(changelog.hasPrefix("visitor-merge (\(version)) "))
    }

    @Test func `The script that packages finds the place for the commit`() throws {
        let file = try Self.text("Sources/CLI/BuildCommit.swift")
        let script = try Self.text("scripts/package")
        let place = "static let known: String? = nil"
        #expect(file.ranges(of: place).count == 1 && script.contains("s/: String? = nil/: String? = "))
    }

    /// A machine on which the package was used: a token, a mapping, and a service with a user of its own.
    private static func usedMachine() throws -> TemporaryDirectory {
        let machine = try TemporaryDirectory()
        for name in ["etc/visitor-merge", "etc/systemd/system/timers.target.wants", "var/lib/private/visitor-merge"] {
            try FileManager.default.createDirectory(atPath: machine(name), withIntermediateDirectories: true)
        }
        try FileManager.default.createSymbolicLink(
            atPath: machine("var/lib/visitor-merge"), withDestinationPath: "private/visitor-merge")
        for name in ["etc/visitor-merge/rocketchat-auth-token", "var/lib/private/visitor-merge/night.csv"] {
            try machine.write("secret", as: name)
        }
        return machine
    }

    private static func run(
        _ script: String, _ argument: String, on machine: TemporaryDirectory
    ) async throws -> Program.Ended {
        try await Program("/bin/sh", in: machine.path, environment: ["DPKG_ROOT": machine.path])(
            "\(repository)/scripts/packaging/\(script)", argument)
    }

    @Test func `A purge says what stays and how to remove it, and removes what is empty`() async throws {
        let machine = try Self.usedMachine()
        #expect(try await Self.run("postrm", "remove", on: machine).output == "", "only a purge is meant for good")
        let ended = try await Self.run("postrm", "purge", on: machine)
        let folders = ["/etc/visitor-merge", "/var/lib/visitor-merge", "/var/lib/private/visitor-merge"]
        #expect(ended.status == 0 && ended.output.contains("the token of an administrator"), "\(ended)")
        #expect(ended.output.hasSuffix("any more:  rm -rf " + folders.joined(separator: " ") + "\n"), "\(ended)")
        #expect(try machine.text("var/lib/visitor-merge/night.csv") == "secret", "it is the proof of what was moved")
        for name in ["etc/visitor-merge/rocketchat-auth-token", "var/lib/private/visitor-merge/night.csv"] {
            try FileManager.default.removeItem(atPath: machine(name))
        }
        let empty = try await Self.run("postrm", "purge", on: machine)
        #expect(empty.status == 0 && empty.output == "" && empty.errors == "", "\(empty)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: machine("etc")) == ["systemd"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: machine("var/lib")) == ["private"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: machine("var/lib/private")) == [])
    }

    @Test func `What the service is to know is for root alone, also after an update`() async throws {
        let machine = try Self.usedMachine()
        let file = try machine.write("HTTPS_PROXY=http://user:password@proxy", as: "etc/visitor-merge/environment")
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        let ended = try await Self.run("postinst", "configure", on: machine)
        #expect(ended.status == 0 && ended.output == "" && ended.errors == "", "\(ended)")
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        #expect(try Self.text("scripts/package").contains("chmod 600 \"$root/etc/visitor-merge/environment\""))
    }

    @Test(.enabled(if: InstalledTool.path("readelf") != nil, "needs binutils"))
    func `Nobody can exchange the program's addresses in memory: they are all looked up at the start`() async throws {
        let folder = try TemporaryDirectory()
        let readelf = Program(
            InstalledTool.path("readelf") ?? "", in: folder.path, environment: ["LC_ALL": "C"])
        let dynamic = try await readelf("-dW", Program.path)
        #expect(dynamic.output.contains("BIND_NOW"), "\(dynamic)")
        let segments = try await readelf("-lW", Program.path)
        #expect(segments.output.contains("GNU_RELRO"))
        let script = try Self.text("scripts/package")
        #expect(script.contains("--disable-local-rpath") && script.contains("-no-toolchain-stdlib-rpath"))
    }

    private static func text(_ name: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: "\(repository)/\(name)")), as: UTF8.self)
    }
}
