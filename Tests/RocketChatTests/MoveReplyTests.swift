import FoundationEssentials
import Model
import Testing

@testable import RocketChat

/// What an answer to the PUT means.
///
/// The answers are those of TheMove, "Order of checks", "Success", "Deprecation", "Versions before 5.2" and "Repeats and
/// races", the meanings those of TheServer, "What an answer means".
struct MoveReplyTests {
    @Test(arguments: [
        Answer.failure("must have required property 'rid' [invalid-params]", means: "refused invalid-request"),
        .failure("must be string [invalid-params]", type: "invalid-params", means: "refused invalid-request"),
        .failure("visitor-not-found", means: "refused new-visitor-not-found"),
        .failure("invalid-room", means: "refused room-not-found"),
        .failure("[invalid-room]", type: "invalid-room", means: "refused room-not-found"),
        .failure("invalid-room-visitor", means: "not-owner"),
        .failure("error-not-allowed", means: "refused room-not-allowed"),
        .failure("error-not-authorized", means: "stop permission-missing"),
        .failure("error-user-not-found", means: "stop credentials-rejected"),
        .failure("something-new", means: "refused refused-by-server"),
        .failure("A sentence [with-a-new-code]", type: "with-a-new-code", means: "refused refused-by-server"),
        .failure("Something else", type: "visitor-not-found", means: "refused new-visitor-not-found"),
    ])
    func `A refusal is recognised by its text, its trailing code or its type`(answer: Answer) {
        #expect(answer.move().outline == answer.means)
    }

    @Test func `The whole text counts before the trailing code and that before the type`() {
        let both = Answer.failure("Room is gone [invalid-room]", type: "invalid-params", means: "")
        #expect(both.move().outline == "refused room-not-found")
        let whole = Answer.failure("visitor-not-found", type: "invalid-room", means: "")
        #expect(whole.move().outline == "refused new-visitor-not-found")
    }

