import HTTPClient
import Journal
import Logging
import Mapping
import Migration
import Model
import RocketChat
import Sandbox
import ServiceLifecycleTestKit
import TestSupport

@testable import CLI

/// The job of the command `run`, carried out in this process: hundreds of them take seconds.
///
/// Everything is real but the process and its signals; the waits after a trouble are far below what a person notices.
struct JobInProcess: Sendable {
    let workspace: Workspace
    var concurrency: Int
    var openRooms = OpenRoomPolicy.defer
    var maxAttempts = 6
    /// For one request.
    var timeout = Duration.seconds(20)

    /// What the command would have ended with, and why early.
    struct End: Sendable {
        var status: Int32
        var stop: StopReason?
    }

    /// Runs the job, and asks it to stop when `isEnough` and as much has happened as happens in `grace`.
    ///
    /// It is asked in the way in which `--max-duration` asks.
    func run(
        until isEnough: (@Sendable () -> Bool)? = nil, grace: Duration = .zero
    ) async throws -> End {
        let job = try job()
        return try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: End?.self) { group in
                group.addTask {
                    let end = try await job.run()
                    return End(status: ExitStatus(end.reconciliation, stop: end.stop).rawValue, stop: end.stop?.reason)
                }
                if let isEnough {
                    group.addTask {
                        // When the job is quicker this is cancelled, and nobody is left to be asked.
                        _ = await eventually(isEnough)
                        try? await ContinuousClock().sleep(for: grace)
                        trigger.triggerGracefulShutdown()
                        return nil
                    }
                }
                while let event = try await group.next() {
                    guard let end = event else { continue }
                    group.cancelAll()
                    return end
                }
                throw CancellationError()
            }
        }
    }

    private func job() throws -> MergeJob {
        let manager = workspace.address.users.first { $0.username == "mgr" }
        let retry = RetryPolicy(
            maxAttempts: maxAttempts, base: .microseconds(200), cap: .milliseconds(20), quiet: .milliseconds(20))
        return MergeJob(
            kind: .run,
            plan: .mapping(.file(workspace.folder("mapping.csv")), MappingOptions(), nil),
            files: JobFiles(
                journal: workspace.folder("mapping.csv.journal.db"), report: workspace.folder("mapping.csv.report")),
            address: try ServerAddress(parsing: workspace.address.url, allowInsecureHTTP: false),
            credentials: Credentials(
                userID: manager?.userID ?? "", authToken: AuthToken(manager?.authToken ?? "")),
            client: ClientOptions(concurrency: concurrency, timeout: timeout),
            pace: PaceOptionGroup.Resolved(
                rate: .unlimited, timeout: timeout, end: nil,
                runner: RunnerSettings(concurrency: concurrency, openRooms: openRooms, retry: retry)),
            showsProgress: false, logger: Logger(label: "job") { _ in SwiftLogNoOpLogHandler() })
    }
}
