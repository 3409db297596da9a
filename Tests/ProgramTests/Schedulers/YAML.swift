import FoundationEssentials
import TestSupport
import Testing

/// Manifests read with Python's library.
enum YAML {
    private static let read = """
        import json, sys, yaml
        json.dump(list(yaml.safe_load_all(open(sys.argv[1]))), sys.stdout)
        """

    /// Whether the library is installed.
    static func isReadable() async throws -> Bool {
        let folder = try TemporaryDirectory()
        try folder.write("a: 1\n", as: "x.yaml")
        return try await Program("/usr/bin/env", in: folder.path)("python3", "-c", read, "x.yaml").status == 0
    }

    /// The documents of a sample for Kubernetes.
    static func sample<Value: Decodable>(_ name: String, as type: Value.Type) async throws -> [Value] {
        let folder = try TemporaryDirectory()
        try folder.copySample("kubernetes/" + name, as: "x.yaml")
        let ended = try await Program("/usr/bin/env", in: folder.path)("python3", "-c", read, "x.yaml")
        try #require(ended.status == 0, "\(ended)")
        return try JSONDecoder().decode([Value].self, from: Data(ended.output.utf8))
    }
}
