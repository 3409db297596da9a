import Model
import Testing

@testable import RocketChat

/// How long a client waits (TheServer, "Waiting").
struct RateLimitTests {
    private static let now = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let message =
        "Error, too many requests. Please slow down. "
        + "You must wait 47 seconds before trying this endpoint again. [error-too-many-requests]"

    private func wait(_ headers: [String: String], message: String? = nil) -> Duration? {
        RateLimitHint(head: ReplyHead(status: 429, fields: headers.map { (name: $0, value: $1) }), message: message)
            .wait
    }

    @Test func `Retry-After counts first, then the message, then the window`() {
        var headers = [
            "Retry-After": "3", "Date": Self.now, "X-RateLimit-Limit": "10", "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": "784111787500",
        ]
        #expect(wait(headers, message: Self.message) == .seconds(3))
        headers["Retry-After"] = nil
        #expect(wait(headers, message: Self.message) == .seconds(47))
        #expect(wait(headers, message: "Slow down") == .milliseconds(10_500))
        headers["Date"] = nil
        #expect(wait(headers, message: "Slow down") == nil)
        #expect(wait([:]) == nil)
    }

    @Test(arguments: [
        ("0", Duration.seconds(0)), ("-5", .seconds(0)), ("1.5", .milliseconds(1500)),
        ("Sun, 06 Nov 1994 08:50:37 GMT", .seconds(60)), ("Sun, 06 Nov 1994 08:00:00 GMT", .seconds(0)),
        ("99999999999", .seconds(3600)), ("1e300", .seconds(3600)), ("Sun, 06 Nov 2094 08:50:37 GMT", .seconds(3600)),
    ])
    func `Retry-After is seconds or a date, and never absurd`(text: String, expected: Duration) {
        #expect(wait(["Retry-After": text, "Date": Self.now]) == expected)
    }

    @Test(arguments: ["soon", "", "nan", "inf", "Sun, 06 Nov 1994"])
    func `What cannot be read as Retry-After leaves it to the message`(text: String) {
        #expect(wait(["Retry-After": text], message: Self.message) == .seconds(47))
    }

    @Test(arguments: ["", "seconds", "wait a few seconds", "wait 5 minutes", "second"])
    func `A message without a number of seconds says nothing`(message: String) {
        #expect(wait([:], message: message) == nil)
    }

    @Test func `The window is read from its headers`() {
        let head = ReplyHead(
            status: 200,
            fields: [
                (name: "X-RateLimit-Limit", value: "10"), (name: "x-ratelimit-remaining", value: "9"),
                (name: "X-RATELIMIT-RESET", value: "1714661265855"), (name: "X-RateLimit-Limit", value: "20"),
            ])
        let reset = Timestamp(milliseconds: 1_714_661_265_855)
        #expect(head.window == RateWindow(limit: 10, remaining: 9, reset: reset))
    }

    @Test(arguments: [
        ("", "9"), ("10", ""), ("ten", "9"), ("0", "0"), ("-1", "0"), ("99999999999999999999", "9"),
    ])
    func `A window without usable numbers is none`(limit: String, remaining: String) {
        let head = ReplyHead(
            status: 200,
            fields: [(name: "X-RateLimit-Limit", value: limit), (name: "X-RateLimit-Remaining", value: remaining)])
        #expect(head.window == nil)
    }

    @Test(
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Fri, 01 Mar 2024 00:00:00 GMT", 1_709_251_200),
            ("Sun, 22 Nov 2026 17:37:00 GMT", 1_795_369_020),
        ] as [(String, Int64)])
    func `A date of HTTP is read to the second`(text: String, seconds: Int64) {
        #expect(HTTPDate(text)?.timestamp == Timestamp(milliseconds: seconds * 1000))
    }

    @Test(arguments: [
        "", "now", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 32 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 99999999999999 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
    ])
    func `Any other text is no date`(text: String) {
        #expect(HTTPDate(text) == nil)
    }
}
