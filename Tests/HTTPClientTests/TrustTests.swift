import NIOSSL
import TestSupport
import Testing

@testable import HTTPClient

/// What a certificate has to prove, and the options with which there is no client.
@Suite(.timeLimit(.minutes(1)))
struct TrustTests {
    @Test func `No cipher is offered whose key could be found out later`() throws {
        let ciphers = try ClientOptions().tlsConfiguration().cipherSuiteValues.map(\.rawValue)
        // By their numbers (IANA): ECDHE with AES-GCM, ECDHE with ChaCha20, and those of TLS 1.3.
        let good: Set<UInt16> = [
            0xC02B, 0xC02C, 0xC02F, 0xC030, 0xCCA8, 0xCCA9, 0xCCAC, 0x1301, 0x1302, 0x1303,
        ]
        #expect(!ciphers.isEmpty && good.isSuperset(of: ciphers), "\(ciphers)")
    }

    @Test(arguments: [
        ("chat.example.org", "chat.example.org", true), ("Chat.Example.org.", "chat.example.org", true),
        ("chat.example.org", "chat.example.org.", true), ("*.example.org", "chat.example.org", true),
        ("*.Example.ORG", "chat.example.org", true), ("*.example.org", "example.org", false),
        ("*.example.org", "a.chat.example.org", false), ("*.org", "example.org", false), ("*", "localhost", false),
        ("*.", "localhost", false), ("l*", "localhost", false), ("*", "chat.example.org", false),
        ("c*.example.org", "chat.example.org", false), ("*t.example.org", "chat.example.org", false),
        ("chat.*.org", "chat.example.org", false), ("*.*.org", "chat.example.org", false),
        ("*.example.org", ".example.org", false), ("localhost", "localhost", true), ("", "", false),
        ("xn--bcher-kva.example", "xn--bcher-kva.example", true), ("example.org\0.evil.org", "example.org", false),
    ])
    func `A certificate is for its own names, and for those one level below a domain`(
        name: String, host: String, isCovered: Bool
    ) {
        #expect(CertificateNames([name]).cover(host) == isCovered)
        #expect(!CertificateNames([]).cover(host))
    }

    @Test(arguments: ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
    func `A CA file without certificates makes no client`(text: String) async throws {
        try await TestCertificate.withFile(text) { file in
            _ = await #expect(throws: ClientSetupError.unusableCAFile(file)) {
                try await withClient("https://localhost", caFile: file) { _ in }
            }
        }
    }

    @Test(arguments: [
        "", "https://proxy", "ftp://proxy", "http://", "proxy:0", "proxy:99999", "socks5://user:hunter2@proxy",
    ])
    func `A proxy that cannot be used makes no client`(proxy: String) async throws {
        await #expect(throws: ClientSetupError.unusableProxy) {
            try await withClient("https://localhost", proxy: proxy) { _ in }
        }
    }

    @Test(arguments: ["https://192.0.2.7", "https://[2001:db8::7]"])
    func `Through a proxy a server with TLS has to be named, for its certificate to be checked`(url: String)
        async throws
    {
        for proxy in ["http://127.0.0.1:1", "socks5://127.0.0.1:1"] {
            await #expect(throws: ClientSetupError.unnamedServerBehindProxy) {
                try await withClient(url, proxy: proxy) { _ in }
            }
        }
    }

    @Test func `A proxy is asked for an IPv6 address in brackets`() async throws {
        try await HostileServer.with({ _ in [.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")] }) { proxy in
            try await withClient("http://[::1]:8065", proxy: "http://127.0.0.1:\(proxy.port)") { client in
                _ = await client.send(.put)
            }
            #expect(proxy.requests == ["CONNECT [::1]:8065 HTTP/1.1\r\nHost: [::1]:8065\r\n\r\n"])
        }
    }
}
