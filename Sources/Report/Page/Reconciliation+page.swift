import Journal
import Model

// What the page says of a job as a whole.
extension Reconciliation {
    var settledOperations: Int { OperationState.allCases.filter(\.isSettled).reduce(0) { $0 + count($1) } }

    var verdictInWords: PageValues.Verdict {
        let isAudit = job.kind == .audit
        return switch verdict {
        case _ where isRunning: .init(kind: "later", label: "A run is going")
        case _ where refusal != nil: .init(kind: "person", label: "Cannot be moved here")
        case .settled: .init(kind: "well", label: isAudit ? "Nothing in the way" : "Settled")
        case .needsPerson: .init(kind: "person", label: isAudit ? "Would need a person" : "Needs a person")
        case .goesOn: .init(kind: "later", label: isLookedThrough ? "Some would wait" : "Not finished")
        case .undone: .init(kind: "later", label: "Undone")
        case .unbalanced: .init(kind: "person", label: "Does not add up")
        }
    }

    /// What a reader should know before the details, each a sentence.
    var notices: [String] {
        var notices: [String] = []
        if isRunning {
            notices.append(
                "A run was going when this report was made: it shows how far the run was then. Make it again when the run "
                    + "has ended.")
        }
        if let stop { notices.append("Why the last run ended early: \(stop.detail.asSentence)") }
        if let estimate { notices.append(estimate.sentence) }
        if let undo, undo.isInForce {
            notices.append("\(undo.sentence) What it moved back is not where this page says.")
        }
        if verdict == .goesOn, !isLookedThrough, !isRunning {
            notices.append("The same command goes on where this one ended.")
        }
        return notices
    }

    var lineBar: StackedBar? {
        StackedBar(
            LineOutcome.byUrgency.map { outcome in
                StackedBar.Part(
                    code: outcome.rawValue, label: outcome.label(in: told), meaning: outcome.meaning(in: told),
                    count: count(outcome))
            })
    }

    var roomBar: StackedBar? {
        StackedBar(
            OperationState.byUrgency.map { state in
                StackedBar.Part(code: state.rawValue, label: state.label(in: told), count: count(state))
            }, title: balance.operations == 1 ? "The room" : "The \(balance.operations.grouped) rooms")
    }

    var facts: [PageValues.Fact] {
        var facts = [
            PageValues.Fact(name: "Rocket.Chat", value: runs.last?.serverVersion ?? "not asked"),
            PageValues.Fact(
                name: isUndo ? "SHA-256 of the moves" : "SHA-256 of the mapping", value: job.mappingDigest),
            PageValues.Fact(name: "Requests", value: requests.sentence),
        ]
        if let sample = job.sample {
            facts.append(
                PageValues.Fact(
                    name: "Random sample",
                    value: "\(job.lines.grouped) of \(counted(job.mappingLines, "line")) (\(sample.options))"))
        }
        if let rate = runs.last?.settings.rate {
            let achieved = achievedPerSecond.map { ", \(hundredths($0)) moves a second achieved in the last run" } ?? ""
            facts.append(PageValues.Fact(name: "Rate", value: "\(rate) asked\(achieved)"))
        }
        if let sentence = steeringInWords {
            facts.append(PageValues.Fact(name: "Steered", value: sentence))
        }
        if let sentence = latency.sentence {
            facts.append(PageValues.Fact(name: "Time to answer a move", value: sentence))
        }
        if emptiedVisitors > 0 {
            facts.append(
                PageValues.Fact(
                    name: "Old visitors with no room left",
                    value: "\(emptiedVisitors.grouped), listed in emptied-visitors.csv for a person to decide about"))
        }
        return facts
    }
}

extension Reconciliation {
    /// What people asked of the runs, the latest of many.
    private var steeringInWords: String? {
        guard !steering.isEmpty else { return nil }
        let latest = steering.suffix(10).map {
            "\($0.command) by \($0.askedBy), \($0.askedAt.inWords)\($0.refusal.map { ", not followed: \($0)" } ?? "")"
        }
        let earlier =
            steering.count > latest.count ? ["\(counted(steering.count - latest.count, "earlier request"))"] : []
        return (earlier + latest).joined(separator: "; ")
    }
}

extension PageValues {
    struct Fact {
        var name: String
        var value: String
    }
}

extension RequestCounts {
    fileprivate var sentence: String {
        var parts = [counted(moves, "move") + " sent", counted(looks, "room") + " read"]
        if retried > 0 { parts.append("\(retried.grouped) sent again") }
        if rateLimited > 0 { parts.append("\(rateLimited.grouped) told to wait") }
        if waitedMilliseconds > 0 {
            parts.append("\(duration(milliseconds: waitedMilliseconds)) waited for the server")
        }
        return parts.joined(separator: ", ")
    }
}

extension Latency {
    fileprivate var sentence: String? {
        guard let p50, let p95, let p99, let max else { return nil }
        return "half within \(p50.grouped) ms, 95% within \(p95.grouped) ms, 99% within \(p99.grouped) ms, "
            + "the longest \(max.grouped) ms"
    }
}

private func hundredths(_ number: Double) -> String {
    let hundredths = Int((number * 100).rounded())
    return "\((hundredths / 100).grouped).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
}
