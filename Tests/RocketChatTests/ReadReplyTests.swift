import FoundationEssentials
import Model
import Testing

@testable import RocketChat

/// What answers to reads mean (TheReads, "Which call answers what").
struct ReadReplyTests {
    @Test(arguments: [
        Answer.failure(
            "The required \\\"roomId\\\" or \\\"roomName\\\" param provided does not match any channel "
                + "[error-room-not-found]",
            type: "error-room-not-found", means: "refused room-not-found"),
        .failure("not-allowed", type: "Not Allowed", means: "refused room-not-allowed"),
        .failure("unauthorized", status: 403, means: "stop permission-missing"),
        .failure(
            "The parameter is required [error-roomid-param-not-provided]", means: "refused invalid-request"),
        .failure("Room is archived [error-room-archived]", means: "refused refused-by-server"),
        .page(200, means: "stop not-rocket-chat"),
        .page(504, means: "unknown gateway-error"),
        Answer(status: 200, body: #"{"room":{"_id":"other"}}"#, means: "unknown unreadable-reply"),
        Answer(status: 200, body: #"{"room":{"_id":"room"}}"#, means: "success"),
    ])
    func `Reading a room`(answer: Answer) {
        #expect(answer.read(.roomsInfo) { $0.room($1, id: RoomID("room")) }.outline == answer.means)
    }

    @Test func `A room is read with what the server knows of it`() {
        let body = #"""
            {"room":{"_id":"room","t":"l","open":true,"ts":"2024-03-30T16:40:48.026Z",
            "_updatedAt":"2024-05-02T14:47:45.855Z","fname":"Ann","v":{"_id":"old","token":"tok","status":"offline"}}}
            """#
        let meaning = Answer(status: 200, body: body, means: "").read(.roomsInfo) { $0.room($1, id: RoomID("room")) }
        #expect(
            meaning
                == .success(
                    Room(
                        id: RoomID("room"), visitor: VisitorID("old"), isOpen: true, type: "l",
                        updatedAt: Timestamp(milliseconds: 1_714_661_265_855),
                        createdAt: Timestamp(milliseconds: 1_711_816_848_026)
                    )
                )
        )
    }

    @Test(arguments: [
        #"{"room":{"_id":"room"}}"#,
        #"{"room":{"_id":"room","t":5,"open":"yes","ts":{"$date":1},"_updatedAt":"soon","v":null}}"#,
        #"{"room":{"_id":"room","v":[],"ts":null}}"#,
    ])
    func `Fields of a room that are missing or odd count as absent`(body: String) {
        let meaning = Answer(status: 200, body: body, means: "").read(.roomsInfo) { $0.room($1, id: RoomID("room")) }
        #expect(meaning == .success(Room(id: RoomID("room"), visitor: nil, type: "")))
    }

    @Test(arguments: [
        (
            Endpoint.chatHistory,
            #"{"history":[{"_id":"a","v":{"_id":"old"}},{"_id":"b"}],"count":2,"offset":4,"total":9}"#
        ),
        (.livechatRooms, #"{"rooms":[{"_id":"a","v":{"_id":"old"}},{"_id":"b"}],"count":2,"offset":4,"total":9}"#),
    ])
    func `A page of rooms`(route: Endpoint, body: String) {
        let page = RoomPage(
            rooms: [
                Room(id: RoomID("a"), visitor: VisitorID("old"), type: ""),
                Room(id: RoomID("b"), visitor: nil, type: ""),
            ],
            offset: 4, total: 9
        )
        #expect(Answer(status: 200, body: body, means: "").read(route) { $0.rooms($1) } == .success(page))
    }

    @Test(arguments: [
        #"{"history":[{"v":{}}],"offset":0,"total":1}"#, #"{"history":[],"total":1}"#, #"{"offset":0,"total":0}"#,
        #"{"history":[],"offset":-1,"total":0}"#, #"{"history":{},"offset":0,"total":0}"#, "{}",
    ])
    func `A page that may be missing rooms is no page`(body: String) {
        let meaning = Answer(status: 200, body: body, means: "").read(.chatHistory) { $0.rooms($1) }
        #expect(meaning.outline == "unknown unreadable-reply")
    }

    @Test func `A page has no more entries than it was asked for`() {
        func list(_ count: Int) -> String { Array(repeating: #"{"_id":"a"}"#, count: count).joined(separator: ",") }
        func meanings(_ count: Int, of asked: Int) -> [String] {
            let rooms = #"{"rooms":[\#(list(count))],"offset":0,"total":\#(count)}"#
            let visitors = #"{"visitors":[\#(list(count))],"offset":0,"total":\#(count)}"#
            return [
                Answer(status: 200, body: rooms, means: "").read(.livechatRooms) { $0.rooms($1, count: asked) }.outline,
                Answer(status: 200, body: visitors, means: "")
                    .read(.visitorsSearch) { $0.visitors($1, count: asked) }.outline,
            ]
        }
        #expect(meanings(100, of: 100) == ["success", "success"])
        #expect(meanings(1, of: 1) == ["success", "success"])
        for (count, asked) in [(101, 100), (2, 1), (101, 1000), (50_000, 100)] {
            #expect(meanings(count, of: asked) == Array(repeating: "unknown unreadable-reply", count: 2))
        }
    }

    @Test func `Long texts are read, and a body of little else than digits is not`() {
        let note = String(repeating: #",[{: \\\" "#, count: 80_000)
        let long = #"{"rooms":[{"_id":"a","note":"\#(note)"}],"offset":0,"total":1}"#
        #expect(Answer(status: 200, body: long, means: "").read(.livechatRooms) { $0.rooms($1) }.outline == "success")
        let digits = String(repeating: "0,", count: 600_000)
        let many = #"{"rooms":[{"_id":"a","note":[\#(digits)0]}],"offset":0,"total":1}"#
        let meaning = Answer(status: 200, body: many, means: "").read(.livechatRooms) { $0.rooms($1) }
        #expect(meaning.outline == "unknown unreadable-reply")
    }

    @Test(arguments: [
        Answer.failure("invalid-room", means: "refused room-not-found"),
        .failure("error-not-allowed", means: "refused room-not-allowed"),
        .failure("Invalid sort parameter provided: x [error-invalid-sort]", means: "refused invalid-request"),
        .failure("unauthorized", status: 403, means: "stop permission-missing"),
    ])
    func `A refused page`(answer: Answer) {
        #expect(answer.read(.chatHistory) { $0.rooms($1) }.outline == answer.means)
    }

    @Test(arguments: [
        Answer.failure("visitor-not-found", means: "refused new-visitor-not-found"),
        Answer(status: 200, body: #"{"visitor":{"_id":"other"}}"#, means: "unknown unreadable-reply"),
        Answer(status: 200, body: #"{"visitor":{}}"#, means: "unknown unreadable-reply"),
        Answer(status: 200, body: #"{"visitor":{"_id":"v"}}"#, means: "success"),
    ])
    func `Reading a visitor`(answer: Answer) {
        #expect(answer.read(.visitorsInfo) { $0.visitor($1, id: VisitorID("v")) }.outline == answer.means)
    }

    @Test func `A visitor is read with a token that only compares`() {
        let body = #"{"visitor":{"_id":"v","username":"guest-1","token":"tok-1"}}"#
        let meaning = Answer(status: 200, body: body, means: "").read(.visitorsInfo) {
            $0.visitor($1, id: VisitorID("v"))
        }
        let record = VisitorRecord(id: VisitorID("v"), username: "guest-1", token: VisitorToken("tok-1"))
        #expect(meaning == .success(record))
        #expect(!"\(meaning)".contains("tok-1"))
    }

    @Test func `A page of visitors`() {
        let body = #"""
            {"visitors":[{"_id":"v","username":"guest-1","name":"Ann","phone":[{"phoneNumber":"+49 1"},null],
            "visitorEmails":[null,{"address":"ann@example.org"}],"lastChat":{"_id":"r","ts":"1970-01-01T00:00:01Z"},
            "livechatData":{"number":77,"text":"C-1","share":0.5,"vip":true,"list":[1],"none":null}},
            {"_id":"w","phone":null,"visitorEmails":"x","livechatData":[]}],"count":2,"offset":0,"total":2,
            "success":true}
            """#
        let meaning = Answer(status: 200, body: body, means: "").read(.visitorsSearch) { $0.visitors($1) }
        let ann = VisitorProfile(
            id: VisitorID("v"), username: "guest-1", name: "Ann", emails: ["ann@example.org"], phones: ["+49 1"],
            customFields: ["number": "77", "text": "C-1", "share": "0.5", "vip": "true"],
            lastChat: Timestamp(milliseconds: 1000)
        )
        let page = VisitorPage(visitors: [ann, VisitorProfile(id: VisitorID("w"))], offset: 0, total: 2)
        #expect(meaning == .success(page))
    }

    @Test(arguments: [
        (#"{"_id":"r","ts":"5/2/2024 14:47"}"#, true), (#"{"ts":{"$date":1}}"#, true), (#"{"ts":null}"#, false),
        (#"{"_id":"r"}"#, false), ("null", false), (#"{"ts":"2024-01-01T00:00:00.000Z"}"#, false),
    ])
    func `A last chat that cannot be read is told from none`(lastChat: String, isUnreadable: Bool) {
        let body = #"{"visitors":[{"_id":"v","lastChat":\#(lastChat)}],"count":1,"offset":0,"total":1,"success":true}"#
        let meaning = Answer(status: 200, body: body, means: "").read(.visitorsSearch) { $0.visitors($1) }
        guard case .success(let page) = meaning else {
            Issue.record("\(meaning)")
            return
        }
        #expect(page.visitors.map(\.unreadable) == [isUnreadable ? .lastChat : []])
    }

    @Test func `The caller is read with name and roles`() {
        let body = #"{"_id":"u","username":"alice","roles":["admin","bot"],"success":true}"#
        let meaning = Answer(status: 200, body: body, means: "").read(.me) { $0.caller($1) }
        #expect(meaning == .success(Caller(id: "u", username: "alice", roles: ["admin", "bot"])))
    }

    @Test(arguments: [
        (#"{"version":"6.9","success":true}"#, "6.9"),
        (#"{"info":{"version":"6.4.8"},"success":true}"#, "6.4.8"),
        (#"{"version":"6.9","info":{"version":"6.9.3"},"success":true}"#, "6.9.3"),
        (#"{"version":"7.0.0-develop","info":{},"success":true}"#, "7.0.0-develop"),
    ])
    func `The version is found in both shapes of the answer`(body: String, text: String) {
        let meaning = Answer(status: 200, body: body, means: "").read(.info) { $0.version($1) }
        guard case .success(let version) = meaning else {
            Issue.record("\(meaning)")
            return
        }
        #expect(version.text == text)
    }

    @Test(arguments: [#"{"version":"latest"}"#, #"{"success":true}"#, "[]"])
    func `Another service is not taken for Rocket Chat`(body: String) {
        let meaning = Answer(status: 200, body: body, means: "").read(.info) { $0.version($1) }
        #expect(meaning.outline == "stop not-rocket-chat")
    }

    @Test(arguments: ["", #"{"version":"6."#, #"{"info":{"version":"6.9.3"#, #"{"version":"6.9"} and more"#])
    func `An answer that was cut off does not speak for another service`(body: String) {
        let meaning = Answer(status: 200, body: body, means: "").read(.info) { $0.version($1) }
        #expect(meaning.outline == "unknown unreadable-reply")
    }

    @Test(arguments: [
        #""offset":0,"total":9223372036854775807"#, #""offset":9223372036854775807,"total":1"#,
        #""offset":0,"total":1e300"#, #""offset":0,"total":-1"#, #""offset":0,"total":1099511627777"#,
    ])
    func `A page with numbers that nothing can be counted with is no page`(numbers: String) {
        let rooms = Answer(status: 200, body: #"{"rooms":[],\#(numbers)}"#, means: "").read(.livechatRooms) {
            $0.rooms($1)
        }
        #expect(rooms.outline == "unknown unreadable-reply")
        let visitors = Answer(status: 200, body: #"{"visitors":[],\#(numbers)}"#, means: "")
            .read(.visitorsSearch) { $0.visitors($1) }
        #expect(visitors.outline == "unknown unreadable-reply")
    }

    @Test(arguments: ["99999999999-01-01T00:00:00Z", "-292277022399-01-01T00:00:00.000Z", "0000-00-00T00:00:00Z"])
    func `A date that is none counts as absent`(date: String) {
        let body = #"{"room":{"_id":"r","_updatedAt":"\#(date)","v":{"_id":"v"}}}"#
        let meaning = Answer(status: 200, body: body, means: "").read(.roomsInfo) { $0.room($1, id: RoomID("r")) }
        #expect(meaning.word == "success")
    }
}
