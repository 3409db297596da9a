import Model
import Testing

struct PathTests {
    @Test(arguments: [
        ".", "..", "", "%2e", "%2E%2e", ".%2e", "%252e%252e", "%%32e%2e", "a/../b", "/", "a//b", "a%2f%2e", "a/", "%5c",
        "a\\b", "..;",
        ";", "a;b",
        "a%3Bb", "%00", "a\n", "%252525252f",
    ])
    func `An id that a proxy could take for another part of a path does not stay in one`(id: String) {
        #expect(!id.staysInPath)
    }

    @Test(arguments: [
        "Rm9xT2bQe7LkVdP4s", "66e10123abcdef0123456789", "...", ".a", "a..b", "a%", "%", "%2", "%zz", "100%",
        "h\u{E9}llo",
        "a#", "a?b", "a b", "a:b", "%41", "a/b",
    ])
    func `Every other id does`(id: String) {
        #expect(id.staysInPath)
    }

    @Test func `A long id takes no long time`() {
        #expect(!(String(repeating: "%25", count: 300_000) + "00").staysInPath)
    }
}
