import FoundationEssentials
import TestSupport
import Testing

/// A server that says the token again where a name or an id belongs, so that it would be kept.
struct RepeatedTokenTests {
    private static let token = "hV-secret-of-the-caller"

    /// The right answers to a run that moves one room, with texts of the server's choice in them.
    private static func answers(username: String, roles: String, visitor: String, instance: String) -> [String] {
        let header = "X-Instance-Id: \(instance)\r\n"
        let me = #"{"_id":"u","username":"\#(username)","roles":["\#(roles)"],"success":true}"#
        let room = #"{"room":{"_id":"room","t":"l","v":{"_id":"\#(visitor)"}},"success":true}"#
        return [
            answer("200 OK", #"{"version":"6.9","success":true}"#, headers: header),
            answer("200 OK", me, headers: header),
            answer("400 Bad Request", #"{"success":false,"error":"visitor-not-found"}"#, headers: header),
            answer("400 Bad Request", #"{"success":false,"error":"invalid-room-visitor"}"#, headers: header),
            answer("200 OK", room, headers: header),
        ]
    }

    @Test(arguments: ["username", "roles", "visitor", "instance"]) func `It is in no output, journal or report`(
        place: String
    ) async throws {
        let folder = try TemporaryDirectory()
        try folder.write("room_id,old_visitor_id,new_visitor_id\nroom,old1,new\n", as: "mapping.csv")
        func text(_ name: String) -> String { name == place ? Self.token : "x" }
        let answers = Self.answers(
            username: text("username"), roles: text("roles"), visitor: text("visitor"), instance: text("instance"))
        try await HostileServer.with({ number in [.send(answers[min(number, answers.count - 1)])] }) { server in
            let program = Program(
                in: folder.path,
                environment: [
                    "ROCKETCHAT_URL": server.url, "ROCKETCHAT_USER_ID": "u", "ROCKETCHAT_AUTH_TOKEN": Self.token,
                ])
            let ended = try await program(
                "run", "mapping.csv", "--no-progress", "--max-attempts", "1", "--log-level", "trace")
            let said = ended.output + ended.errors
            expectNoSecret(in: Array(said.utf8), Self.token, "the output")
            // A room alone is set aside, and the report says why.
            #expect(said.contains("repeats the auth token") || place == "visitor", "\(ended)")
            #expect([1, 2, 76].contains(ended.status), "\(ended)")
        }
        try expectNoSecret(inFilesOf: folder, Self.token)
    }

    @Test(arguments: ["username", "roles", "instance"]) func `The examination of a server does not show it`(
        place: String
    ) async throws {
        func text(_ name: String) -> String { name == place ? Self.token : "x" }
        let answers = Self.answers(
            username: text("username"), roles: text("roles"), visitor: "new", instance: text("instance"))
        let folder = try TemporaryDirectory()
        try await HostileServer.with({ number in [.send(answers[min(number, 2)])] }) { server in
            for options in [[], ["--json"]] {
                let ended = try await Program(
                    in: folder.path,
                    environment: [
                        "ROCKETCHAT_URL": server.url, "ROCKETCHAT_USER_ID": "u", "ROCKETCHAT_AUTH_TOKEN": Self.token,
                    ]
                ).run(["doctor"] + options) { _ in }
                expectNoSecret(in: Array((ended.output + ended.errors).utf8), Self.token, "the output")
            }
        }
    }
}
