import FoundationEssentials
import TestSupport
import Testing

/// What `scripts/package` makes without building anything; `scripts/check-package` tries the whole.
struct PackagingTests {
    private static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

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

    private static func text(_ name: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: "\(repository)/\(name)")), as: UTF8.self)
    }
}
