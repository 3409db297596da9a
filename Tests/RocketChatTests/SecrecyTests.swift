import FoundationEssentials
import HTTPClient
import Model
import TestSupport
import Testing

@testable import RocketChat

/// Secrets never leave (Specification, "Promises").
struct SecrecyTests {
    @Test(arguments: ["t", "6.9", "token", "manager"])
    func `A wrong token that is a common text is not taken for one that is repeated`(token: String) {
        #expect(!AuthToken(token).isRepeated(in: "Rocket.Chat 6.9, livechat-manager, token"))
        #expect(AuthToken("hV-secret-token").isRepeated(in: "a hV-secret-token b"))
    }

    private static let secret = "hV-secret-token"

    @Test func `A token prints as redacted however it is printed`() {
        let credentials = Credentials(userID: "u", authToken: AuthToken(Self.secret))
        let record = VisitorRecord(id: VisitorID("v"), token: VisitorToken(Self.secret))
        let options = ClientOptions(proxy: "http://user:\(Self.secret)@proxy:3128")
        for value in [credentials, record, options, credentials.authToken] as [any Sendable] {
            var dumped = ""
            dump(value, to: &dumped)
            let printed = [dumped, "\(value)", String(reflecting: value), String(describing: Optional(value))]
            for text in printed {
                #expect(!text.contains(Self.secret))
                #expect(text.contains("redacted"))
            }
        }
    }

    @Test func `Tokens of visitors are compared and nothing else`() {
        #expect(VisitorToken("a") == VisitorToken("a"))
        #expect(VisitorToken("a") != VisitorToken("b"))
    }

    @Test func `A server that repeats the token does not get it into a detail`() {
        let reading = ReplyInterpreter(route: .roomVisitor, token: AuthToken(Self.secret))
        let answer = Answer.failure("bad \(Self.secret)\(Self.secret) and \(Self.secret)", means: "")
        let head = ReplyHead(status: 400, mediaType: "application/json")
        let meaning: ReplyOutcome<Room> = reading.meaning(head, Data(answer.body.utf8)) { _ in .notOwner }
        #expect(meaning.detail == "bad <redacted><redacted> and <redacted>")
    }

    /// That of the client, see ``RocketChatTests/secret``.
    private static let token = RocketChatTests.secret

    @Test(arguments: [
        #"{"_id":"u","username":"TOKEN"}"#, #"{"_id":"u","username":"hV\u002dexample-auth-token"}"#,
        #"{"_id":"TOKEN"}"#, #"{"_id":"u","roles":["admin","x TOKEN x"]}"#,
        "{\"_id\":\"u\",\"username\":\"TOKENMARK\"}",
        #"{"_id":"u","username":"PADDINGTOKEN"}"#,
    ])
    func `An answer that repeats the token where a name belongs is not used`(body: String) async throws {
        let body = body.replacing("TOKEN", with: Self.token)
            .replacing("MARK", with: "\u{301}")
            .replacing("PADDING", with: String(repeating: "x", count: 185))
        try await HostileServer.with({ _ in [.send(answer("200 OK", body))] }) { server in
            let reply = try await withClient(server.url) { await $0.reader.me() }
            #expect(reply.meaning.outline == "stop not-rocket-chat", "\(reply)")
            #expect(reply.meaning.detail?.contains("/api/v1/me repeats the auth token") == true)
            #expect(!"\(reply)".contains(Self.token) && !"\(reply)".contains("hV-ex"))
        }
    }

    @Test(arguments: ["200 OK", "429 Too Many Requests", "400 Bad Request", "502 Bad Gateway", "403 Forbidden"])
    func `An answer that repeats the token in a header is not used`(status: String) async throws {
        let script: HostileServer.Script = { _ in
            [.send(answer(status, movedBody, headers: "X-Instance-Id: a\(Self.token)b\r\n"))]
        }
        let reply = try await moveReply(script)
        #expect(reply.meaning.outline == "stop not-rocket-chat")
        #expect(reply.instance == nil && !"\(reply)".contains(Self.token))
    }

    @Test func `Rooms and visitors of a page that repeat the token are not used`() async throws {
        for entry in [#"{"_id":"TOKEN"}"#, #"{"_id":"a","v":{"_id":"TOKEN"}}"#, #"{"_id":"a","t":"TOKEN"}"#] {
            let page = #"{"rooms":[{"_id":"b"},ENTRY],"offset":0,"total":2}"#
            let body = page.replacing("ENTRY", with: entry).replacing("TOKEN", with: Self.token)
            try await HostileServer.with({ _ in [.send(answer("200 OK", body))] }) { server in
                let reply = try await withClient(server.url) { await $0.reader.rooms(offset: 0, count: 100) }
                #expect(reply.meaning.outline == "stop not-rocket-chat")
            }
        }
        for entry in [
            #"{"_id":"TOKEN"}"#, #"{"_id":"a","name":"TOKEN"}"#, #"{"_id":"a","username":"TOKEN"}"#,
            #"{"_id":"a","visitorEmails":[{"address":"TOKEN"}]}"#, #"{"_id":"a","phone":[{"phoneNumber":"TOKEN"}]}"#,
            #"{"_id":"a","livechatData":{"x":"TOKEN"}}"#, #"{"_id":"a","livechatData":{"TOKEN":1}}"#,
        ] {
            let body = #"{"visitors":[ENTRY],"offset":0,"total":1}"#.replacing("ENTRY", with: entry)
                .replacing("TOKEN", with: Self.token)
            try await HostileServer.with({ _ in [.send(answer("200 OK", body))] }) { server in
                let reply = try await withClient(server.url) {
                    await $0.reader.visitors(in: .byID, offset: 0, count: 100)
                }
                #expect(reply.meaning.outline == "stop not-rocket-chat")
            }
        }
    }

    @Test func `A redirect is named by its host alone`() {
        let reading = ReplyInterpreter(route: .roomVisitor, token: AuthToken(Self.secret))
        var head = ReplyHead(status: 302, mediaType: "text/html")
        head.location = "https://user:pw@login.example.org/start?session=abc"
        let meaning: ReplyOutcome<Room> = reading.meaning(head, Data()) { _ in .notOwner }
        #expect(meaning.outline == "stop proxy-refused")
        #expect(meaning.detail?.contains("https://login.example.org;") == true)
        #expect(meaning.detail?.contains("session") == false)
        #expect(meaning.detail?.contains("pw") == false)
    }

    @Test(arguments: [
        ("a\u{1B}[31mb", "a [31mb"), ("a\r\nb", "a  b"), ("a\u{202E}b", "a b"), ("a\u{2028}b", "a b"), ("ü🙂", "ü🙂"),
        ("a\u{0}b\u{7F}c\u{9B}d", "a b c d"), ("a\u{200B}b", "a b"),
    ])
    func `Words of a server cannot steer a terminal`(text: String, shown: String) {
        #expect(ServerText.clean(text) == shown)
    }

    @Test func `Words of a server are cut after the token is taken out`() {
        let text = String(repeating: "x", count: 190) + Self.secret + String(repeating: "y", count: 1000)
        let shown = ServerText.clean(text, without: Self.secret)
        #expect(shown.unicodeScalars.count == ServerText.limit + 1)
        #expect(!shown.contains("hV-"))
        let marked = ServerText.clean(Self.secret + "\u{301}!", without: Self.secret)
        #expect(marked.unicodeScalars.elementsEqual("<redacted>\u{301}!".unicodeScalars))
        let marks = "e" + String(repeating: "\u{301}", count: 10_000)
        #expect(ServerText.clean(marks).unicodeScalars.count == ServerText.limit + 1)
    }
}
