import Model
import RocketChat

/// Findings about the server, the caller and the endpoint.
extension Diagnosis.Finding {
    static func server(_ examination: Examination) -> Self {
        let address = examination.address
        return switch examination.connection {
        case .encrypted:
            Self(check: .server, level: .ok, found: "\(address) answers, and its certificate is trusted")
        case .loopback:
            Self(check: .server, level: .ok, found: "\(address) answers, without encryption but on this machine")
        case .readable:
            Self(
                check: .server, level: .warning, found: "\(address) answers without encryption",
                advice: "Use https: the auth token can be read on the way.")
        }
    }

    static func version(_ version: ServerVersion) -> Self {
        if let refusal = version.refusal {
            return Self(
                check: .version, level: .problem, found: refusal.detail, advice: refusal.reason.advice(for: .version))
        }
        let found = "Rocket.Chat \(version), which has room.visitor; 7.0 removes it"
        guard version.explainsRefusals else {
            return Self(
                check: .version, level: .note,
                found: "\(found); before 5.2 the server refuses without saying why, so reports say less")
        }
        return Self(check: .version, level: .ok, found: found)
    }

    static func credentials(_ caller: Caller) -> Self {
        let roles = caller.roles.isEmpty ? "no roles" : "roles: " + caller.roles.joined(separator: ", ")
        return Self(
            check: .credentials, level: .ok, found: "accepted for \(caller.username ?? caller.id), \(roles)")
    }

    /// The probe passed, so only what it cannot show is left to say (TheMove, "Order of checks").
    static func endpoint(_ examination: Examination) -> Self? {
        guard let version = examination.version, examination.probe != nil else { return nil }
        let there = "PUT livechat/room.visitor is there"
        let permission = "change-livechat-room-visitor"
        guard !version.probeShowsPermission else {
            return Self(check: .endpoint, level: .ok, found: "\(there), and the caller has \(permission)")
        }
        let found = "\(there); up to 6.4 \(permission) cannot be tested without moving a room"
        let holders = (examination.caller?.roles ?? []).filter { rolesThatMove.contains($0) }
        guard holders.isEmpty else {
            return Self(
                check: .endpoint, level: .note,
                found: "\(found), but \(holders.joined(separator: ", ")) has it by default")
        }
        return Self(
            check: .endpoint, level: .warning, found: "\(found), and no role of the caller has it by default",
            advice: "Look it up in the workspace's permissions: without it the first move ends the run.")
    }

    /// The probe passed, so deprecated endpoints are not refused (TheMove, "Deprecation").
    static func deprecationSwitch(_ examination: Examination) -> Self? {
        guard let version = examination.version, examination.probe != nil else { return nil }
        return Self(
            check: .deprecationSwitch, level: .ok,
            found: version.canRefuseDeprecated
                ? "the server lets deprecated endpoints be called"
                : "this version cannot refuse deprecated endpoints")
    }

    /// What ended the examination.
    init(_ interruption: Examination.Interruption) {
        self.init(
            check: interruption.check, level: .problem, found: interruption.stop.detail,
            advice: interruption.stop.reason.advice(for: interruption.check))
    }

    /// By default (TheServer, "Permissions").
    private static let rolesThatMove = ["admin", "livechat-manager", "livechat-agent"]
}

extension ServerVersion {
    /// Refusals have words (TheMove, "Versions before 5.2").
    fileprivate var explainsRefusals: Bool { (5, 2) <= (major, minor) }

    /// The setting that refuses deprecated endpoints works (TheMove, "Deprecation").
    fileprivate var canRefuseDeprecated: Bool { (6, 3) <= (major, minor) }

    /// The permission is tested before the visitors are looked up (TheMove, "Order of checks").
    fileprivate var probeShowsPermission: Bool { (6, 5) <= (major, minor) }
}
