import Migration
import Model

extension RoomSurveyNotice {
    var sentence: String {
        switch self {
        case .chosen(let estimate): estimate.sentence
        case .resumed(let known, let total):
            "Resuming the list of \(counted(total, "room")), of which \(known.grouped) were read before."
        }
    }
}

extension CallEstimate {
    /// Which way is gone, and what both would cost.
    fileprivate var sentence: String {
        let all = "the list of \(counted(rooms, "room"))"
        return isListCheaper
            ? "Reading \(all): \(cost(list)); one by one it would be at least \(cost(singly))."
            : "Asking one by one: at least \(cost(singly)); \(all) would be \(cost(list))."
    }

    private func cost(_ calls: Int) -> String {
        // Nobody waits for less.
        let time = time(for: calls).flatMap { $0 < .seconds(5) ? nil : ", about \($0.inWords)" }
        return counted(calls, "call") + (time ?? "")
    }
}
