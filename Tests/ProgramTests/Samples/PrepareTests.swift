import FoundationEssentials
import TestSupport
import Testing

/// What the scripts do to the machine on which somebody tries this: nothing unannounced, nothing against their will.
struct PrepareTests {
    private static let repository = Document.path("")
    /// Who is asked by Debian's packages whether they may start a service.
    private static let policy = "/usr/sbin/policy-rc.d"

    /// A machine with a toolchain and without SQLite's headers, whose superuser installs with a program of the test.
    private static func machine(aptGet script: String) throws -> TemporaryDirectory {
        let folder = try TemporaryDirectory()
        for name in ["bin", "tmp"] {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
        }
        for name in ["env", "bash", "sh", "dirname", "mktemp", "mkdir", "chmod", "rm", "tail", "cat"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder("bin/" + name), withDestinationPath: "/usr/bin/" + name)
        }
        let programs = [
            "swift": "exit 0", "cc": "exit 1", "id": "echo 0", "sudo": "exit 1",
            "apt-get": "echo \"$*\" >>'\(folder("installed"))'\n\(script)",
        ]
        for (name, text) in programs {
            try folder.write("#!/bin/sh\n\(text)\n", as: "bin/" + name)
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder("bin/" + name))
        }
        return folder
    }

    private static func run(
        _ script: String, _ arguments: [String] = [], on machine: TemporaryDirectory,
        environment: [String: String] = [:]
    ) async throws -> Program.Ended {
        let own = ["PATH": machine("bin"), "TMPDIR": machine("tmp")]
        return try await Program(
            "/usr/bin/bash", in: machine.path, environment: own.merging(environment) { $1 }
        ).run([repository + "/scripts/" + script] + arguments) { _ in }
    }

    @Test(arguments: [("prepare", []), ("prepare", ["tests"]), ("test", []), ("demo", [])])
    func `Nothing is installed where that is refused, and what to install is said`(
        script: String, arguments: [String]
    ) async throws {
        let machine = try Self.machine(aptGet: "exit 0")
        let ended = try await Self.run(
            script, arguments, on: machine, environment: ["VISITOR_MERGE_NO_INSTALL": "1"])
        #expect(ended.status == 69, "\(ended)")
        #expect(ended.errors.contains("VISITOR_MERGE_NO_INSTALL is set, so nothing is installed.\n"))
        #expect(ended.errors.contains("Debian, Ubuntu:  apt-get install libsqlite3-dev"), "\(ended)")
        #expect(try machine.names == ["bin", "tmp"] && machine.names(in: "tmp") == [], "\(ended)")
    }

    @Test func `Somebody who kills it while it installs was told what, and no trace is in the system`() async throws {
        let before = FileManager.default.contents(atPath: Self.policy)
        // The second call is the first that installs something.
        let machine = try Self.machine(
            aptGet: """
                case "$*" in *libsqlite3-dev*) ;; *) exit 0 ;; esac
                [ ! -e \(Self.policy) ] || cat \(Self.policy) >'policy'
                kill -KILL $PPID
                """)
        let ended = try await Self.run("prepare", ["tests"], on: machine)
        #expect(ended.status == -9, "\(ended)")
        #expect(
            ended.errors.contains("  libsqlite3-dev: SQLite's headers; the journal is an SQLite file\n"), "\(ended)")
        #expect(
            ended.errors.hasSuffix(
                "Installing them with: apt-get install (VISITOR_MERGE_NO_INSTALL=1 refuses that) …\n"),
            "\(ended)")
        #expect(FileManager.default.contents(atPath: Self.policy) == before)
        #expect(FileManager.default.contents(atPath: machine("policy")) == before, "not even meanwhile")
    }

    @Test func `Packages start no service while they are installed, and enable none`() async throws {
        let names = ["invoke-rc.d", "update-rc.d", "deb-systemd-invoke", "deb-systemd-helper"]
        // As apt-get hands the path to dpkg, and dpkg to the packages' own scripts.
        let machine = try Self.machine(
            aptGet: """
                for word; do case $word in DPkg::Path=*) PATH=${word#*=} ;; esac; done
                case "$*" in *install*) ;; *) exit 0 ;; esac
                for name in \(names.joined(separator: " ")); do
                    /usr/bin/cmp -s "$(command -v $name)" - <<'END' && echo "$name is idle" >>idle
                #!/bin/sh
                exit 0
                END
                done
                exit 0
                """)
        let ended = try await Self.run("prepare", on: machine)
        #expect(ended.status == 0 && ended.output == "", "\(ended)")
        #expect(try machine.text("idle") == names.map { "\($0) is idle\n" }.joined())
        #expect(try machine.names(in: "tmp") == [], "what it made is gone")
        let installed = try machine.text("installed").split(separator: "\n")
        #expect(installed.count == 2 && installed[0] == "update" && installed[1].hasSuffix(" libsqlite3-dev"))
    }

    @Test func `A build cannot begin where the installation fails`() async throws {
        let machine = try Self.machine(aptGet: "echo 'E: no such thing'; exit 100")
        let ended = try await Self.run("prepare", on: machine)
        #expect(ended.status == 69 && ended.errors.contains("E: no such thing"), "\(ended)")
        #expect(ended.errors.contains("The installation of libsqlite3-dev failed:"), "\(ended)")
        #expect(ended.errors.contains("apk add sqlite-dev"), "\(ended)")
    }
}

extension TemporaryDirectory {
    fileprivate func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self(folder)).sorted()
    }
}
