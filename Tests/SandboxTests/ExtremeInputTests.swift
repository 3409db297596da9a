import FoundationEssentials
import Testing

@testable import Sandbox

/// A number at the end of its type, an instant at the end of the calendar: whatever comes in, the sandbox answers.
@Suite struct ExtremeInputTests {
    private static let numbers = [
        "-9223372036854775808", "9223372036854775807", "-9223372036854775809", "18446744073709551616", "-1", "0", "-0",
        "1e300", "-1e300", "1e-300", "1e999", "-1e999", "9.223372036854775e18", "-9.223372036854775807e18", "0.5",
    ]
    private static let words = numbers + ["nan", "-nan", "inf", "-inf", "infinity", "0x7fffffffffffffff", "", "null"]
    private static let instants = [
        "0000-01-01T00:00:00Z", "9999-12-31T23:59:60Z", "99999-01-01T00:00:00Z", "-9999-01-01T00:00:00Z",
        "292278994-08-17T07:12:55Z", "2024-99-99T99:99:99Z", "2024-01-01T00:00:00.99999999999999999999Z",
        "2024-01-01T00:00:00+99:99", "2024-00-00T00:00:00Z", "9223372036854775807-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
    ]

    @Test func `Every parameter of a list takes any number`() async throws {
        try await SandboxServer.forTests().withClient { client async throws in
            let lists = [
                "livechat/rooms?", "livechat/visitors.search?term=&",
                "livechat/visitors.chatHistory/room/open/visitor/old?",
            ]
            for list in lists {
                for word in Self.words {
                    let sort = "%7B%22ts%22:\(word)%7D"
                    for query in ["count=\(word)", "offset=\(word)", "count=\(word)&offset=\(word)", "sort=\(sort)"] {
                        let reply = try await client.send(.GET, "/api/v1/" + list + query)
                        #expect([200, 400].contains(reply.status), "\(list)\(query): \(reply.body)")
                    }
                }
            }
            for instant in Self.instants {
                for name in ["createdAt", "closedAt"] {
                    let period = "%7B%22start%22:%22\(instant)%22,%22end%22:%22\(instant)%22%7D"
                    let reply = try await client.send(.GET, "/api/v1/livechat/rooms?\(name)=\(period)")
                    #expect([200, 400].contains(reply.status), "\(instant): \(reply.body)")
                }
            }
        }
    }

    @Test func `Every number of a control request is taken or refused, and the API answers after it`() async throws {
        var time = SandboxTime.system
        // How long it was asked to wait is not waited for.
        time.sleep = { _ in }
        try await SandboxServer.forTests(time: time).withClient { client async throws in
            for number in Self.numbers {
                for (path, body) in [
                    ("clock", #"{"skewSeconds":\#(number)}"#), ("pause", #"{"milliseconds":\#(number)}"#),
                    ("rate-limit", #"{"calls":\#(number),"seconds":60}"#),
                    ("rate-limit", #"{"calls":5,"seconds":\#(number)}"#),
                    ("faults", #"{"gzip":\#(number)}"#),
                    ("faults", #"{"gzip":{"after":\#(number)}}"#), ("faults", #"{"gzip":{"count":\#(number)}}"#),
                    ("faults", #"{"retry-after":{"milliseconds":\#(number)}}"#),
                    ("faults", #"{"retry-after-date":{"milliseconds":\#(number)}}"#),
                    (
                        "faults",
                        #"{"delay-before-write":{"milliseconds":\#(number)},"delay-after-write":{"milliseconds":\#(number)}}"#
                    ),
                ] {
                    let set = try await client.send(.PUT, "/sandbox/" + path, body)
                    #expect([200, 400].contains(set.status), "\(path) \(body): \(set.body)")
                    let asked = try await client.send(.GET, "/api/v1/me")
                    #expect([200, 429].contains(asked.status), "\(path) \(body): \(asked.status) \(asked.body)")
                    let moved = try await client.move("closed", "old", "old")
                    #expect([200, 429].contains(moved.status), "\(path) \(body): \(moved.status) \(moved.body)")
                    for (path, body) in [("faults", "{}"), ("rate-limit", #"{"off":true}"#)] {
                        #expect(try await client.send(.PUT, "/sandbox/" + path, body).status == 200)
                    }
                }
            }
        }
    }

    @Test func `Every instant of a seed is taken or refused, and what it made is shown`() async throws {
        for instant in Self.instants {
            for place in ["visitors", "rooms"] {
                let record = #"{"_id":"x","ts":"\#(instant)"\#(place == "rooms" ? #","visitorId":"old""# : "")}"#
                let seed: Seed
                do {
                    seed = try Seed(json: Data(#"{"\#(place)":[\#(record)]}"#.utf8))
                } catch is SandboxError {
                    continue
                }
                let lists = try await SandboxServer.forTests(seed: seed).withClient { client async throws in
                    [
                        try await client.send(.GET, "/api/v1/livechat/rooms"),
                        try await client.send(.GET, "/api/v1/livechat/visitors.search?term="),
                    ]
                }
                #expect(lists.map(\.status) == [200, 200], "\(instant)")
            }
        }
    }

    @Test func `Bodies of every shape are answered`() async throws {
        let values = Self.numbers + ["null", "true", "[]", "{}", #""""#, #"["a"]"#, #"{"a":[1e999]}"#]
        try await SandboxServer.forTests().withClient { client async throws in
            for value in values {
                for key in ["rid", "oldVisitorId", "newVisitorId", "extra"] {
                    let members = ["rid", "oldVisitorId", "newVisitorId"].map { name in
                        #""\#(name)":\#(name == key ? value : #""x""#)"#
                    }
                    let body =
                        "{" + (members + (key == "extra" ? [#""extra":\#(value)"#] : [])).joined(separator: ",") + "}"
                    let reply = try await client.send(.PUT, "/api/v1/livechat/room.visitor", body)
                    #expect(reply.status == 400, "\(body): \(reply.body)")
                }
                for (verb, path, body) in [
                    (Verb.POST, "/api/v1/login", #"{"user":\#(value),"password":\#(value)}"#),
                    (.POST, "/sandbox/move", #"{"rid":\#(value),"visitorId":\#(value)}"#),
                    (.POST, "/sandbox/rooms", #"{"_id":"x","open":\#(value),"ts":\#(value)}"#),
                    (.POST, "/sandbox/visitors", #"{"_id":"x","emails":\#(value)}"#),
                    (.PUT, "/sandbox/users", #"{"username":"mgr","roles":\#(value)}"#),
                    (.PUT, "/sandbox/rooms", #"{"rid":"closed","open":\#(value)}"#),
                    (.PUT, "/sandbox/profile", #"{"profile":\#(value)}"#),
                    (.PUT, "/sandbox/faults", #"{"gzip":\#(value)}"#),
                    (.PUT, "/sandbox/faults", value),
                ] {
                    let reply = try await client.send(verb, path, body)
                    #expect((200..<500).contains(reply.status), "\(path) \(body): \(reply.body)")
                }
                _ = try await client.send(.PUT, "/sandbox/users", #"{"username":"mgr","roles":["livechat-manager"]}"#)
            }
        }
    }
}
