import FoundationEssentials
import Model
import TestSupport
import Testing

@testable import RocketChat

/// What requests are made of, before they are sent.
struct RequestTests {
    @Test(arguments: [
        ("abc-._~XYZ019", "abc-._~XYZ019"), ("a/b?c#d", "a%2Fb%3Fc%23d"), ("a b&c=d+%", "a%20b%26c%3Dd%2B%25"),
        ("ü", "%C3%BC"), ("\r\n", "%0D%0A"), ("", ""),
    ])
    func `Ids are percent-encoded byte by byte`(id: String, encoded: String) {
        #expect(RequestTarget.encoded(id) == encoded)
        #expect(RequestTarget.room(RoomID(id)).text == "api/v1/rooms.info?roomId=" + encoded)
    }

    @Test func `Each route has its path and parameters`() {
        let visitor = VisitorID("v/1")
        let room = RoomID("r/1")
        #expect(RequestTarget.move.text == "api/v1/livechat/room.visitor")
        #expect(RequestTarget.me.text == "api/v1/me")
        #expect(RequestTarget.serverInfo.text == "api/info")
        #expect(RequestTarget.visitor(visitor).text == "api/v1/livechat/visitors.info?visitorId=v%2F1")
        #expect(
            RequestTarget.history(of: visitor, anchor: room, offset: 100, count: 50).text
                == "api/v1/livechat/visitors.chatHistory/room/r%2F1/visitor/v%2F1"
                + "?offset=100&count=50&sort=%7B%22ts%22%3A1%7D"
        )
        #expect(
            RequestTarget.rooms(offset: 0, count: 100).text
                == "api/v1/livechat/rooms?offset=0&count=100&sort=%7B%22ts%22%3A1%7D"
        )
        #expect(
            RequestTarget.visitors(in: .byID, offset: 99, count: 10).text
                == "api/v1/livechat/visitors.search?term=&offset=99&count=10&sort=%7B%22_id%22%3A1%7D"
        )
        #expect(
            RequestTarget.visitors(in: .oldestFirst, offset: 0, count: 10).text
                == "api/v1/livechat/visitors.search?term=&offset=0&count=10&sort=%7B%22ts%22%3A1%2C%22_id%22%3A1%7D"
        )
    }

    @Test(arguments: [".", "..", "", "%2e%2E", "%252e%252e", "a/../b", "..%2Fme", "..;x", "a%3bx", "%5c"])
    func `A history is not asked for with an id that a proxy could take for another part of a path`(
        id: String
    ) async throws {
        try await HostileServer.with({ _ in [.send(answer("200 OK", #"{"history":[],"offset":0,"total":0}"#))] }) {
            server in
            try await withClient(server.url) { client in
                for (visitor, anchor) in [(oldVisitor, RoomID(id)), (VisitorID(id), room)] {
                    let reply = await client.reader.history(of: visitor, anchor: anchor, offset: 0, count: 1)
                    #expect(reply.meaning.outline == "refused bad-id")
                }
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `The body of a move has the three keys in the order of the contract`() {
        let body = MoveBody(room: RoomID("r"), oldVisitor: VisitorID("o"), newVisitor: VisitorID("n"))
        #expect(String(decoding: body.bytes, as: UTF8.self) == #"{"rid":"r","oldVisitorId":"o","newVisitorId":"n"}"#)
    }

    @Test(arguments: [
        #"quote " and \ backslash"#, "line\nbreak\ttab\u{0}nul\u{1F}", "ünïcödé 🙂 \u{2028}", #"","rid":"x"#, "",
    ])
    func `Any id survives the way into JSON and back`(id: String) throws {
        let body = MoveBody(room: RoomID(id), oldVisitor: VisitorID(id), newVisitor: VisitorID(id))
        let keys = try JSONDecoder().decode([String: String].self, from: Data(body.bytes))
        #expect(keys == ["rid": id, "oldVisitorId": id, "newVisitorId": id])
    }
}
