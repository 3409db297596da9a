import FoundationEssentials
import Glibc
import Journal
import Model

/// Who runs this process, where and since when: for the lock, the runs in the journal and the report.
enum CurrentProcess {
    static var now: Timestamp { Timestamp(Date()) }

    static func holder(since instant: Timestamp) -> LockOwner {
        LockOwner(host: host, pid: Int(getpid()), user: user, since: instant)
    }

    static func run(at instant: Timestamp, settings: RunSettings) -> Run {
        Run(
            startedAt: instant, host: host, pid: Int(getpid()), user: user, toolVersion: ToolVersion.current,
            settings: settings)
    }

    /// Who gives an order to another process.
    static var person: String { "\(user) on \(host)" }

    private static var host: String { ProcessInfo.processInfo.hostName }

    /// The name of the user whose rights the process has; the number where the name is not known, as in containers.
    private static var user: String {
        let name = ProcessInfo.processInfo.userName
        return name.isEmpty ? String(geteuid()) : name
    }
}
