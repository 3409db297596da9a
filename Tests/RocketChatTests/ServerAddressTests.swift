import Testing

@testable import RocketChat

struct ServerAddressTests {
    @Test(arguments: [
        ("https://chat.example.org", "https://chat.example.org"),
        ("HTTPS://Chat.Example.ORG/", "https://chat.example.org"),
        ("https://chat.example.org:443", "https://chat.example.org"),
        ("https://chat.example.org:8443/", "https://chat.example.org:8443"),
        ("https://example.org/Chat/team/", "https://example.org/Chat/team"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
        ("http://127.8.9.10:80/", "http://127.8.9.10"),
        ("http://[::1]:3000/x", "http://[::1]:3000/x"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://BÜCHER.example/x", "https://xn--bcher-kva.example/x"),
        // What is compared with loopback is what is connected to, however it was written.
        // Below the routes of a workspace there is no other one.
        ("https://chat.example.org/api/v1", "https://chat.example.org"),
        ("https://example.org/chat/api/v1/", "https://example.org/chat"),
        ("https://example.org/api/v1/livechat/room.visitor", "https://example.org"),
        ("https://example.org/api/info", "https://example.org"),
        ("https://example.org/api", "https://example.org"),
        ("https://example.org/chat/api/", "https://example.org/chat"),
        ("https://example.org/home", "https://example.org/home"),
        ("https://example.org/api/v2", "https://example.org/api/v2"),
        ("http://ⓛocalhost", "http://localhost"), ("http://127。0。0。1", "http://127.0.0.1"),
    ])
    func `An address has one canonical form`(text: String, canonical: String) throws {
        let address = try ServerAddress(parsing: text, allowInsecureHTTP: false)
        #expect(address.description == canonical)
        #expect(try ServerAddress(parsing: canonical, allowInsecureHTTP: false) == address)
    }

    @Test(arguments: [
        ("", ServerAddressError.notAnAddress), ("chat.example.org", .notAnAddress), ("https://a b", .notAnAddress),
        ("ftp://example.org", .unsupportedScheme), ("file:///etc/passwd", .unsupportedScheme),
        ("https://", .missingHost), ("https:///path", .missingHost), ("https://b%C3%BCcher.example", .missingHost),
        ("https://" + String(repeating: "a", count: 254), .missingHost),
        ("https://example.org:0", .invalidPort), ("https://example.org:65536", .invalidPort),
        ("https://example.org:/", .invalidPort), ("https://user:pw@example.org", .credentialsInAddress),
        ("https://user@example.org", .credentialsInAddress), ("https://example.org?x=1", .queryOrFragment),
        ("https://example.org/#/home", .queryOrFragment), ("https://example.org/a//b", .oddPath),
        ("https://example.org/a/../b", .oddPath), ("http://localhost@evil.example", .credentialsInAddress),
        ("http://127.0.0.1:80@evil.example", .credentialsInAddress), ("http://@evil.example", .credentialsInAddress),
        ("http://evil.example#@localhost", .queryOrFragment), ("http://evil.example?@localhost", .queryOrFragment),
        ("http://local%68ost", .missingHost), ("http://127.0.0.1%00.evil.example", .missingHost),

        ("http:localhost", .missingHost), ("//localhost", .notAnAddress), ("localhost:3000", .unsupportedScheme),
    ])
    func `Anything else is refused`(text: String, error: ServerAddressError) {
        #expect(throws: error) { try ServerAddress(parsing: text, allowInsecureHTTP: false) }
    }

    @Test(arguments: [
        "chat.example.org", "127.0.0.1.example.org", "127.evil.example", "127.0.0", "127.0.0.256", "10.0.0.1",
        "0.0.0.0", "localhost.example.org", "[::2]", "localhost.", "127.0.0.1.", "127.1", "2130706433", "0x7f.1",
        "0x7f000001", "0177.0.0.1", "017700000001", "127.+0.0.1", "127.0.0.01", "127.0.0.-1", "127..0.1", "[::]",
        "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "localhosts", "xn--lcalhost-13a.example", "127.0.0.1-x",
        "ip6-localhost",
    ])
    func `Plain http goes to loopback only, unless it is asked for`(host: String) throws {
        #expect(throws: ServerAddressError.insecure(host: host)) {
            try ServerAddress(parsing: "http://\(host)", allowInsecureHTTP: false)
        }
        let address = try ServerAddress(parsing: "http://\(host)", allowInsecureHTTP: true)
        #expect(address.description == "http://\(host)")
    }

    @Test func `No description of an error repeats a password`() {
        let error = #expect(throws: ServerAddressError.self) {
            try ServerAddress(parsing: "https://user:hunter2@example.org", allowInsecureHTTP: false)
        }
        #expect(error?.description.contains("hunter2") == false)
    }
}
