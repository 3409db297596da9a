import Journal
import Model
import Report

/// Writes the metrics of a command, however it ends.
struct MetricsRecorder: Sendable {
    let file: MetricsFile
    /// What the command does, in the word of its report.
    let mode: String
    private let since = CurrentProcess.now

    init(_ file: MetricsFile, mode: String) {
        self.file = file
        self.mode = mode
    }

    /// Does `work`, which tells how it ended when it returns; what it throws is told here.
    func record<Value>(_ work: () async throws -> Value) async throws -> Value {
        // A place where they cannot be written is better known before the first request than after the last.
        try file.check()
        do {
            return try await work()
        } catch {
            tell(error)
            throw error
        }
    }

    /// Tells what was done.
    ///
    /// - Returns: why that could not be written, although it could when the command began.
    func tell(_ status: ExitStatus, _ tallies: CommandMetrics?) -> MetricsFileError? {
        do throws(MetricsFileError) {
            try file.write(
                InvocationMetrics(
                    mode: mode, toolVersion: ToolVersion.current, startedAt: since, endedAt: CurrentProcess.now,
                    exitStatus: status.rawValue, tallies: tallies))
            return nil
        } catch {
            return error
        }
    }

    /// Tells that a command could not begin, or could not go on.
    func tell(_ error: any Error) {
        // The file is about the run that has the lock.
        if case .locked? = (error as? JournalError)?.unnamed { return }
        // The status is that of the error, which is said after this.
        if let failure = tell(ExitStatus(for: error) ?? .internalError, nil) {
            Output.complain("\(failure)")
        }
    }
}

extension ExitStatus {
    /// The status to end with when the metrics could not be written, which is said: any other one says more than that.
    func after(_ failure: MetricsFileError?) -> ExitStatus {
        guard let failure else { return self }
        Output.complain("\(failure)")
        return self == .settled ? ExitStatus(for: failure) ?? self : self
    }
}
