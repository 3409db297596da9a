/// Prometheus' own check of a metrics file, where it is installed.
package enum Promtool {
    private static let path = InstalledTool.path("promtool")

    package static var isInstalled: Bool { path != nil }

    /// What it finds fault with; empty when all is well.
    package static func faults(in metrics: String) async throws -> String {
        let folder = try TemporaryDirectory()
        let ended = try await Program(path ?? "promtool", in: folder.path)("check", "metrics", input: metrics)
        return ended.status == 0 ? ended.output + ended.errors : "\(ended)"
    }
}
