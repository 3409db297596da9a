import Journal
import Mapping
import Migration
import Model
import Report

/// What the commands that work on a journal against a server have in common.
struct ServerJob {
    var server: ServerOptionGroup
    var pace: PaceOptionGroup
    var output: OutputOptionGroup
    var metrics: MetricsOptionGroup
    /// `nil` for a command that waits for nobody.
    var wait: WaitOptionGroup?

    /// The job with all its settings; asks nobody yet.
    func job(_ kind: Job.Kind, _ plan: PlanSource, _ files: JobFiles, _ settings: Settings) throws -> MergeJob {
        let metrics = metrics.file(kind, settings)
        EndResult.note(journal: files.journal)
        do {
            var job = try withoutMetrics(kind, plan, files, settings)
            job.metrics = metrics
            return job
        } catch {
            // A scheduler whose token is gone is to see that where it looks.
            metrics.map { MetricsRecorder($0, mode: kind.rawValue) }?.tell(error)
            throw error
        }
    }

    private func withoutMetrics(
        _ kind: Job.Kind, _ plan: PlanSource, _ files: JobFiles, _ settings: Settings
    ) throws -> MergeJob {
        // What is to be worked on is looked for before a server that nobody named.
        try plan.requireInput()
        if case .mapping(.standardInput, _, _) = plan { try server.requireOtherToken(settings, than: "mapping") }
        let pace = try pace.resolved(settings)
        let patience = try wait?.resolved(settings) ?? .none
        return MergeJob(
            kind: kind, plan: plan, files: files, address: try server.address(settings),
            credentials: try server.credentials(settings),
            client: try server.clientOptions(settings, concurrency: pace.runner.concurrency, timeout: pace.timeout),
            pace: pace, patience: patience, showsProgress: output.showsProgress, onNotice: output.onNotice,
            logger: try output.logger(settings))
    }
}

extension OutputOptionGroup {
    /// Prints what the job came to.
    ///
    /// - Returns: the status to end with.
    func show(_ end: MergeJob.End, of job: MergeJob, next: NextSteps) throws -> ExitStatus {
        let status = ExitStatus(end.reconciliation, stop: end.stop)
        if let notes = end.notes, !quiet {
            for sentence in notes.sentences(about: .file(end.reconciliation.job.mappingPath)) {
                Output.say(sentence)
            }
        }
        if end.wasExposed, !quiet {
            Output.say("Others could read the journal \(job.files.journal); now only you can (chmod 600).")
        }
        let result = try json || EndResult.isWanted ? JSONReport(end.reconciliation).encoded().dropLast() : []
        EndResult.note(report: job.files.report)
        if EndResult.isWanted { EndResult.add(String(decoding: result, as: UTF8.self)) }
        let isSummed = !json && !(quiet && status == .settled)
        if let stop = end.stop, !(isSummed && Terminal.showsResults) {
            // On standard error too, where the mail of a scheduler may be made; a terminal shows the summary.
            let isRefused = end.reconciliation.refusal != nil
            Output.complain("\(isRefused ? "nothing can be moved here" : "stopped early"): \(stop.detail)")
        }
        if json {
            try Output.result(String(decoding: result, as: UTF8.self))
        } else if isSummed {
            let summary = Summary(
                end.reconciliation, reportPath: job.files.report, next: end.journalIsGone ? NextSteps() : next,
                remark: end.limit?.sentence, movedBefore: end.movedBefore)
            try Output.result("\(summary)")
        }
        return status.after(end.metricsFailure)
    }
}
