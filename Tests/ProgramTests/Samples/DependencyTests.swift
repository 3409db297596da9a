import FoundationEssentials
import TestSupport
import Testing

/// What is built tomorrow is what was built today: no dependency may come in another version, from wherever it is fetched.
struct DependencyTests {
    private static let repository = Document.path("")

    /// What `swift package dump-package` says of a dependency.
    private static func dependency(_ name: String, _ requirement: String) -> String {
        #"{"sourceControl":[{"identity":"\#(name)","requirement":{\#(requirement)}}]}"#
    }

    private static func pin(_ name: String, _ state: String) -> String {
        #"{"identity":"\#(name)","location":"https://example.org/team/\#(name).git","state":{"revision":"abc123",\#(state)}}"#
    }

    /// What the check says of these dependencies, with `nio` and `log` resolved as 1.2.3.
    private static func check(_ dependencies: [String]) async throws -> Program.Ended {
        let folder = try TemporaryDirectory()
        let pins = ["nio", "log"].map { pin($0, #""version":"1.2.3""#) }
        try folder.write(#"{"pins":[\#(pins.joined(separator: ","))],"version":3}"#, as: "Package.resolved")
        return try await Program("/usr/bin/env", in: folder.path)(
            "python3", repository + "/scripts/packaging/pins.py", "Package.resolved",
            input: #"{"dependencies":[\#(dependencies.joined(separator: ","))]}"#)
    }

    @Test func `Exact versions of everything pass`() async throws {
        let ended = try await Self.check(["nio", "log"].map { Self.dependency($0, #""exact":["1.2.3"]"#) })
        #expect(ended.status == 0 && ended.output == "" && ended.errors == "", "\(ended)")
    }

    @Test(arguments: [
        #""range":[{"lowerBound":"1.2.3","upperBound":"2.0.0"}]"#, #""branch":["main"]"#, #""revision":["abc123"]"#,
        #""exact":[]"#,
    ])
    func `A dependency that may be another one tomorrow is refused`(requirement: String) async throws {
        let ended = try await Self.check([
            Self.dependency("nio", requirement), Self.dependency("log", #""exact":["1.2.3"]"#),
        ])
        #expect(ended.status == 1 && ended.errors == "nio has no exact version in Package.swift: write exact: \"…\".\n")
    }

    @Test func `A dependency on a folder is refused`() async throws {
        let ended = try await Self.check([
            #"{"fileSystem":[{"identity":"nio","path":"/tmp/nio"}]}"#, Self.dependency("log", #""exact":["1.2.3"]"#),
        ])
        #expect(ended.status == 1 && ended.errors.hasPrefix("nio has no exact version"), "\(ended)")
    }

    @Test func `What a dependency brings along is pinned too, and resolved as it is pinned`() async throws {
        let unpinned = try await Self.check([Self.dependency("nio", #""exact":["1.2.3"]"#)])
        #expect(unpinned.status == 1 && unpinned.errors.hasPrefix("log 1.2.3 is brought along"), "\(unpinned)")
        let other = try await Self.check([
            Self.dependency("nio", #""exact":["1.2.4"]"#), Self.dependency("log", #""exact":["1.2.3"]"#),
        ])
        #expect(other.status == 1 && other.errors.hasPrefix("nio is 1.2.4 in Package.swift"), "\(other)")
    }

    @Test func `The manifest of this package has exact versions`() async throws {
        let folder = try TemporaryDirectory()
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        let swift = Program("/usr/bin/env", in: folder.path, environment: ["PATH": path])
        let dump = try await swift(
            "swift", "package", "--package-path", Self.repository, "--scratch-path", "build", "dump-package")
        try #require(dump.status == 0, "\(dump)")
        let ended = try await Program("/usr/bin/env", in: folder.path)(
            "python3", Self.repository + "/scripts/packaging/pins.py", Self.repository + "/Package.resolved",
            input: dump.output)
        #expect(ended.status == 0 && ended.errors == "", "\(ended)")
    }

    @Test func `The bill of materials names each package with its version and its commit`() async throws {
        struct Bill: Decodable {
            struct Component: Decodable {
                struct Property: Decodable { var value: String }
                var name: String
                var version: String
                var purl: String
                var properties: [Property]?
            }
            var bomFormat: String
            var components: [Component]
        }
        let folder = try TemporaryDirectory()
        let script = Self.repository + "/scripts/packaging/bom.py"
        let python = Program("/usr/bin/env", in: folder.path)
        try folder.write(#"{"pins":[\#(Self.pin("nio", #""version":"1.2.3""#))]}"#, as: "Package.resolved")
        let ended = try await python("python3", script, "Package.resolved", "0.1.0", "c0ffee", "1795348800", "6.3.1")
        let bill = try JSONDecoder().decode(Bill.self, from: Data(ended.output.utf8))
        #expect(bill.bomFormat == "CycloneDX")
        #expect(bill.components.map(\.purl) == ["pkg:generic/swift@6.3.1", "pkg:swift/example.org/team/nio@1.2.3"])
        #expect(bill.components.last?.properties?.map(\.value) == ["abc123"])
        let again = try await python("python3", script, "Package.resolved", "0.1.0", "c0ffee", "1795348800", "6.3.1")
        #expect(again.output == ended.output)

        try folder.write(#"{"pins":[\#(Self.pin("nio", #""branch":"main""#))]}"#, as: "Package.resolved")
        let branch = try await python("python3", script, "Package.resolved", "0.1.0", "c0ffee", "0", "6.3.1")
        #expect(branch.status == 1 && branch.output == "" && branch.errors.contains("resolved without a version"))
    }

    @Test(arguments: ["check-samples", "benchmark"])
    func `What scripts install from PyPI is told by version and digest`(name: String) throws {
        let text = try Self.text("scripts/requirements/\(name).txt").replacing("\\\n", with: " ")
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count > 5)
        for line in lines {
            #expect(line.contains("==") && line.contains("--hash=sha256:"), "\(line)")
        }
        let script = try Self.text(name == "benchmark" ? "scripts/measures/machine.py" : "scripts/check-samples")
        #expect(script.contains("--require-hashes") && script.contains("requirements"))
        #expect(!script.contains("kubernetes-validate; }") && !script.contains(#""--quiet", "aiohttp""#))
    }

    @Test func `The image begins with one release of its base`() throws {
        let file = try Self.text("samples/kubernetes/Containerfile").split(separator: "\n")
        let bases = file.filter { $0.hasPrefix("FROM ") }
        #expect(!bases.isEmpty)
        for base in bases {
            #expect(base.contains(/^FROM \S+(@sha256:[0-9a-f]{64}|:\d+\.\d+(-slim)?)$/), "\(base)")
        }
    }

    private static func text(_ name: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: "\(repository)/\(name)")), as: UTF8.self)
    }
}
