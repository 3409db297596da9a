/// The word that says why a line or an operation ended as it did.
///
/// The raw values stand in reports and journals.
package enum ReasonCode: String, CaseIterable, Sendable {
    // Lines, decided while the mapping is read or planned.
    case malformed
    case missingOld = "missing-old"
    case missingNew = "missing-new"
    case badID = "bad-id"
    case spreadsheetDamage = "spreadsheet-damage"
    case conflict
    case cycle
    case noop
    case duplicate
    case notDiscoveredYet = "not-discovered-yet"
    case oldVisitorNotAskedYet = "old-visitor-not-asked-yet"
    case discoveryIncomplete = "discovery-incomplete"
    case discoveryRefused = "discovery-refused"

    // What an audit foresees of an operation that can be carried out.
    case wouldMove = "would-move"

    // Operations the server refused for good.
    case newVisitorNotFound = "new-visitor-not-found"
    case oldVisitorNotFound = "old-visitor-not-found"
    case roomNotFound = "room-not-found"
    case roomNotAllowed = "room-not-allowed"
    case unsupportedRoom = "unsupported-room"
    case invalidRequest = "invalid-request"
    case refusedByServer = "refused-by-server"
    /// A proxy or firewall refused it, and let a request through that is known to be good.
    case refusedOnTheWay = "refused-on-the-way"

    // Operations whose room was found with another visitor.
    case movedByOther = "moved-by-other"
    case noVisitor = "no-visitor"
    case earlierLineNotDone = "earlier-line-not-done"

    // Operations that were right already.
    case alreadyAtNew = "already-at-new"
    case alreadyFurther = "already-further"

    // Operations left for a later run.
    case openRoom = "open-room"
    /// Open for longer than the user wants to wait: each run looks again, and meanwhile it needs review.
    case openTooLong = "open-too-long"
    case earlierLineOpen = "earlier-line-open"
    case notSentYet = "not-sent-yet"
    case inDoubt = "in-doubt"
    case notInPlan = "not-in-plan"

    // Operations that used up their attempts, named for the last trouble.
    case serverError = "server-error"
    case gatewayError = "gateway-error"
    case timeout
    case connectionLost = "connection-lost"
    case connectionFailed = "connection-failed"
    case tlsFailed = "tls-failed"
    case rateLimited = "rate-limited"
    case emptyRefusal = "empty-refusal"
    case unreadableReply = "unreadable-reply"
    case stillAtOld = "still-at-old"
}
