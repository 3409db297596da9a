import Journal
package import Model

/// What can be typed after a job, whichever way it ended; what makes no sense for it is `nil`.
package struct NextSteps: Sendable {
    /// The same command: it goes on.
    package var again: String?
    /// The same command without the limit for moves that it reached.
    package var rest: String?
    /// Carries out what a job that only looked has found.
    package var carryOut: String?
    /// Takes up what a plan had left alone.
    package var withoutPlan: String?
    /// Deals with corrected lines: where to copy them, and what is typed then.
    package var corrected: (copy: String, command: String)?
    /// Reads again what was moved.
    package var verify: String?
    /// Shows the history of a room, whose id follows.
    package var show: String?
    /// Says what is wrong with the server, or with who calls it.
    package var doctor: String?
    /// What has to be known before the step is typed.
    package var remark: String?

    package init(
        again: String? = nil, rest: String? = nil, carryOut: String? = nil, withoutPlan: String? = nil,
        corrected: (copy: String, command: String)? = nil, verify: String? = nil, show: String? = nil,
        doctor: String? = nil,
        remark: String? = nil
    ) {
        self.again = again
        self.rest = rest
        self.carryOut = carryOut
        self.withoutPlan = withoutPlan
        self.corrected = corrected
        self.verify = verify
        self.show = show
        self.doctor = doctor
        self.remark = remark
    }
}

extension NextSteps {
    /// True if a step takes up the job, so that other lines of it may need a person afterwards.
    func takesUp(_ step: String) -> Bool { [again, rest, withoutPlan, doctor].contains(step) && step != carryOut }

    /// The step that a job asks for now.
    func step(after job: Reconciliation) -> String? {
        if job.stop?.reason.isRefusal == true { return doctor }
        switch job.verdict {
        case .unbalanced, .undone: return nil
        case .goesOn where job.stop?.reason == .maxMovesReached: return rest ?? again
        case .goesOn where job.stop == nil && job.isLookedThrough: return job.count(.moved) > 0 ? carryOut : again
        case .goesOn where job.stop == nil && job.leavesOnlyWhatIsNotPlanned: return withoutPlan ?? again
        case .goesOn: return again
        case .needsPerson where job.mayChange && again != nil: return again
        case .needsPerson where job.count(.moved) > 0 && (job.isLookedThrough || job.job.kind == .rehearsal):
            return carryOut
        case .needsPerson: return nil
        case .settled: return job.count(.moved) > 0 ? carryOut ?? verify : nil
        }
    }
}

extension Reconciliation {
    /// Whether running again may settle some of what needs a person.
    fileprivate var mayChange: Bool { count(OperationState.failed) + count(OperationState.unknown) > 0 }

    /// An audit that has nothing left to look at: what waits for an earlier line has to wait for its conversation too.
    package var isLookedThrough: Bool {
        let waiting = reasons[.earlierLineOpen] ?? 0
        return job.kind == .audit && count(OperationState.sent) == 0
            && max(count(OperationState.pending), count(LineOutcome.pending)) <= waiting
    }

    /// Why nothing that an audit looked through can be moved on its server.
    package var refusal: Stop? {
        guard isLookedThrough, let stop, [.versionTooNew, .endpointMissing].contains(stop.reason) else { return nil }
        return stop
    }

    /// All that is open was no part of the plan.
    var leavesOnlyWhatIsNotPlanned: Bool {
        guard let left = reasons[.notInPlan], left > 0 else { return false }
        return left == LineOutcome.allCases.filter(\.isLeftForLater).reduce(0) { $0 + count($1) }
    }
}

extension StopReason {
    /// The server, or what is before it, will say no again, however often it is asked.
    fileprivate var isRefusal: Bool {
        switch self {
        case .credentialsRejected, .permissionMissing, .endpointMissing, .versionTooNew, .deprecationThrows,
            .notRocketChat, .proxyRefused:
            true
        case .signal, .tooManyFailures, .durationReached, .windowClosed, .maxMovesReached, .notConfirmed,
            .serverUnreachable, .diskFull, .journalFailed:
            false
        }
    }
}
