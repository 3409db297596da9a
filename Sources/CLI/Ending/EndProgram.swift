import FoundationEssentials
import Glibc
import Model
import Subprocess
import SystemPackage
import UnixSignals

/// A program that is run when a command has ended (`--on-end`).
struct EndProgram: Sendable, Equatable {
    static let expected = "the path of a program without arguments, or a JSON list of a program and its arguments"

    /// Only a command that was started by such a program has it.
    static let statusVariable = "VISITOR_MERGE_STATUS"

    /// The program, then its arguments.
    let words: [String]

    /// Reads a path or a JSON list of texts; `nil` for anything else.
    ///
    /// What looks like a line for a shell, and names no file, is refused: nobody would split it.
    init?(_ text: String) {
        if text.first == "[" {
            // The sentence of the refusal says what would be right.
            guard let words = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),
                words.first?.isEmpty == false,
                !words.contains(where: { $0.utf8.contains(0) })
            else { return nil }
            self.words = words
        } else {
            let isThere = unsafe access(text, F_OK) == 0
            guard !text.isEmpty, isThere || !text.contains(where: \.isWhitespace) else { return nil }
            words = [text]
        }
    }

    /// Runs the program, and warns of what goes wrong with it: nothing of that changes how the command ended.
    ///
    /// It is asked to end after `limit`, and killed five seconds later; a signal to this process ends it as well. `result`
    /// is a file that is its standard input. What it writes goes to standard error.
    func run(
        _ result: FileDescriptor, environment: [String: String], limit: Duration = .seconds(60),
        clock: any MonotonicClock = ContinuousClock()
    ) async {
        let name = words[0]
        do {
            let status = try await withThrowingTaskGroup(of: TerminationStatus?.self) { group in
                group.addTask { try await start(result, environment) }
                group.addTask {
                    try await clock.sleep(for: limit)
                    return nil
                }
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup) { return nil }
                    // The end of the other two ends this one.
                    try await clock.sleep(for: .seconds(1 << 20))
                    return nil
                }
                defer { group.cancelAll() }
                return try await group.next() ?? nil
            }
            switch status {
            case .exited(0)?: return
            case .exited(let code)?: warn("The program \(name) of --on-end ended with \(code).")
            case .signaled(let signal)?: warn("The program \(name) of --on-end was ended by signal \(signal).")
            case nil: warn("The program \(name) of --on-end did not end within \(limit.inWords), and was ended.")
            }
        } catch let error as SubprocessError {
            warn("The program \(name) of --on-end could not be run: \(error.why).")
        } catch {
            warn("The program \(name) of --on-end could not be run: \(error).")
        }
    }

    private func warn(_ sentence: String) {
        Output.warn(sentence + " The command itself ended as it says.")
    }

    private func start(_ result: FileDescriptor, _ environment: [String: String]) async throws -> TerminationStatus {
        var options = PlatformOptions()
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(5))]
        let name = words[0]
        return try await Subprocess.run(
            name.contains("/") ? .path(FilePath(name)) : .name(name), arguments: Arguments(Array(words.dropFirst())),
            environment: .custom(
                Dictionary(
                    uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })),
            platformOptions: options, input: .fileDescriptor(result, closeAfterSpawningProcess: false),
            output: .fileDescriptor(.standardError, closeAfterSpawningProcess: false),
            error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
        ).terminationStatus
    }
}

extension SubprocessError {
    /// Why a program did not start, as the system says it.
    fileprivate var why: String {
        switch code {
        case .executableNotFound: "there is no such program"
        default: underlyingError.map { "\($0)" } ?? "\(self)"
        }
    }
}
