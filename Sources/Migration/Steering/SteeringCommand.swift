/// What a person can ask of a run that is going (`visitor-merge pace`).
package enum SteeringCommand: Sendable, Equatable, CustomStringConvertible {
    /// Send nothing for now; what is in flight finishes.
    case pause
    case resume
    case rate(RateSetting)

    /// Reads `pause`, `resume` or a rate such as `5/s`; `nil` for anything else.
    package init?(_ text: String) {
        switch text.lowercased() {
        case "pause": self = .pause
        case "resume": self = .resume
        default:
            guard let setting = RateSetting(text) else { return nil }
            self = .rate(setting)
        }
    }

    package var description: String {
        switch self {
        case .pause: "pause"
        case .resume: "resume"
        case .rate(let setting): setting.description
        }
    }
}
