/// The routes that read visitors (TheReads, "One visitor", "Rooms of a visitor" and "All visitors").
extension API {
    /// `GET livechat/visitors.info`.
    func visitorInfo(_ call: Call) throws(APIError) -> JSON {
        let id = call.query["visitorId"]?.string ?? ""
        guard let visitor = state.access({ $0.workspace.visitor(id, in: call.profile) }) else {
            throw .plain("visitor-not-found")
        }
        return ["visitor": visitor.info, "success": true]
    }

    /// `GET livechat/visitors.chatHistory/room/:roomId/visitor/:visitorId`.
    ///
    /// The room is only what the caller's access is tested with.
    func chatHistory(_ call: Call) throws(APIError) -> JSON {
        let page = try Page(query: call.query)
        let caller = try call.caller
        return try state.access { (contents) throws(APIError) in
            guard let anchor = contents.workspace.rooms[call.match.roomID] else { throw .plain("invalid-room") }
            guard access.allows(caller, into: anchor) else { throw .plain("error-not-allowed") }
            return contents.workspace.rooms(page, of: call.match.visitorID).json("history")
        }
    }

    /// `GET livechat/visitors.search`.
    func searchVisitors(_ call: Call) throws(APIError) -> JSON {
        let page = try Page(query: call.query)
        let term = call.query["term"]?.string ?? ""
        let test: ((Visitor) -> Bool)? = term.isEmpty ? nil : { $0.matches(term) }
        return state.access { $0.workspace.visitors(page, where: test).json("visitors") }
    }
}
