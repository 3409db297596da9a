import Testing

@testable import RocketChat

struct ServerVersionTests {
    @Test(arguments: [
        ("3.5.4", false, false), ("3.6.0", true, false), ("3.18.0", true, false), ("5.1", true, false),
        ("6.9.0-rc.2", true, false), ("6.13.1", true, false), ("7.0.0-develop", false, true),
        ("7.0.0", false, true), ("8.4.1", false, true), ("0.74.3", false, false),
    ])
    func `A version says whether the endpoint is there`(text: String, hasEndpoint: Bool, isPast: Bool) throws {
        let version = try #require(ServerVersion(parsing: text))
        #expect(version.hasEndpoint == hasEndpoint)
        #expect(version.isPastEndpoint == isPast)
        #expect(version.description == text)
    }

    @Test(arguments: ["", "6", "v6.9", "develop", "6.x", "6.", ".9", "-1.2", "6-9", "99999999999999999999.1"])
    func `What begins with no two numbers is no version`(text: String) {
        #expect(ServerVersion(parsing: text) == nil)
    }

    @Test func `Versions are compared by number and not by text`() throws {
        let nine = try #require(ServerVersion(parsing: "6.9.9"))
        let ten = try #require(ServerVersion(parsing: "6.10.0"))
        let candidate = try #require(ServerVersion(parsing: "6.10.0-rc.1"))
        #expect(nine < ten)
        #expect(ten == candidate)
    }
}
