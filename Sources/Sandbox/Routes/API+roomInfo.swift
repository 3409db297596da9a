import HTTPTypes

/// `GET rooms.info` (TheReads, "One room").
extension API {
    /// The whole room, wherever it belongs now.
    func roomInfo(_ call: Call) throws(APIError) -> JSON {
        guard let wanted = call.query["roomId"]?.string ?? call.query["roomName"]?.string, !wanted.isEmpty else {
            throw .coded(
                "error-roomid-param-not-provided", reason: #"The parameter "roomId" or "roomName" is required"#
            )
        }
        let isName = call.query["roomId"] == nil
        let found = state.access { contents in
            isName ? contents.workspace.rooms.values.first { $0.fname == wanted } : contents.workspace.rooms[wanted]
        }
        guard let room = found else {
            throw .coded(
                "error-room-not-found",
                reason: #"The required "roomId" or "roomName" param provided does not match any channel"#
            )
        }
        guard !room.isArchived else {
            throw .coded("error-room-archived", reason: "The channel, \(room.fname), is archived")
        }
        guard access.allows(try call.caller, into: room) else { throw .notAllowed }
        return ["room": room.json, "success": true]
    }
}

extension APIError {
    /// What only `rooms.info` answers: the two fields look swapped, and are.
    fileprivate static let notAllowed = APIError(
        status: .badRequest, body: ["success": false, "error": "not-allowed", "errorType": "Not Allowed"]
    )
}
