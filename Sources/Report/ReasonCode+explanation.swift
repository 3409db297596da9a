package import Model

extension ReasonCode {
    /// What the code means and what to do about it, in one clause for a person.
    package var explanation: String {
        switch self {
        case .malformed: "the line cannot be read: correct it in the mapping"
        case .missingOld: "the old visitor is missing: fill it in"
        case .missingNew: "the new visitor is missing: fill it in"
        case .badID: "an id has characters or a length that no id has: correct it"
        case .spreadsheetDamage: "a spreadsheet rewrote an id: export it again as text"
        case .conflict: "the mapping contradicts itself: keep one of the lines"
        case .cycle: "the lines lead round in a circle: remove one of them"
        case .noop: "old and new visitor are the same"
        case .duplicate: "an earlier line says the same"
        case .notDiscoveredYet: "the rooms of the old visitor are not looked for yet"
        case .oldVisitorNotAskedYet: "no room was found, and whether the old visitor exists is not known yet"
        case .discoveryIncomplete: "the list of rooms changed while it was read: run again"
        case .discoveryRefused: "the server did not show the rooms of the old visitor"
        case .wouldMove: "nothing is in the way of the move"
        case .newVisitorNotFound: "the server knows no such new visitor: check the id"
        case .oldVisitorNotFound: "the server has no such old visitor: check the id and the address of the server"
        case .roomNotFound: "the server knows no such room: it may have been deleted"
        case .roomNotAllowed: "the caller may not see the room: view-livechat-rooms is missing"
        case .unsupportedRoom: "not an Omnichannel conversation, so it has no visitor to change"
        case .invalidRequest: "the server found the request invalid"
        case .refusedByServer: "the server said no"
        case .refusedOnTheWay: "a proxy or firewall refused this one request: ask its administrator"
        case .movedByOther:
            "somebody else moved the room to a third visitor, or the line names the wrong old visitor: decide by hand"
        case .noVisitor: "the room has no visitor"
        case .earlierLineNotDone: "an earlier line for the same room was not carried out"
        case .alreadyAtNew: "the room was with the new visitor before"
        case .alreadyFurther: "the room is with a visitor to whom a later line takes it"
        case .openRoom:
            "the conversation is live, and moving it would cut its visitor off: left alone until it is closed"
        case .openTooLong:
            "the conversation is live for longer than --give-up-open allows: close it, or move it with --open-rooms move"
        case .earlierLineOpen: "waits for an earlier line for the same room"
        case .notSentYet: "not tried yet"
        case .notInPlan: "not in the plan: run without --plan, or undo without naming a part"
        case .inDoubt: "sent, and the answer was lost: the next run looks first"
        case .serverError: "the server answered with errors until the attempts were used up"
        case .gatewayError: "a proxy answered with errors until the attempts were used up"
        case .timeout: "the server did not answer in time"
        case .connectionLost: "the connection broke before the answer came"
        case .connectionFailed: "no connection to the server"
        case .tlsFailed: "no secure connection to the server"
        case .rateLimited: "the server kept saying that there were too many requests"
        case .emptyRefusal: "the server refused without a reason"
        case .unreadableReply: "the answer could not be read"
        case .stillAtOld: "the room was still with the old visitor at the last look"
        }
    }

    /// Whether lines that ended for it wait for somebody to look at them.
    var needsPerson: Bool {
        switch self {
        case .noop, .duplicate, .alreadyAtNew, .alreadyFurther, .wouldMove, .notDiscoveredYet, .oldVisitorNotAskedYet,
            .openRoom,
            .earlierLineOpen, .notSentYet, .inDoubt, .notInPlan:
            false
        case .malformed, .missingOld, .missingNew, .badID, .spreadsheetDamage, .conflict, .cycle, .discoveryIncomplete,
            .discoveryRefused, .newVisitorNotFound, .oldVisitorNotFound, .refusedOnTheWay, .roomNotFound,
            .roomNotAllowed, .unsupportedRoom, .invalidRequest,
            .refusedByServer, .movedByOther, .openTooLong, .noVisitor, .earlierLineNotDone, .serverError, .gatewayError,
            .timeout,
            .connectionLost, .connectionFailed, .tlsFailed, .rateLimited, .emptyRefusal, .unreadableReply, .stillAtOld:
            true
        }
    }
}
