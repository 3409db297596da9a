/// Why a run ended before its work was done.
///
/// The raw values stand in journals and reports.
package enum StopReason: String, CaseIterable, Sendable {
    case signal
    case credentialsRejected = "credentials-rejected"
    case permissionMissing = "permission-missing"
    case endpointMissing = "endpoint-missing"
    case versionTooNew = "version-too-new"
    case deprecationThrows = "deprecation-throws"
    case notRocketChat = "not-rocket-chat"
    case proxyRefused = "proxy-refused"
    case tooManyFailures = "too-many-failures"
    case serverUnreachable = "server-unreachable"
    case diskFull = "disk-full"
    case journalFailed = "journal-failed"
    case durationReached = "duration-reached"
    case windowClosed = "window-closed"
    case maxMovesReached = "max-moves-reached"
    case notConfirmed = "not-confirmed"
}

/// A ``StopReason`` with what was seen, for a person.
package struct Stop: Error, Sendable, Equatable {
    package var reason: StopReason
    /// One sentence: what happened, and to what.
    ///
    /// Holds no secret.
    package var detail: String

    package init(_ reason: StopReason, _ detail: String) {
        self.reason = reason
        self.detail = detail
    }

    /// The user, or whoever supervises the process, wants it to end.
    package static let signal = Stop(.signal, "a signal asked the run to end")

    /// The user gave it so much time and no more.
    package static let durationReached = Stop(.durationReached, "the time given with --max-duration is up")

    /// The user was asked before the first move, and did not say yes.
    package static let notConfirmed = Stop(
        .notConfirmed,
        "nothing was moved, because the question was not answered with yes. To move the rooms, run the same command again "
            + "and answer y, or add --yes")

    /// The user wants no more moves to be sent in this invocation.
    package static func maxMovesReached(_ moves: Int) -> Stop {
        Stop(
            .maxMovesReached, "\(counted(moves, "move")) \(moves == 1 ? "was" : "were") sent, the limit of --max-moves")
    }
}

extension Stop {
    /// True if it is an answer, which a proxy or firewall may give to one request and let others through.
    ///
    /// Also in the words of the server: a gateway that checks requests says 401 and 403 in JSON.
    package var mayConcernOneRequest: Bool {
        switch reason {
        case .credentialsRejected, .permissionMissing, .deprecationThrows, .notRocketChat, .proxyRefused,
            .endpointMissing, .serverUnreachable:
            true
        case .signal, .versionTooNew, .tooManyFailures, .diskFull, .journalFailed, .durationReached, .windowClosed,
            .maxMovesReached, .notConfirmed:
            false
        }
    }
}

extension Stop: CustomStringConvertible {
    package var description: String { detail }
}
