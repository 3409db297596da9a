import FoundationEssentials
import TestSupport

/// Prometheus' collector for machines, which hands out the metrics files of a folder.
struct NodeExporter {
    private static let server = LocalServer("prometheus-node-exporter")

    static var isInstalled: Bool { server != nil }

    /// What it hands out of a folder.
    static func collect(from folder: TemporaryDirectory) async throws -> String {
        guard let server else { throw LocalServer.NotServing(said: "prometheus-node-exporter is not installed") }
        let port = Port.free()
        let arguments = [
            "--collector.disable-defaults", "--web.disable-exporter-metrics", "--collector.textfile",
            "--collector.textfile.directory=\(folder.path)", "--web.listen-address=127.0.0.1:\(port)",
        ]
        let own = try TemporaryDirectory()
        return try await server.serve(arguments, on: port, in: own.path) {
            let get = "import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).read().decode(), end='')"
            let ended = try await Program("/usr/bin/env", in: own.path)(
                "python3", "-c", get, "http://127.0.0.1:\(port)/metrics")
            return ended.output + ended.errors
        }
    }
}
