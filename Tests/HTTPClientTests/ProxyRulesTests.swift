import Testing

@testable import HTTPClient

/// Which proxy is used for which server.
struct ProxyRulesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String { "\(url) with \(environment), named \(named ?? "nothing")" }
        var url = "https://chat.example.org"
        var environment: [String: String] = [:]
        var named: String?
        var proxy: String?
    }

    @Test(arguments: [
        Case(),
        Case(environment: ["HTTPS_PROXY": "a:1"], proxy: "a:1"),
        Case(environment: ["https_proxy": "a:1"], proxy: "a:1"),
        Case(environment: ["HTTPS_PROXY": "a:1", "https_proxy": "b:2"], proxy: "b:2"),
        Case(environment: ["HTTPS_PROXY": "a:1", "https_proxy": ""], proxy: "a:1"),
        Case(environment: ["ALL_PROXY": "a:1", "all_proxy": "b:2"], proxy: "b:2"),
        Case(environment: ["ALL_PROXY": "a:1", "HTTPS_PROXY": "b:2"], proxy: "b:2"),
        Case(environment: ["HTTP_PROXY": "a:1", "http_proxy": "a:1"]),
        Case(environment: ["HTTPS_PROXY": "a:1"], named: "b:2", proxy: "b:2"),
        Case(environment: ["HTTPS_PROXY": "a:1"], named: ""),
        // Another host and plain http, which the user has allowed.
        Case(url: "http://chat.example.org", environment: ["http_proxy": "a:1"], proxy: "a:1"),
        Case(url: "http://chat.example.org", environment: ["HTTP_PROXY": "a:1", "HTTPS_PROXY": "a:1"]),
        Case(url: "http://chat.example.org", environment: ["ALL_PROXY": "a:1"], proxy: "a:1"),
        // Loopback is no exception with https, and one for what is not meant for it in particular with plain http.
        Case(url: "https://localhost:3000", environment: ["HTTPS_PROXY": "a:1"], proxy: "a:1"),
        Case(url: "http://127.0.0.1:3000", environment: ["http_proxy": "a:1", "ALL_PROXY": "a:1"]),
        Case(url: "http://[::1]:3000", environment: ["http_proxy": "a:1"]),
        Case(url: "http://127.0.0.1:3000", named: "http://localhost:3128", proxy: "http://localhost:3128"),
        Case(url: "http://127.0.0.1:3000", named: "http://[::1]:3128", proxy: "http://[::1]:3128"),
        // Whoever names the proxy, some hosts are reached directly.
        Case(environment: ["HTTPS_PROXY": "a:1", "NO_PROXY": "example.org"]),
        Case(environment: ["HTTPS_PROXY": "a:1", "NO_PROXY": "x", "no_proxy": "example.org"]),
        Case(environment: ["HTTPS_PROXY": "a:1", "NO_PROXY": "example.org", "no_proxy": ""]),
        Case(environment: ["HTTPS_PROXY": "a:1", "NO_PROXY": "example.org", "no_proxy": "x"], proxy: "a:1"),
        Case(environment: ["NO_PROXY": "example.org"], named: "b:2"),
    ])
    func `A server is reached through the proxy that was named for it`(_ row: Case) throws {
        let rules = ProxyRules(environment: row.environment)
        let proxy = try rules.proxy(
            for: Origin(row.url), named: row.named, allowInsecureHTTP: row.url.contains("example.org"))
        #expect(proxy == row.proxy)
    }

    @Test func `Plain http leaves this machine through no proxy that it was not allowed for`() throws {
        let origin = try Origin("http://127.0.0.1:3000")
        let rules = ProxyRules(environment: [:])
        let proxy = "http://user:hunter2@proxy.example.org:3128"
        let error = #expect(throws: ClientSetupError.self) {
            try rules.proxy(for: origin, named: proxy, allowInsecureHTTP: false)
        }
        #expect(error == .insecureProxy("proxy.example.org:3128"))
        #expect(try rules.proxy(for: origin, named: proxy, allowInsecureHTTP: true) == proxy)
    }

    @Test(arguments: [
        ("*", "chat.example.org"), ("example.org", "example.org"), ("example.org", "chat.example.org"),
        (".example.org", "chat.example.org"), (".example.org", "example.org"), ("*.example.org", "chat.example.org"),
        ("EXAMPLE.org.", "chat.example.org"), ("example.org", "chat.example.org."),
        ("a, example.org ,b", "example.org"),
        ("a example.org b", "example.org"), ("chat.example.org:8443", "chat.example.org"), ("*:8443", "example.org"),
        ("10.1.2.3", "10.1.2.3"), ("10.0.0.0/8", "10.255.0.1"), ("10.1.2.3:8443", "10.1.2.3"), ("0.0.0.0/0", "8.8.8.8"),
        ("192.168.64.0/18", "192.168.127.255"), ("::1", "[::1]"), ("[::1]", "[::1]"), ("[::1]:8443", "[::1]"),
        ("fd00::/8", "[fd12::1]"), ("0:0:0:0:0:0:0:1", "[::1]"), ("localhost", "localhost"),
    ])
    func `An entry covers a host`(entry: String, host: String) {
        #expect(ProxyExemptions(entry).cover(host, port: 8443))
    }

    @Test(arguments: [
        ("", "example.org"), (",, ,", "example.org"), ("example.org", "badexample.org"),
        ("example.org", "example.org.uk"),
        ("chat.example.org", "example.org"), ("example.org:443", "example.org"), ("*:443", "example.org"),
        ("10.1.2.3", "10.1.2.31"), ("10.0.0.0/8", "11.0.0.1"), ("192.168.64.0/18", "192.168.128.0"),
        ("10.0.0.0/8", "10.example.org"), ("1", "127.0.0.1"), ("0.0.1", "127.0.0.1"), ("::1", "[::2]"),
        ("fd00::/8", "[fe80::1]"), ("10.0.0.0/33", "10.0.0.0"), ("127.0.0.0/8", "localhost"), ("0.0.0.0/0", "[::1]"),
    ])
    func `An entry does not cover a host`(entry: String, host: String) {
        #expect(!ProxyExemptions(entry).cover(host, port: 8443))
    }

    @Test(
        arguments: [
            ("http://proxy:3128", "proxy:3128", nil), ("proxy:3128", "proxy:3128", nil), ("proxy", "proxy:80", nil),
            ("HTTP://proxy.example.org/", "proxy.example.org:80", nil), ("10.1.2.3:8080", "10.1.2.3:8080", nil),
            ("http://[fd00::1]:3128", "[fd00::1]:3128", nil), ("socks5://proxy", "proxy:1080", nil),
            ("socks5h://proxy:9050", "proxy:9050", nil), ("http://ann:se%40cret@proxy:3128", "proxy:3128", "se@cret"),
            ("ann:secret@proxy:3128", "proxy:3128", "secret"),
        ] as [(String, String, String?)])
    func `A proxy is read and shows no password`(text: String, shown: String, password: String?) throws {
        let proxy = try ProxyAddress(parsing: text)
        var dumped = ""
        dump(proxy, to: &dumped)
        #expect("\(proxy)" == shown && String(reflecting: proxy) == shown)
        #expect(password.map { dumped.contains($0) } != true)
        #expect(proxy.user == (password == nil ? nil : "ann") && proxy.password == password ?? "")
    }
}
