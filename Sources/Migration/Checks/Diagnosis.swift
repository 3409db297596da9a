package import Model
package import RocketChat

/// What an ``Examination`` means for somebody who wants to move rooms: findings, each with what to do about it.
package struct Diagnosis: Sendable, Equatable {
    package enum Level: String, Sendable {
        case ok
        /// Good to know; nothing has to be done.
        case note
        /// A run can begin, but not all of it may go as hoped.
        case warning
        /// No move can succeed.
        case problem
    }

    /// The outcome of one check; the texts are for a person, on one line, and hold no secret.
    package struct Finding: Sendable, Equatable {
        package var check: Examination.Check
        package var level: Level
        package var found: String
        /// What to do about it, or `nil`.
        package var advice: String?
    }

    package var address: String
    package var version: ServerVersion?
    /// In the order of ``Examination/Check``; what could not be checked is named by the last.
    package var findings: [Finding]
    /// Why no move can succeed: the reason of the first problem, or `nil`.
    package var reason: StopReason?
    /// The server's limit for moves; `nil` if the caller has none or it could not be asked.
    package var limit: Rate?
    /// `nil` if no room can be moved at all.
    package var estimate: MoveEstimate?
    /// The median of all requests; `nil` if none was answered.
    package var roundTrip: Duration?
    /// How far the server's clock is ahead of this machine's; `nil` if the server does not say.
    package var clockLead: Duration?
    /// Server processes that answered; 0 if they do not say.
    package var instances: Int

    package init(of examination: Examination, for workload: Workload) {
        let samples = examination.samples
        address = examination.address
        version = examination.version
        reason = examination.version?.refusal?.reason ?? examination.interruption?.stop.reason
        limit = examination.probe.flatMap { probe in
            probe.window.map { Rate($0, serverDate: probe.serverDate) }
        }
        roundTrip = samples.map(\.roundTrip).median
        clockLead = samples.compactMap(\.clockLead).median
        instances = Set(samples.compactMap(\.instance)).count
        if let roundTrip, examination.probe != nil {
            estimate = MoveEstimate(of: workload, limit: limit, roundTrip: roundTrip)
        }
        findings = []
        findings = self.findings(of: examination, for: workload)
    }

    /// Nothing has to be done.
    package var isAllWell: Bool { findings.allSatisfy { $0.level == .ok || $0.level == .note } }

    /// Every check has its finding, up to the one at which the examination was interrupted.
    private func findings(of examination: Examination, for workload: Workload) -> [Finding] {
        let interruption = examination.interruption
        var findings: [Finding] = []
        for check in Examination.Check.allCases where check != .notChecked {
            if let interruption, interruption.check == check {
                findings.append(Finding(interruption))
                break
            }
            if let finding = finding(check, examination, workload) {
                findings.append(finding)
            }
        }
        let missing = Examination.Check.allCases.filter { check in
            check != .notChecked && !findings.contains { $0.check == check }
        }
        guard !missing.isEmpty else { return findings }
        let names = missing.map(\.rawValue).joined(separator: ", ")
        let advice = interruption == nil ? nil : "Settle the problem above, then ask again."
        return findings + [Finding(check: .notChecked, level: .note, found: "not checked: \(names)", advice: advice)]
    }

    /// `nil` if there are no facts to judge.
    private func finding(
        _ check: Examination.Check, _ examination: Examination, _ workload: Workload
    ) -> Finding? {
        switch check {
        case .server: .server(examination)
        case .version: examination.version.map { .version($0) }
        case .credentials: examination.caller.map { .credentials($0) }
        case .endpoint: .endpoint(examination)
        case .deprecationSwitch: .deprecationSwitch(examination)
        case .rateLimit: .rateLimit(limit, examination)
        case .roomList: examination.rooms.map { .roomList($0) }
        case .room: examination.room.map { .room($0) }
        case .history: examination.history.map { .history($0) }
        case .contacts: .contacts(examination)
        case .clock: clockLead.map { .clock(lead: $0) }
        case .roundTrip: .roundTrip(self, requests: examination.samples.count, workload)
        case .instances: .instances(instances)
        case .estimate: estimate.map { .estimate($0, at: workload.rate(under: limit)) }
        case .notChecked: nil
        }
    }
}

extension Array where Element: Comparable {
    /// The middle element, the upper one of two; `nil` if there is none.
    fileprivate var median: Element? {
        isEmpty ? nil : sorted()[count / 2]
    }
}
