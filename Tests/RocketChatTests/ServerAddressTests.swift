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
    ])
    func `An address has one canonical form`(text: String, canonical: String) throws {
        let address = try ServerAddress(parsing: text, allowInsecureHTTP: false)
        #expect(address.description == canonical)
        #expect(try ServerAddress(parsing: canonical, allowInsecureHTTP: false) == address)
    }

    @Test(arguments: [
        ("", ServerAddressError.notAnAddress), ("chat.example.org", .notAnAddress), ("https://a b", .notAnAddress),
        ("ftp://example.org", .unsupportedScheme), ("file:///etc/passwd", .unsupportedScheme),
        ("https://", .missingHost), ("https:///path", .missingHost), ("https://bücher.example", .missingHost),
        ("https://example.org:0", .invalidPort), ("https://example.org:65536", .invalidPort),
        ("https://example.org:/", .invalidPort), ("https://user:pw@example.org", .credentialsInAddress),
        ("https://user@example.org", .credentialsInAddress), ("https://example.org?x=1", .queryOrFragment),
        ("https://example.org/#/home", .queryOrFragment), ("https://example.org/a//b", .oddPath),
        ("https://example.org/a/../b", .oddPath),
    ])
    func `Anything else is refused`(text: String, error: ServerAddressError) {
        #expect(throws: error) { try ServerAddress(parsing: text, allowInsecureHTTP: false) }
    }

    @Test(arguments: [
        "chat.example.org", "127.0.0.1.example.org", "127.evil.example", "127.0.0", "127.0.0.256", "10.0.0.1",
        "0.0.0.0", "localhost.example.org", "[::2]",
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
