import Migration
import Model
import RocketChat

extension RoomSurveyNotice {
    var sentence: String {
        switch self {
        case .chosen(let choice, let pace): choice.sentence(at: pace)
        case .resumed(let known, let total):
            "Resuming the list of \(counted(total, "room")), of which \(known.grouped) were read before."
        }
    }
}

extension ReadingChoice {
    /// Which way is gone, and what both would cost.
    fileprivate func sentence(at pace: CallPace) -> String {
        let all = "the list of \(counted(entries, "room"))"
        return isListCheaper
            ? "Reading \(all): \(list.cost(at: pace)); one by one it would be at least \(singly.cost(at: pace))."
            : "Asking one by one: at least \(singly.cost(at: pace)); \(all) would be \(list.cost(at: pace))."
    }
}

extension CallEstimate {
    /// All calls and their time.
    fileprivate func cost(at pace: CallPace) -> String {
        // Shorter waits are not worth a word.
        let time = time(at: pace).flatMap { $0 < .seconds(5) ? nil : ", about \($0.inWords)" }
        return counted(total, "call") + (time ?? "")
    }

    /// What work costs on each endpoint, and how long; `nil` if it takes less than five seconds.
    func sentence(for work: String, at pace: CallPace) -> String? {
        guard let time = time(at: pace), time >= .seconds(5) else { return nil }
        return "\(work): \(endpoints), about \(time.inWords)\(isLeast ? " at the least" : "")."
    }

    /// The calls on each endpoint, most first: `250 calls of livechat/room.visitor, 21 of livechat/rooms`.
    var endpoints: String {
        let most = calls.sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
        return most.enumerated().map { index, call in
            let (number, name) = (call.value, call.key.rawValue)
            return index == 0 ? "\(counted(number, "call")) of \(name)" : "\(number.grouped) of \(name)"
        }.joined(separator: ", ")
    }
}
