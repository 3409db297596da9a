import FoundationEssentials
import TestSupport

/// Debian's cron with a crontab of ours, a mailbox instead of a mail server, and a clock that is soon at the hour.
///
/// Everything of the machine that it looks at is covered for it alone, in a mount namespace.
struct Cron {
    private static let cover = "mount -t overlay overlay -o lowerdir=\"$PWD/sbin:/usr/sbin\" /usr/sbin"

    /// The library of faketime; the program of that name would stand between the test and cron's process.
    private static let clock: String? = {
        let folders = try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")
        return folders?.map { "/usr/lib/\($0)/faketime/libfaketime.so.1" }
            .first { FileManager.default.fileExists(atPath: $0) }
    }()

    /// Whether it and what it needs is installed, and whether the tests may mount.
    static func isPossible() async throws -> Bool {
        guard Unprivileged.isSuperuser, InstalledTool.path("cron") != nil, clock != nil else { return false }
        let folder = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: folder("sbin"), withIntermediateDirectories: false)
        let ended = try await Program("/bin/sh", in: folder.path)("-c", "exec unshare -m /bin/sh -c '\(cover)'")
        return ended.status == 0
    }

    /// Who runs the jobs of the crontab: a user of this machine as far as cron is told.
    static let user: UInt32 = 4242

    private let folder: TemporaryDirectory

    init(_ crontab: String, userNamed name: String) throws {
        folder = try TemporaryDirectory()
        for name in ["sbin", "cron.d", "spool", "spool/crontabs", "run", "mails"] {
            try FileManager.default.createDirectory(atPath: folder(name), withIntermediateDirectories: false)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder("mails"))
        try folder.write(crontab, as: "cron.d/sample")
        try folder.write(
            Self.text("/etc/passwd") + "\(name):*:\(Self.user):\(Self.user)::/nonexistent:/bin/sh\n", as: "passwd")
        try folder.write("", as: "crontab")
        try folder.write("#!/bin/sh\nexec cat > \"$(mktemp -p '\(folder("mails"))')\"\n", as: "sbin/sendmail")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder("sbin/sendmail"))
    }

    /// Lets cron work from an instant until `isBegun` says that its jobs are going and they have ended.
    ///
    /// - Returns: what was mailed.
    func work(from instant: String, until isBegun: @Sendable () throws -> Bool) async throws -> [String] {
        let script = """
            set -e
            \(Self.cover)
            mount --bind cron.d /etc/cron.d; mount --bind spool /var/spool/cron; mount --bind run /run
            mount --bind passwd /etc/passwd; mount --bind crontab /etc/crontab; mount -t tmpfs tmpfs /dev/shm
            exec env FAKETIME="@$0" LD_PRELOAD="$1" cron -f
            """
        let paths = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
        let shell = Program("/usr/bin/unshare", in: folder.path, environment: paths)
        let ended = try await shell.run(["-m", "/bin/sh", "-c", script, instant, Self.clock ?? ""]) { process in
            _ = try await eventually { try isBegun() }
            _ = try await eventually { try Self.children(of: process.pid).isEmpty }
            try process.terminate()
        }
        let mails = try FileManager.default.contentsOfDirectory(atPath: folder("mails"))
        guard ended.status == -15, ended.errors.isEmpty else { throw Failure(said: "\(ended)") }
        return try mails.map { try folder.text("mails/\($0)") }
    }

    /// The processes it waits for; it only asks once a minute which of them have ended.
    private static func children(of process: Int32) throws -> [Substring] {
        try text("/proc/\(process)/task/\(process)/children").split(separator: " ")
            .filter { child in
                guard let status = try? text("/proc/\(child)/stat") else { return false }
                return !status.contains(") Z ")
            }
    }

    private static func text(_ file: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(filePath: file)), as: UTF8.self)
    }

    struct Failure: Error {
        var said: String
    }
}
