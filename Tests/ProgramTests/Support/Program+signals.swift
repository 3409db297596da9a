import FoundationEssentials
import Glibc
import TestSupport

extension Program.Going {
    /// Whether the process has taken the handling of a signal into its own hands; until then it dies of it.
    func heeds(_ signal: Int32) -> Bool {
        guard let text = try? String(contentsOf: URL(filePath: "/proc/\(pid)/status"), encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("SigCgt:") }),
            let mask = UInt64(line.dropFirst("SigCgt:".count).trimmingPrefix("\t"), radix: 16)
        else { return false }
        return mask & 1 << (signal - 1) != 0
    }

    /// Sends any signal.
    func send(_ signal: Int32) {
        _ = Glibc.kill(pid, signal)
    }
}
