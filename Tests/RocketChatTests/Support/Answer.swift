import Testing
import FoundationEssentials
import Model

@testable import RocketChat

/// An answer to judge, as a row of a table.
struct Answer: Sendable, CustomTestStringConvertible {
    var status = 400
    var mediaType = "application/json"
    var body = ""
    /// The meaning it must have, as ``ReplyOutcome/outline`` writes it.
    var means: String

    /// A failure in an envelope of the server (TheServer, "Envelopes").
    static func failure(_ error: String, type: String? = nil, status: Int = 400, means: String) -> Answer {
        let type = type.map { #","errorType":"\#($0)""# } ?? ""
        return Answer(status: status, body: #"{"success":false,"error":"\#(error)"\#(type)}"#, means: means)
    }

    static func page(_ status: Int, means: String) -> Answer {
        Answer(status: status, mediaType: "text/html", body: "<html><body>Hello</body></html>", means: means)
    }

    var testDescription: String { "\(status) \(mediaType) \(body.prefix(60)) means \(means)" }

    func move() -> ReplyOutcome<Room> {
        read(.roomVisitor) { $0.moved($1, room: RoomID("room"), newVisitor: VisitorID("new")) }
    }

    func read<Value>(
        _ route: Endpoint, success: (ReplyInterpreter, Data) -> ReplyOutcome<Value>
    ) -> ReplyOutcome<Value> {
        let reading = ReplyInterpreter(route: route, token: AuthToken("secret-token"))
        let head = ReplyHead(status: status, mediaType: mediaType)
        return reading.meaning(head, Data(body.utf8)) { success(reading, $0) }
    }
}