    @Test(arguments: [
        Answer(
            body: """
                {"isClientSafe":true,"error":"invalid-room","message":"[invalid-room]",\
                "errorType":"Meteor.Error","success":false}
                """, means: "refused room-not-found"),
        Answer(
            body: """
                {"isClientSafe":true,"error":"invalid-room-visitor","message":"[invalid-room-visitor]",\
                "errorType":"Meteor.Error","success":false}
                """, means: "not-owner"),
        Answer(
            body: #"{"error":400,"message":"Match failed [400]","errorType":"Meteor.Error","success":false}"#,
            means: "refused refused-by-server"),
        Answer(body: #"{"success":false}"#, means: "unknown empty-refusal"),
    ])
    func `The odd errors of servers before 5 2 are understood`(answer: Answer) {
        #expect(answer.move().outline == answer.means)
    }

    @Test func `A server that throws on deprecated endpoints ends the run`() {
        let answer = Answer.failure(
            "The endpoint \\\"/api/v1/livechat/room.visitor\\\" is deprecated and will be removed on version 7.0.0",
            means: ""
        )
        #expect(answer.move().outline == "stop deprecation-throws")
    }

    @Test(arguments: [
        (400, "stop not-rocket-chat"), (401, "stop proxy-refused"), (403, "stop proxy-refused"),
        (200, "stop not-rocket-chat"), (301, "stop proxy-refused"), (302, "stop proxy-refused"),
        (307, "stop proxy-refused"), (308, "stop proxy-refused"), (404, "stop endpoint-missing"),
        (405, "stop endpoint-missing"), (407, "stop proxy-refused"), (408, "unknown gateway-error"),
        (413, "stop proxy-refused"), (425, "unknown gateway-error"), (429, "rate-limited"),
        (451, "stop proxy-refused"), (500, "unknown server-error"), (502, "unknown gateway-error"),
        (503, "unknown gateway-error"), (504, "unknown gateway-error"), (520, "unknown gateway-error"),
        (526, "unknown gateway-error"), (599, "unknown gateway-error"), (999, "unknown unreadable-reply"),
        (201, "unknown unreadable-reply"), (204, "unknown unreadable-reply"),
    ])
    func `A page of HTML is judged by its status`(status: Int, means: String) {
        #expect(Answer.page(status, means: means).move().outline == means)
    }

    @Test(arguments: [
        Answer(
            status: 401, body: #"{"status":"error","message":"You must be logged in to do this."}"#,
            means: "stop credentials-rejected"),
        .failure(
            "User does not have the permissions required for this action [error-unauthorized]", status: 403,
            means: "stop permission-missing"),
        .failure("unauthorized", status: 403, means: "stop permission-missing"),
        Answer(
            status: 405, body: #"{"status":"error","message":"API endpoint does not exist"}"#,
            means: "stop endpoint-missing"),
        Answer(status: 405, mediaType: "", means: "stop endpoint-missing"),
        .failure("gone", status: 410, means: "refused refused-by-server"),
        .failure("broken", status: 500, means: "unknown server-error"),
        Answer(status: 500, mediaType: "text/html", body: "Server error.", means: "unknown server-error"),
        Answer(status: 502, mediaType: "text/plain", body: "Bad Gateway", means: "unknown gateway-error"),
        .failure("Slow down [error-too-many-requests]", type: "error-too-many-requests", means: "rate-limited"),
    ])
    func `JSON is judged by its status before its words`(answer: Answer) {
        #expect(answer.move().outline == answer.means)
    }

    @Test func `A missing permission is named`() {
        let answer = Answer.failure("error-not-authorized", means: "")
        #expect(answer.move().detail?.contains("change-livechat-room-visitor") == true)
        let read = answer.read(.livechatRooms) { $0.rooms($1) }
        #expect(read.detail?.contains("view-livechat-rooms") == true)
    }

    @Test(arguments: [
        Answer(status: 200, body: #"{"room":{"_id":"room","v":{"_id":"new"}},"success":true}"#, means: "success"),
        Answer(
            status: 200, body: #"{"room":{"_id":"other","v":{"_id":"new"}}}"#, means: "unknown unreadable-reply"),
        Answer(
            status: 200, body: #"{"room":{"_id":"room","t":"v","v":{"_id":"old"}}}"#,
            means: "refused unsupported-room"),
        Answer(status: 200, body: #"{"room":{"_id":"room","t":"c"}}"#, means: "refused unsupported-room"),
        Answer(
            status: 200, body: #"{"room":{"_id":"room","t":"l","v":{"_id":"old"}}}"#,
            means: "unknown unreadable-reply"),
        Answer(status: 200, body: #"{"room":{"_id":"room","v":{"_id":7}}}"#, means: "unknown unreadable-reply"),
        Answer(status: 200, body: #"{"room":{"_id":"room","v":{"_id":"ne"#, means: "unknown unreadable-reply"),
        Answer(status: 200, body: #"{"success":true}"#, means: "unknown unreadable-reply"),
        Answer(status: 200, body: "null", means: "unknown unreadable-reply"),
        Answer(status: 200, body: "[]", means: "unknown unreadable-reply"),
        Answer(status: 200, body: "", means: "unknown unreadable-reply"),
        Answer(status: 200, mediaType: "", body: "", means: "stop not-rocket-chat"),
        Answer(
            status: 200, mediaType: "text/plain", body: #"{"room":{"_id":"room","v":{"_id":"new"}}}"#,
            means: "stop not-rocket-chat"),
    ])
    func `A move succeeded only if the right room is with the right visitor`(answer: Answer) {
        #expect(answer.move().outline == answer.means)
    }

    @Test(arguments: [#"{"success":fal"#, "<html>", "", "7"])
    func `A refusal that cannot be read says nothing about the room`(body: String) {
        #expect(Answer(body: body, means: "").move().outline == "unknown unreadable-reply")
    }

    @Test func `A compressed answer is not taken for a broken one`() {
        let reading = ReplyInterpreter(route: .roomVisitor, token: AuthToken("t"))
        var head = ReplyHead(status: 200, mediaType: "application/json")
        head.encoding = "gzip"
        let meaning: ReplyOutcome<Room> = reading.meaning(head, Data()) { _ in .notOwner }
        #expect(meaning.outline == "unknown unreadable-reply")
        #expect(meaning.detail?.contains("compressed") == true)
    }

    @Test func `Deep nesting is refused by the decoder and does no harm`() {
        let depth = 100_000
        let body =
            #"{"room":{"_id":"room","x":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            + #","v":{"_id":"new"}}}"#
        #expect(Answer(status: 200, body: body, means: "").move().outline == "unknown unreadable-reply")
    }

    @Test(arguments: [
        (ReplyOutcome<Room>.refused(.newVisitorNotFound, ""), "success"),
        (.unknown(.emptyRefusal, ""), "success"),
        (.success(Room(id: RoomID("r"), visitor: nil)), "stop not-rocket-chat"),
        (.refused(.invalidRequest, ""), "refused invalid-request"),
        (.notOwner, "not-owner"),
        (.rateLimited(RateLimitHint(wait: nil)), "rate-limited"),
        (.unknown(.serverError, ""), "unknown server-error"),
        (.notSent(.connectionFailed, ""), "not-sent connection-failed"),
        (.stop(Stop(.permissionMissing, "")), "stop permission-missing"),
    ])
    func `The probe succeeds when its visitor is what is refused`(answer: ReplyOutcome<Room>, means: String) {
        #expect(ProbeResult.meaning(ofProbe: answer).outline == means)
    }
}
