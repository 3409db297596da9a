import Migration
import Model
import RocketChat

/// The state of a job in short phrases, for the block on a terminal and for the line in a log alike.
struct ProgressPhrases {
    var state: ProgressState
    var clock: LocalClock

    var title: String {
        if let reading = state.board.reading { return "Reading \(reading.what)" }
        return state.isAsking ? "Asking the server" : state.subject.title
    }

    /// How far it is, such as `1,204 of 3,000` and `40%`; `nil` before that is known.
    var count: (numbers: String, share: String)? {
        let (done, total) = state.count
        guard total > 0 else { return nil }
        // Cut off: only the whole is 100%.
        return ("\(done.grouped) of \(total.grouped)", "\(min(done * 100 / total, 100))%")
    }

    /// The rate that was asked for, and the one that came of it.
    var rates: [String] {
        var phrases = ["\(state.setting) asked"]
        if state.setting == .auto, let rate = state.rate { phrases = ["auto asked, \(text(rate)) now"] }
        if let achieved = state.achieved { phrases.append("\(frequency(achieved)) achieved") }
        return phrases
    }

    /// What makes it slower than it was asked to be; `nil` if nothing does.
    var limit: String? { state.limit?.phrase }

    /// How long it still takes; `nil` while nobody can tell.
    var left: String? {
        guard let left = state.left else { return nil }
        return "about \(left.inWords) left, until \(clock.time(state.now + left, on: state.now))"
    }

    /// What is waited for and until when; `nil` when the work goes on.
    var wait: String? {
        switch state.activity {
        case .asking, .working: nil
        case .stopping: "Stopping: requests under way may finish, for half a minute at most"
        case .paused: "Paused" + (state.subject.resume.map { ", go on with: \($0)" } ?? "")
        case .waiting(.pace, let route, let until): "Next request at \(moment(until)) (\(route.rawValue))"
        case .waiting(.window, let route, let until):
            "Waiting until \(moment(until)) for the server's window of \(route.rawValue)"
        case .waiting(.refusal, _, let until):
            "Something in front of the server refuses requests, trying again at \(moment(until))"
        case .waiting(.outage, _, let until): "The server does not answer, trying again at \(moment(until))"
        }
    }

    /// How often each outcome came, those that need a person marked.
    var outcomes: [(text: String, needsPerson: Bool)] {
        OperationState.allCases.compactMap { outcome in
            guard let count = state.board.outcomes[outcome], count > 0 else { return nil }
            let word = outcome == .moved ? state.subject.moved : outcome.rawValue
            return ("\(count.grouped) \(word)", outcome.needsPerson)
        }
    }

    private func moment(_ instant: Timestamp) -> String {
        clock.time(instant, withSeconds: true, on: state.now)
    }

    private func text(_ rate: Rate) -> String {
        // What the server's headers teach has a window of any length.
        [.seconds(1), .seconds(60), .seconds(3600)].contains(rate.window) ? "\(rate)" : frequency(rate.perSecond)
    }

    /// In the unit of the rate that was asked for, or in one that leaves a digit before the point.
    private func frequency(_ perSecond: Double) -> String {
        let (length, unit): (Double, String) =
            switch state.rate?.window {
            case .seconds(60)?: (60, "min")
            case .seconds(3600)?: (3600, "h")
            default: perSecond < 1 ? (60, "min") : (1, "s")
            }
        let tenths = Int((perSecond * length * 10).rounded())
        return tenths >= 1000 ? "\((tenths / 10).grouped)/\(unit)" : "\(tenths / 10).\(tenths % 10)/\(unit)"
    }
}

extension FoundLimit {
    /// What there is, and what to do about it.
    var sentence: String { phrase.prefix(1).uppercased() + phrase.dropFirst() + "." }

    var phrase: String { "limited by something in front of the server; try \(advice)" }

    private var advice: String { advised.map { "--rate \($0)" } ?? "a lower --rate, or --rate auto" }
}

extension OperationState {
    fileprivate var needsPerson: Bool {
        switch self {
        case .conflict, .refused, .failed, .unknown: true
        case .pending, .sent, .moved, .already, .deferred: false
        }
    }
}
