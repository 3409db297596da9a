import FoundationEssentials
import Synchronization

/// Everything that changes while the sandbox serves, behind one lock.
///
/// A class, because a lock must stay where it is.
final class SandboxState: Sendable {
    /// What the lock protects.
    struct Contents: Sendable {
        var workspace: Workspace
        var users: UserDirectory
        var instances: LoadBalancer
        var faults: FaultSchedule
        var profile: Profile
        /// Added to the wall clock in everything the server says about time.
        var clockSkew: Duration
        /// Between the comparison and the write of a move (TheSandbox, "What it imitates").
        var pauseBeforeWrite: Duration = .zero
        var contactWrites: [ContactWrite] = []
        fileprivate(set) var log = RequestLog()
        fileprivate var dateHeader = (second: -1.0, text: "")

        init(_ configuration: SandboxConfiguration, users: [SandboxUser]) {
            workspace = Workspace(configuration.seed ?? .demo, users: users)
            self.users = UserDirectory(users)
            instances = LoadBalancer(
                configuration.instances, balancing: configuration.balancing, limit: configuration.rateLimit,
                now: configuration.time.elapsed())
            faults = FaultSchedule(configuration.faults)
            profile = configuration.profile
            clockSkew = configuration.clockSkew
        }
    }

    private let contents: Mutex<Contents>

    init(_ configuration: SandboxConfiguration, users: [SandboxUser]) {
        contents = Mutex(Contents(configuration, users: users))
    }

    /// Works on the contents while nobody else does.
    func access<Value: Sendable, Failure: Error>(
        _ body: (inout Contents) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try contents.withLock { (contents) throws(Failure) in try body(&contents) }
    }
}

extension SandboxState.Contents {
    /// Where a request leads in the present release.
    func route(of arrival: IncomingRequest) -> Route? {
        RouteMatch(path: arrival.path, method: arrival.method, profile: profile)?.route
    }

    /// Begins a record of a request and returns its place in the log.
    mutating func record(_ arrival: IncomingRequest, route: Route?) -> Int {
        log.append(arrival.record(route: route))
    }

    /// Completes a record with the caller.
    mutating func note(userID: String, in entry: Int) {
        log.change(entry) { $0.userID = userID }
    }

    /// Completes a record with the status of the answer.
    mutating func note(status: Int, in entry: Int) {
        log.change(entry) { $0.status = status }
    }

    /// The value of a `Date` header, worked out once a second.
    mutating func dateHeader(at now: Date) -> String {
        let date = now.advanced(by: clockSkew)
        let second = date.timeIntervalSince1970.rounded(.down)
        if second != dateHeader.second { dateHeader = (second, date.httpHeader) }
        return dateHeader.text
    }
}
