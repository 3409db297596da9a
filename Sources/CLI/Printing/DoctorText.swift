import Migration
import Model

/// A diagnosis for the terminal.
struct DoctorText {
    private let diagnosis: Diagnosis
    private let now: Timestamp
    private let next: String
    private let forecast: MappingForecast?

    /// `now` is when the moves of the estimate would begin, `next` what to type when they can.
    init(_ diagnosis: Diagnosis, _ forecast: MappingForecast? = nil, at now: Timestamp, next: String) {
        self.forecast = forecast
        self.next = next
        self.diagnosis = diagnosis
        self.now = now
    }

    var text: String {
        var lines = ["\(diagnosis.address): \(verdict)", ""]
        let width = diagnosis.findings.map(\.check.rawValue.count).max() ?? 0
        for finding in diagnosis.findings {
            let level = finding.level.rawValue.padded(to: 7)
            lines.append("\(level)  \(finding.check.rawValue.padded(to: width))  \(found(finding))")
            if let advice = finding.advice {
                lines.append(String(repeating: " ", count: 9) + "→ \(advice)")
            }
        }
        if let forecast {
            lines += [""] + forecast.text
        }
        if diagnosis.reason == nil {
            lines += ["", "Next: \(next)"]
        }
        return lines.joined(separator: "\n")
    }

    private var verdict: String {
        let warnings = diagnosis.findings.count { $0.level == .warning }
        let warned = warnings == 1 ? "1 warning" : "\(warnings) warnings"
        return switch (diagnosis.reason, warnings) {
        case (nil, 0): "moves can succeed"
        case (nil, _): "moves can succeed, with \(warned)"
        case (_, 0): "no move can succeed"
        case (_, _): "no move can succeed, and there \(warnings == 1 ? "is" : "are") \(warned)"
        }
    }

    private func found(_ finding: Diagnosis.Finding) -> String {
        guard finding.check == .estimate, let estimate = diagnosis.estimate else { return finding.found }
        let end = Timestamp(milliseconds: now.milliseconds + Int64(estimate.duration.inMilliseconds))
        return "\(finding.found), until \(LocalTime.text(end)) if begun now"
    }
}

extension String {
    /// With spaces at its end, up to a width in characters.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
