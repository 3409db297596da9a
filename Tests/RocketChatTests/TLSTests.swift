import Model
import NIOSSL
import TestSupport
import Testing

@testable import RocketChat

/// Trust, and the way through a proxy.
@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    private func reply(
        server name: String, caFile: String?
    ) async throws -> (reply: Reply<Room>, requests: [String]) {
        let context = try TestCertificate.serverContext()
        return try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody))] }, tls: context) { server in
            let reply = try await withClient("https://\(name):\(server.port)", caFile: caFile) {
                await $0.move(room, from: oldVisitor, to: newVisitor)
            }
            return (reply, server.requests)
        }
    }

    @Test func `A certificate that nobody vouches for is refused before anything is sent`() async throws {
        let (reply, requests) = try await reply(server: "localhost", caFile: nil)
        #expect(reply.meaning.detail?.contains("its certificate is not trusted here") == true)
        #expect(reply.meaning.outline == "not-sent tls-failed")
        #expect(requests.isEmpty)
    }

    @Test func `A CA file makes its certificates trusted`() async throws {
        try await TestCertificate.withFile { file in
            let (reply, requests) = try await reply(server: "localhost", caFile: file)
            #expect(reply.meaning.word == "success")
            #expect(requests.count == 1)
        }
    }

    @Test func `A certificate for another name is refused`() async throws {
        try await TestCertificate.withFile { file in
            let (reply, requests) = try await reply(server: "127.0.0.1", caFile: file)
            #expect(reply.meaning.detail?.hasSuffix("its certificate is for another name") == true)
            #expect(reply.meaning.outline == "not-sent tls-failed")
            #expect(requests.isEmpty)
        }
    }

    @Test(arguments: [
        TestCertificate.anyName, TestCertificate.partOfLabel, TestCertificate.commonNameAlone,
    ])
    func `A trusted certificate that does not name the server in full gets nothing`(certificate: String) async throws {
        let context = try TestCertificate.serverContext(certificate)
        try await TestCertificate.withFile(certificate) { file in
            try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody))] }, tls: context) { server in
                let reply = try await withClient("https://localhost:\(server.port)", caFile: file) {
                    await $0.move(room, from: oldVisitor, to: newVisitor)
                }
                #expect(reply.meaning.outline == "not-sent tls-failed")
                #expect(reply.meaning.detail?.contains("its certificate ") == true, "\(reply)")
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test(arguments: [
        ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-CHACHA20-POLY1305", true),
        ("ECDHE-ECDSA-AES256-SHA", false), ("ECDHE-ECDSA-AES128-SHA", false),
    ])
    func `Only ciphers that notice a change are spoken`(cipher: String, isSpoken: Bool) async throws {
        let context = try TestCertificate.serverContext(ciphers: cipher)
        try await TestCertificate.withFile { file in
            try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody))] }, tls: context) { server in
                let reply = try await withClient("https://localhost:\(server.port)", caFile: file) {
                    await $0.move(room, from: oldVisitor, to: newVisitor)
                }
                #expect(reply.meaning.outline == (isSpoken ? "success" : "not-sent tls-failed"))
                #expect(server.requests.count == (isSpoken ? 1 : 0))
            }
        }
    }

    @Test(arguments: [
        ("ECDHE-RSA-AES128-GCM-SHA256", true), ("AES128-SHA", false), ("AES128-GCM-SHA256:AES256-SHA", false),
        ("ECDHE-RSA-AES128-SHA", false),
    ])
    func `A server that only knows ciphers whose key could be found out later is refused in a sentence`(
        ciphers: String, isSpoken: Bool
    ) async throws {
        let context = try TestCertificate.serverContext(
            TestCertificate.rsa, key: TestCertificate.rsaKey, ciphers: ciphers)
        try await TestCertificate.withFile(TestCertificate.rsa) { file in
            try await HostileServer.with({ _ in [.send(answer("200 OK", movedBody))] }, tls: context) { server in
                let reply = try await withClient("https://localhost:\(server.port)", caFile: file) {
                    await $0.move(room, from: oldVisitor, to: newVisitor)
                }
                #expect(reply.meaning.outline == (isSpoken ? "success" : "not-sent tls-failed"), "\(reply)")
                guard !isSpoken else { return }
                #expect(reply.meaning.detail?.contains("only ciphers with ECDHE and AEAD are used") == true, "\(reply)")
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test func `A server without TLS gets nothing`() async throws {
        let (reply, requests) = try await HostileServer.with({ _ in [] }) { server in
            let reply = try await withClient("https://127.0.0.1:\(server.port)", timeout: .milliseconds(300)) {
                await $0.move(room, from: oldVisitor, to: newVisitor)
            }
            return (reply, server.requests)
        }
        #expect(reply.meaning.word == "not-sent")
        #expect(!requests.joined().contains(secret))
    }

    @Test(arguments: [
        (
            [HostileServer.Step.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")],
            " does not speak TLS: is it http"
        ),
        ([.send("220 mail.example.org ESMTP\r\n")], " does not speak TLS: is it http"),
        // An alert by which a server ends a handshake: there is no cipher for both.
        ([.sendBytes([0x15, 3, 3, 0, 2, 2, 40])], "handshake failed (sslv3 alert handshake failure)"), ([.close], ""),
    ])
    func `A server that does not finish a handshake is told in words, without a path of this machine`(
        answer: [HostileServer.Step], words: String
    ) async throws {
        try await HostileServer.with(greeting: answer) { server in
            let url = "https://127.0.0.1:\(server.port)"
            let reply = try await withClient(url) { await $0.move(room, from: oldVisitor, to: newVisitor) }
            let detail = reply.meaning.detail ?? ""
            #expect(reply.meaning.word == "not-sent")
            #expect(detail.contains(url) && detail.contains(words), "\(detail)")
            for sign in ["/.build", "/checkouts", ".cc", ".swift", "Error", "OPENSSL", "BoringSSL"] {
                #expect(!detail.contains(sign), "\(detail)")
            }
        }
    }

    @Test(arguments: [
        ("407 Proxy Authentication Required", "stop proxy-refused"), ("502 Bad Gateway", "not-sent connection-failed"),
        ("403 Forbidden", "not-sent connection-failed"),
    ])
    func `A proxy that does not connect means not sent`(status: String, means: String) async throws {
        try await HostileServer.with({ _ in [.send("HTTP/1.1 \(status)\r\nContent-Length: 0\r\n\r\n")] }) { proxy in
            try await withClient("http://127.0.0.1:1", proxy: "http://user:hunter2@127.0.0.1:\(proxy.port)") { client in
                let reply = await client.move(room, from: oldVisitor, to: newVisitor)
                #expect(reply.meaning.outline == means)
                #expect(reply.meaning.detail?.hasPrefix("The proxy 127.0.0.1:\(proxy.port) ") == true)
                #expect(reply.meaning.detail?.contains("hunter2") == false)
            }
            #expect(!proxy.requests.joined().contains(secret))
        }
    }

    @Test func `A proxy that is not there is named in place of the server`() async throws {
        let port = try await HostileServer.with({ _ in [] }) { $0.port }
        try await withClient("https://chat.example.org", proxy: "http://user:hunter2@127.0.0.1:\(port)") { client in
            let reply = await client.move(room, from: oldVisitor, to: newVisitor)
            #expect(reply.meaning.outline == "not-sent connection-failed")
            #expect(
                reply.meaning.detail == "The proxy 127.0.0.1:\(port) cannot be reached: connection refused")
        }
    }

    @Test func `A proxy is asked to connect with its own credentials and passes the move on`() async throws {
        let script: HostileServer.Script = { number in
            [.send(number == 0 ? "HTTP/1.1 200 OK\r\n\r\n" : answer("200 OK", movedBody))]
        }
        try await HostileServer.with(script) { proxy in
            try await withClient("http://127.0.0.1:1", proxy: "http://user:hunter2@127.0.0.1:\(proxy.port)") { client in
                let reply = await client.move(room, from: oldVisitor, to: newVisitor)
                #expect(reply.meaning.word == "success", "\(reply)")
            }
            #expect(proxy.requests.first?.hasPrefix("CONNECT 127.0.0.1:1 HTTP/1.1\r\n") == true)
            #expect(proxy.requests.first?.contains("Basic dXNlcjpodW50ZXIy") == true)
            #expect(proxy.requests.last?.contains("dXNlcjpodW50ZXIy") == false)
        }
    }
}
