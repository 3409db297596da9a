import TestSupport
import Testing

/// What the program says and ends with when a server breaks the rules.
struct HostileProgramTests {
    /// A server that behaves but for one request of a run that moves one room.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// The request that is answered wrongly.
        var request: Request
        /// True if every later request is answered in the same way.
        var staysSo = false
        var steps: [HostileServer.Step]
        var status: Int32
        var words = ""
        /// What the report says of the room.
        var state = "pending"
    }

    /// The requests of such a run in their order; whatever comes after them is refused.
    enum Request: Int, CaseIterable, Sendable {
        case version, caller, probe, move, settle

        fileprivate var rightAnswer: String {
            switch self {
            case .version: answer("200 OK", #"{"version":"6.9","success":true}"#)
            case .caller: answer("200 OK", #"{"_id":"u","username":"mgr","success":true}"#)
            case .probe: answer("400 Bad Request", #"{"success":false,"error":"visitor-not-found"}"#)
            case .move, .settle: answer("200 OK", #"{"room":{"_id":"room","t":"l","v":{"_id":"new"}},"success":true}"#)
            }
        }
    }

    private static let token = "hV-secret-of-the-caller"
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    private static let megabyte = String(repeating: " ", count: 1 << 20)
    private static let elsewhere = "Location: http://other.example.org/login?next=\(token)\r\n"

    private static let cases = [
        Case(
            testDescription: "a redirect of the first request", request: .version,
            steps: [.send(answer("302 Found", "", headers: elsewhere))], status: 76,
            words: "redirects with status 302 to http://other.example.org; redirects are not followed"),
        Case(
            testDescription: "a redirect of every PUT", request: .move, staysSo: true,
            steps: [.send(answer("307 Temporary Redirect", "", headers: elsewhere))], status: 76,
            words: "redirects with status 307 to http://other.example.org; redirects are not followed"),
        Case(
            testDescription: "an endless answer", request: .version, steps: [.send(head + "\r\n"), .flood(megabyte)],
            status: 69, words: "/api/info is no whole JSON"),
        Case(
            testDescription: "interim answers for ever", request: .caller,
            steps: [.drip("HTTP/1.1 102 Processing\r\n\r\n", every: .milliseconds(20))], status: 69,
            words: "The answer did not come in time"),
        Case(
            testDescription: "no HTTP at all", request: .version,
            steps: [.send("SSH-2.0-OpenSSH_9.6\r\n\r\n"), .close],
            status: 69, words: "The answer is not HTTP"),
        Case(
            testDescription: "a page after every PUT", request: .move, staysSo: true,
            steps: [.send(answer("200 OK", "<html></html>", type: "text/html"))], status: 76,
            words: "/api/v1/livechat/room.visitor answered with text/html instead of JSON", state: "sent"),
        Case(
            testDescription: "an answer to the PUT that drips", request: .move,
            steps: [.send(head + "Content-Length: 9000\r\n\r\n"), .drip("{", every: .milliseconds(20))], status: 0,
            state: "moved"),
        Case(
            testDescription: "an answer to the PUT about another room", request: .move,
            steps: [.send(answer("200 OK", #"{"room":{"_id":"other","v":{"_id":"new"}},"success":true}"#))], status: 0,
            state: "moved"),
        Case(
            testDescription: "an answer too many before the PUT", request: .probe,
            steps: [.send(Request.probe.rightAnswer + answer("400 Bad Request", #"{"error":"invalid-room"}"#))],
            status: 0, state: "moved"),
    ]

    @Test(arguments: cases) func `A broken rule ends in the right status and sentence, and nothing leaks`(
        _ example: Case
    ) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room_id,old_visitor_id,new_visitor_id\nroom,old1,new\n", as: "mapping.csv")
        let script: HostileServer.Script = { number in
            number == example.request.rawValue || (example.staysSo && number > example.request.rawValue)
                ? example.steps
                : [.send(Request(rawValue: number)?.rightAnswer ?? answer("400 Bad Request", #"{"error":"no"}"#))]
        }
        try await HostileServer.with(script) { server in
            let program = Program(
                in: folder.path,
                environment: [
                    "ROCKETCHAT_URL": server.url, "ROCKETCHAT_USER_ID": "u", "ROCKETCHAT_AUTH_TOKEN": Self.token,
                ])
            let ended = try await program(
                "run", "mapping.csv", "--no-progress", "--open-rooms", "move", "--max-attempts", "1", "--timeout", "5")
            #expect(ended.status == example.status, "\(ended)")
            #expect(ended.errors.contains(example.words) || example.words.isEmpty, "\(ended)")
            expectNoSecret(in: Array((ended.output + ended.errors).utf8), Self.token, "the output")
        }
        let report = try folder.report("mapping.csv.report")
        #expect(report.balance.balanced)
        #expect(report.operations.filter { $0.value > 0 } == [example.state: 1])
        try expectNoSecret(inFilesOf: folder, Self.token)
    }
}
