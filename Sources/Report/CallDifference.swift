package import Journal
import Model

/// How the calls of a job on one endpoint differ from what was expected, and why, as far as that is known.
package struct CallDifference: Sendable, Equatable {
    package var calls: EndpointCalls
    /// `nil` if it is not known.
    package var reason: String?

    /// Compares; `nil` if the estimate was right to a tenth, or to a call.
    ///
    /// `isReading` is true for a job that only reads, and `isFinished` false for one that was interrupted: it has not made
    /// all its calls. `unmoved` are rooms that a run did not have to move, or could not.
    package init?(_ calls: EndpointCalls, ofReading isReading: Bool, isFinished: Bool, unmoved: Int = 0) {
        guard isFinished, let estimated = calls.estimated else { return nil }
        let difference = calls.made - estimated
        guard abs(difference) > 1, abs(difference) * 10 > estimated else { return nil }
        self.calls = calls
        reason =
            difference < 0
            ? Self.reasonForFewer(calls, unmoved: unmoved) : Self.reasonForMore(calls, ofReading: isReading)
    }

    private static func reasonForFewer(_ calls: EndpointCalls, unmoved: Int) -> String? {
        switch calls.endpoint {
        case "livechat/room.visitor" where unmoved > 0:
            "\(counted(unmoved, "room")) did not have to be moved, or could not be"
        case "rooms.info": "what was known already was not asked for"
        default: nil
        }
    }

    private static func reasonForMore(_ calls: EndpointCalls, ofReading isReading: Bool) -> String? {
        if calls.refused > 0 {
            return "the server refused \(calls.refused.grouped) of them because of its limit, and they were repeated"
        }
        return switch calls.endpoint {
        case "rooms.info" where isReading:
            "the list could not settle rooms that were open, not in it, or elsewhere than expected"
        case "rooms.info": "rooms were looked at again after an answer that left a doubt"
        case "livechat/room.visitor": "moves were repeated"
        case "livechat/rooms": "the list changed while it was read"
        case "livechat/visitors.chatHistory": "long histories have more than one page, or the anchor was refused"
        default: nil
        }
    }

    /// For the end of a summary.
    package var sentence: String {
        let direction = calls.made > (calls.estimated ?? 0) ? "More" : "Fewer"
        return "\(direction) calls of \(calls.endpoint) than estimated, \(calls.made.grouped) instead of "
            + "\((calls.estimated ?? 0).grouped)" + (reason.map { ": \($0)." } ?? ".")
    }

    /// One sentence for each endpoint whose estimate was wrong by more than a tenth.
    package static func sentences(
        _ calls: [EndpointCalls], ofReading isReading: Bool, isFinished: Bool, unmoved: Int = 0
    ) -> [String] {
        calls.compactMap { calls in
            CallDifference(calls, ofReading: isReading, isFinished: isFinished, unmoved: unmoved)?.sentence
        }
    }
}

/// The calls on one endpoint as a report has them.
struct CallKeys: Encodable {
    var endpoint: String
    var made: Int
    var estimated: Int?
    var refused: Int
    var waited_seconds: Int
    /// Why the estimate was wrong by more than a tenth, if it is known.
    var difference: String?

    init(_ calls: EndpointCalls, _ difference: CallDifference?) {
        endpoint = calls.endpoint
        made = calls.made
        estimated = calls.estimated
        refused = calls.refused
        waited_seconds = (calls.waitedMilliseconds + 500) / 1000
        self.difference = difference.map { $0.reason ?? "unknown" }
    }

    private enum Key: String, CodingKey {
        case endpoint, made, estimated, refused, waited_seconds, difference
    }

    /// The estimate is there with or without a value.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(endpoint, forKey: .endpoint)
        try container.encode(made, forKey: .made)
        try container.encode(estimated, forKey: .estimated)
        try container.encode(refused, forKey: .refused)
        try container.encode(waited_seconds, forKey: .waited_seconds)
        try container.encodeIfPresent(difference, forKey: .difference)
    }
}
