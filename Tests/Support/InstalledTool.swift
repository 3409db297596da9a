import FoundationEssentials

/// A program of somebody else's that tests use where it is installed.
package enum InstalledTool {
    /// Where a program is, also where Debian keeps servers; `nil` where it is not installed.
    package static func path(_ name: String) -> String? {
        ["/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/"].map { $0 + name }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
