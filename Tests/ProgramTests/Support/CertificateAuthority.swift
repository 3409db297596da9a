import FoundationEssentials
import TestSupport
import Testing

/// An authority of a test's own, as companies have them; its keys are gone with the folder.
struct CertificateAuthority {
    /// A certificate with its key, as files.
    struct Certificate: Sendable {
        var file: String
        var key: String
    }

    private static let tool = "/usr/bin/openssl"

    static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: tool) }

    private let folder: TemporaryDirectory

    /// The certificate of the authority, which who is to trust it has to be given.
    var file: String { folder("ca.pem") }

    init() async throws {
        folder = try TemporaryDirectory()
        try await openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=Test authority", "-keyout", "ca.key", "-out", "ca.pem")
    }

    /// A certificate for the names, such as `DNS:localhost,IP:127.0.0.1`; with days below zero it was good until then.
    func issue(for names: String, days: Int = 2) async throws -> Certificate {
        try folder.write("subjectAltName=\(names)\n", as: "names")
        try await openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=Test server",
            "-keyout", "server.key", "-out", "server.csr")
        try await openssl(
            "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
            "\(days)", "-extfile", "names", "-out", "server.pem")
        return Certificate(file: folder("server.pem"), key: folder("server.key"))
    }

    private func openssl(_ arguments: String...) async throws {
        let ended = try await Program(Self.tool, in: folder.path).run(arguments) { _ in }
        try #require(ended.status == 0, "\(ended)")
    }
}
