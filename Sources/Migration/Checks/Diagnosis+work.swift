import Model
import RocketChat

/// Findings about reading and about how fast the work can go.
extension Diagnosis.Finding {
    static func roomList(_ access: Examination.Access<RoomPage>) -> Self {
        switch access {
        case .granted(let page) where page.total == 0:
            Self(check: .roomList, level: .note, found: "the caller may list Omnichannel rooms, and there is none")
        case .granted(let page):
            Self(
                check: .roomList, level: .ok,
                found: "the caller may list Omnichannel rooms: \(page.total) \(page.total == 1 ? "room" : "rooms")")
        case .denied(let text):
            Self(
                check: .roomList, level: .warning, found: text,
                advice: "Give the caller view-livechat-rooms. Without it visitor lines need a room line as anchor, "
                    + "and an agent gets error-not-allowed on the rooms of others.")
        }
    }

    static func room(_ access: Examination.Access<Room>) -> Self {
        switch access {
        case .granted:
            Self(check: .room, level: .ok, found: "the caller may read a room, as the look before a move does")
        case .denied(let text):
            Self(
                check: .room, level: .warning, found: text,
                advice: "Give the caller view-livechat-rooms, or what was interrupted cannot be settled by reading.")
        }
    }

    static func history(_ access: Examination.Access<RoomPage>) -> Self {
        switch access {
        case .granted:
            Self(check: .history, level: .ok, found: "the caller may find the rooms of a visitor")
        case .denied(let text):
            Self(
                check: .history, level: .warning, found: text,
                advice: "Give the caller view-l-room: visitor lines need it, room lines do not.")
        }
    }

    /// Whether a merge can be made to last (TheContacts).
    static func contacts(_ examination: Examination) -> Self? {
        guard let version = examination.version else { return nil }
        guard !version.isPastEndpoint else {
            return Self(
                check: .contacts, level: .note,
                found: "from 7.0 on no call gives a room another visitor; contacts are merged by an app with a "
                    + "Premium licence alone, and each room keeps its visitor",
                advice: "Never repeat deletions of visitors that were prepared before the upgrade: they would delete "
                    + "every visitor of the contact with all rooms.")
        }
        guard version.replacesContacts else {
            return Self(
                check: .contacts, level: .note,
                found: "cannot be used: taking an address from a visitor came with 6.3",
                advice: "After a run the next message may still arrive at the old visitor.")
        }
        switch examination.customFields {
        case nil: return nil
        case .granted(let page)?:
            return Self(
                check: .contacts, level: .ok,
                found: "can be used: the caller may read and write contacts, and "
                    + "\(counted(page.total, "custom field")) \(page.total == 1 ? "is" : "are") defined")
        case .denied(let text)?:
            return Self(
                check: .contacts, level: .warning, found: text,
                advice: "Give the caller view-l-room, or a merge cannot be made to last.")
        }
    }

    /// `Date` has whole seconds: up to two of difference mean nothing.
    static func clock(lead: Duration) -> Self {
        guard abs(lead.inSeconds) > 2 else {
            return Self(check: .clock, level: .ok, found: "the server's clock agrees with this machine's")
        }
        return Self(
            check: .clock, level: .warning,
            found: "the server's clock is \(lead.inWords) \(lead > .zero ? "ahead of" : "behind") this machine's",
            advice: "Set the one that is wrong: journal and report have this machine's time, and the server's records "
                + "will not match. Waiting for the rate limit is not affected: it goes by the server's clock alone.")
    }

    static func rateLimit(_ limit: Rate?, _ examination: Examination) -> Self? {
        guard examination.probe != nil else { return nil }
        if let limit {
            return Self(
                check: .rateLimit, level: .note,
                found: "the server allows \(limit.calls), and the caller does not bypass the limit"
                    + (limit.isCertain ? "" : "; fewer if it started or was reconfigured within the last minute"),
                advice: "Wait it out, or for the time of the job either give a bot user api-bypass-rate-limit or raise "
                    + "API_Enable_Rate_Limiter_Limit_Calls_Default.")
        }
        let holders = (examination.caller?.roles ?? []).filter { rolesThatBypass.contains($0) }
        let reason =
            holders.isEmpty
            ? "it is switched off, or the caller has api-bypass-rate-limit"
            : "\(holders.joined(separator: ", ")) bypasses it by default"
        return Self(
            check: .rateLimit, level: .note, found: "the server sets no limit: \(reason)",
            advice:
                "--rate auto then sends \(ServerRateEstimator.withoutHeaders); set --rate to what the server can bear.")
    }

    static func roundTrip(_ diagnosis: Diagnosis, requests: Int, _ workload: Workload) -> Self? {
        guard let roundTrip = diagnosis.roundTrip else { return nil }
        let found = "\(roundTrip.inWords), the median of \(requests) \(requests == 1 ? "request" : "requests")"
        guard diagnosis.estimate != nil, let rate = workload.rate(under: diagnosis.limit) else {
            return Self(check: .roundTrip, level: .ok, found: found)
        }
        let needed = workload.concurrency(for: rate, roundTrip: roundTrip)
        guard needed > workload.concurrency else {
            return Self(
                check: .roundTrip, level: .ok,
                found: "\(found); \(needed == 1 ? "1 move in flight keeps" : "\(needed) moves in flight keep") up with "
                    + rate.calls)
        }
        return Self(
            check: .roundTrip, level: .note,
            found: "\(found); --concurrency \(workload.concurrency) is too few to keep up with \(rate.calls)",
            advice: needed > 256
                ? "Not even --concurrency 256 keeps up: run closer to the server, or accept a lower rate."
                : "Set --concurrency to \(needed) to make use of the rate.")
    }

    static func instances(_ count: Int) -> Self? {
        switch count {
        case 0: nil
        case 1: Self(check: .instances, level: .ok, found: "every answer came from one server process")
        default:
            Self(
                check: .instances, level: .warning,
                found: "answers came from \(count) server processes, each of which counts calls on its own, "
                    + "so the limit in force varies",
                advice: "Keep --rate auto, which follows each answer, or set --rate to the limit of one process.")
        }
    }

    static func estimate(_ estimate: MoveEstimate, at rate: Rate?) -> Self {
        let pace =
            if let rate, estimate.isBoundByRate { "at \(rate.calls)" } else { "as fast as answers come" }
        return Self(
            check: .estimate, level: .ok,
            found: "\(estimate.moves) \(estimate.moves == 1 ? "move takes" : "moves take") "
                + "about \(estimate.duration.inWords) \(pace)")
    }

    /// By default (TheServer, "Permissions").
    private static let rolesThatBypass = ["admin", "bot", "app"]
}

extension Rate {
    /// The window is not shorter than the default (TheServer, "Rate limits"), or it could be the rest of a
    /// server's first one.
    fileprivate var isCertain: Bool { window >= Self.standardWindow }

    /// For a person: `10 calls per minute`.
    fileprivate var calls: String {
        let unit =
            switch window {
            case .seconds(1): "second"
            case .seconds(60): "minute"
            case .seconds(3600): "hour"
            default: window.inWords
            }
        return "\(count) \(count == 1 ? "call" : "calls") per \(unit)"
    }
}
