import ArgumentParser
import Glibc
import HTTPClient
import Journal
import Mapping
import Model
import Report
import RocketChat
import Sandbox
import Matching

/// What the process ends with (WhenSomethingGoesWrong, "Exit statuses"), in the one place where errors become numbers.
enum ExitStatus: Int32, CaseIterable {
    case settled = 0
    case needsPerson = 1
    case goesOn = 2
    case usage = 64
    case unusable = 65
    case inputMissing = 66
    case unreachable = 69
    case internalError = 70
    case cannotCreate = 73
    case inputOutput = 74
    case locked = 75
    case protocolError = 76
    case noPermission = 77
    case configuration = 78

    /// The status for an error of ours; `nil` for those of the argument parser, which has its own way to end.
    init?(for error: any Error) {
        switch error {
        case let error as MappingError: self.init(error)
        case let error as JournalError: self.init(error)
        case let error as MetricsFileError: self = error.isDiskFailure ? .inputOutput : .cannotCreate
        case let error as ReportError: self = error.isDiskFailure ? .inputOutput : .cannotCreate
        case let error as TableError: self = error.isDiskFailure ? .inputOutput : .cannotCreate
        case is UndoPartError, is NotInJournal: self = .unusable
        case let error as SuggestionError: self.init(error)
        case DecisionsError.file(_, let error): self.init(error)
        case is DecisionsError: self = .unusable
        case let stop as Stop: self.init(stop.reason)
        case is ConfigurationError, is ServerAddressError, is ClientSetupError: self = .configuration
        case SandboxError.seedMissing, SandboxError.seedUnreadable: self = .inputMissing
        // Whoever waits for the sandbox to come up learns that there is none to reach.
        case SandboxError.portTaken: self = .unreachable
        case is SandboxError: self = .unusable
        case is OutputError: self = .inputOutput
        case is NothingToSteer, is NoSuchFolder, is NoContacts: self = .inputMissing
        case is NotFollowed: self = .goesOn
        case is ExitCode, is CleanExit, is ValidationError: return nil
        default:
            // The parser's own errors have no type that can be named; help, version and completions are among them.
            guard VisitorMerge.exitCode(for: error) == .failure else { return nil }
            self = .internalError
        }
    }

    private init(_ error: MappingError) {
        switch error.kind {
        case .missing: self = .inputMissing
        case .unusable: self = .unusable
        case .readingFailed: self = .inputOutput
        }
    }

    private init(_ error: JournalError) {
        switch error {
        case .missing: self = .inputMissing
        case .notAJournal, .newerFormat, .otherMapping, .otherServer, .otherKind, .otherShard, .noUnion, .otherPlan,
            .planUsed, .planTooOld, .planUnfinished, .planSampled, .foreignLog, .undone, .jobUndone, .saved:
            self = .unusable
        case .sharedFolder, .symbolicLink, .inTheWay, .foreign, .exposed, .networkFileSystem, .readOnly, .cannotCreate:
            self = .cannotCreate
        case .locked: self = .locked
        case .diskFull, .damaged, .failed: self = .inputOutput
        case .fault: self = .internalError
        case .named(let error, _): self.init(error)
        }
    }

    private init(_ error: SuggestionError) {
        switch error {
        case .otherJob, .nothingToKeepBy, .notDone, .doneElsewhere: self = .unusable
        case .sharedFolder, .notOurs, .cannotCreate: self = .cannotCreate
        case .locked: self = .locked
        case .diskFull, .failed, .damaged, .cannotRemove: self = .inputOutput
        }
    }

    init(_ reason: StopReason) {
        switch reason {
        case .signal, .tooManyFailures, .durationReached, .windowClosed, .maxMovesReached, .notConfirmed: self = .goesOn
        case .credentialsRejected, .permissionMissing: self = .noPermission
        case .endpointMissing, .versionTooNew, .deprecationThrows, .notRocketChat, .proxyRefused: self = .protocolError
        case .serverUnreachable: self = .unreachable
        case .diskFull, .journalFailed: self = .inputOutput
        }
    }

    /// What a job comes to; why it stopped says more than that something is left.
    init(_ reconciliation: Reconciliation, stop: Stop?) {
        switch (reconciliation.verdict, stop) {
        case (.unbalanced, _): self = .internalError
        case (_, let stop?): self.init(stop.reason)
        case (.goesOn, nil): self = .goesOn
        case (.needsPerson, nil), (.undone, nil): self = .needsPerson
        case (.settled, nil): self = .settled
        }
    }

    func exit() -> Never {
        Glibc.exit(rawValue)
    }

    /// Ends a command with this status, or lets it return when all is well.
    func end() throws {
        guard self != .settled else { return }
        throw ExitCode(rawValue)
    }
}
