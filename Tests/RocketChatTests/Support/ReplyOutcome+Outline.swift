import Model

@testable import RocketChat

extension ReplyOutcome {
    /// The meaning without its text, such as `refused room-not-found`.
    var outline: String {
        switch self {
        case .success, .notOwner, .rateLimited: word
        case .refused(let reason, _), .unknown(let reason, _), .notSent(let reason, _): "\(word) \(reason.rawValue)"
        case .stop(let stop): "\(word) \(stop.reason.rawValue)"
        }
    }

    /// The text for a person, if there is one.
    var detail: String? {
        switch self {
        case .success, .notOwner, .rateLimited: nil
        case .refused(_, let detail), .unknown(_, let detail), .notSent(_, let detail): detail
        case .stop(let stop): stop.detail
        }
    }
}
