package import Journal
import Model
package import RocketChat

/// What work costs: calls on each endpoint, and the time that the busiest of them takes (TheRun, "Calls").
package struct CallEstimate: Sendable, Equatable {
    /// Those that are needed on each endpoint; none is zero.
    package private(set) var calls: [Endpoint: Int] = [:]
    /// True if more may be needed: how many rooms an old visitor has is known when they are found.
    package var isLeast = false

    package init(_ calls: [Endpoint: Int] = [:], isLeast: Bool = false) {
        self.calls = calls.filter { $0.value > 0 }
        self.isLeast = isLeast
    }

    /// All of them.
    package var total: Int { calls.values.reduce(0, +) }

    /// Calls on the endpoint that takes longest.
    ///
    /// Each has a limit of its own, and they are used side by side; what the server does not limit counts for nothing.
    package var busiest: Int { calls.filter { $0.key != .info }.values.max() ?? 0 }

    /// By name.
    package var named: [String: Int] {
        Dictionary(uniqueKeysWithValues: calls.map { ($0.key.rawValue, $0.value) })
    }

    /// How long it takes at the least at a pace; `nil` if no rate limits it.
    package func time(at pace: CallPace) -> Duration? {
        pace.rate.map { rate in
            pace.spendsWindows && busiest <= rate.count ? .zero : rate.interval * busiest
        }
    }

    package static func + (one: Self, other: Self) -> Self {
        Self(one.calls.merging(other.calls, uniquingKeysWith: +), isLeast: one.isLeast || other.isLeast)
    }
}

/// How fast requests leave on one endpoint.
package struct CallPace: Sendable, Equatable {
    /// `nil` if nothing limits them.
    package var rate: Rate?
    /// True if what a window of the server allows is sent at once.
    package var spendsWindows: Bool

    package init(rate: Rate?, spendsWindows: Bool) {
        self.rate = rate
        self.spendsWindows = spendsWindows
    }
}

/// Two ways to read the same rooms: the list of all of them, or a question for each.
package struct ReadingChoice: Sendable, Equatable {
    /// How many entries the list has.
    package let entries: Int
    package let list: CallEstimate
    package let singly: CallEstimate

    package var isListCheaper: Bool { list.total < singly.total }

    /// The cheaper way.
    package var chosen: CallEstimate { isListCheaper ? list : singly }

    init(entries: Int, list: CallEstimate, singly: CallEstimate) {
        self.entries = entries
        self.list = list
        self.singly = singly
    }
}

// What each job costs, in one place: `doctor` and the audit's report foretell it with the same sums that the jobs choose
// their ways by.
extension CallEstimate {
    /// What every job asks before it begins.
    package static let preflight = CallEstimate([.info: 1, .me: 1])

    /// Moving rooms that are known: the PUT of each, and a look before it where open rooms are not moved and it was not
    /// seen closed.
    package static func moving(_ rooms: Int, _ openRooms: OpenRoomPolicy, seenClosed: Int = 0) -> Self {
        Self([.roomVisitor: rooms, .roomsInfo: openRooms == .defer ? rooms - seenClosed : 0])
    }

    /// The list of a number of rooms.
    static func roomList(_ rooms: Int) -> Self {
        Self([.livechatRooms: OverlappingPages.calls(forEntries: rooms)])
    }

    /// Finding the rooms of old visitors, in the list of all rooms if that has fewer pages than there are visitors, else
    /// in their histories.
    static func finding(ofVisitors visitors: Int, inRooms rooms: Int?) -> Self {
        guard visitors > 0 else { return Self() }
        // How many rooms there are is asked before.
        let choice = Self([.livechatRooms: 1])
        if let rooms, rooms == 0 || OverlappingPages.calls(forEntries: rooms) < visitors {
            return choice + roomList(rooms)
        }
        return choice + Self([.chatHistory: visitors], isLeast: true)
    }

    /// Reading rooms that are known and those of old visitors, without changing anything: each room is asked for, and each
    /// old visitor for its history and for at least one room.
    package static func looking(at rooms: Int, ofVisitors visitors: Int) -> Self {
        Self([.roomsInfo: rooms + visitors, .chatHistory: visitors], isLeast: visitors > 0)
    }
}

extension Journal {
    /// Remembers in an audit that is through what a run of its plan and the verification of that will cost.
    ///
    /// `rooms` is how many the workspace has; `nil` if that is not known.
    package func expectLaterJobs(rooms: Int?, _ openRooms: OpenRoomPolicy) async throws {
        let size = try snapshot { try $0.sizeOfRun() }
        let forecast = JobForecast(for: size, rooms: rooms, openRooms: openRooms)
        try await expect(forecast.run.named, ofLater: .run)
        try await expect(forecast.verify.named, ofLater: .verify)
    }
}

/// What a job of a plan on a workspace will cost.
package struct JobForecast: Sendable, Equatable {
    package var audit: CallEstimate
    package var run: CallEstimate
    package var verify: CallEstimate

    /// `rooms` is how many the workspace has; `nil` if the caller may not list them.
    package init(for plan: PlanSize, rooms: Int?, openRooms: OpenRoomPolicy) {
        let known = plan.rooms + (plan.foundRooms ?? 0)
        let searched = plan.foundRooms == nil ? plan.visitorLines : 0
        run =
            .preflight + CallEstimate([.roomVisitor: 1])
            + .moving(known, openRooms) + CallEstimate([.roomVisitor: searched], isLeast: searched > 0)
            + .finding(ofVisitors: searched, inRooms: rooms)
        audit =
            .preflight
            + Self.reading(.looking(at: known, ofVisitors: searched), inRooms: rooms)
            + CallEstimate([.visitorsInfo: plan.newVisitors])
        // Whether two visitors share a token is said of each pair.
        verify =
            Self.reading(
                CallEstimate([.roomsInfo: known + searched, .chatHistory: plan.visitorLines + plan.oldVisitors]),
                inRooms: rooms)
            + CallEstimate([.visitorsInfo: plan.oldVisitors + plan.newVisitors])
    }

    private static func reading(_ singly: CallEstimate, inRooms rooms: Int?) -> CallEstimate {
        guard singly.total > 1 else { return singly }
        let choice = CallEstimate([.livechatRooms: 1])
        guard let rooms else { return choice + singly }
        return choice + ReadingChoice(entries: rooms, list: .roomList(rooms), singly: singly).chosen
    }
}
