import CFiles
import FoundationEssentials
import Glibc
import Report
import Synchronization
import SystemPackage

/// What a command came to, kept for the program that is run when it has ended.
///
/// Nothing is kept where nobody asks for it. It lies in a file of the memory and not in a pipe: a program that does not
/// read it holds nobody up.
enum EndResult {
    private struct State {
        var file: FileDescriptor?
        /// A part of the result is missing.
        var isIncomplete = false
        var isEmpty = true
        var report: String?
        var journal: String?
    }

    private static let state = Mutex(State())

    /// Whether a program will want the result.
    static var isWanted: Bool { state.withLock { $0.file != nil } }

    /// Keeps results from now on.
    static func keep() {
        state.withLock { state in
            let descriptor = files_make_memory_file()
            state.file = descriptor < 0 ? nil : FileDescriptor(rawValue: descriptor)
        }
    }

    /// Adds lines to the result; what cannot be kept is missing there.
    static func add(_ text: String) {
        state.withLock { state in
            guard let file = state.file, !state.isIncomplete else { return }
            state.isEmpty = false
            state.isIncomplete = (try? file.writeAll((text + "\n").utf8)) == nil
        }
    }

    /// The journal that the command works on, and the folder of the report that it has written.
    static func note(journal: String? = nil, report: String? = nil) {
        state.withLock { state in
            state.journal = journal ?? state.journal
            state.report = report ?? state.report
        }
    }

    /// Hands the result to a program when the command has ended.
    ///
    /// `message` says why a command ended without a result.
    static func tell(_ program: EndProgram, command: String, status: Int32, message: String?) async {
        let (file, isEmpty, isIncomplete, report, journal) = state.withLock {
            ($0.file, $0.isEmpty, $0.isIncomplete, $0.report, $0.journal)
        }
        guard let file else {
            return Output.warn("The program of --on-end was not run: there is no memory for the result.")
        }
        if isEmpty {
            let failure = Failure(command: command, status: status, error: message)
            // A few words have a place where anything has.
            _ = try? file.writeAll((jsonText(failure) + "\n").utf8)
        }
        if isIncomplete {
            Output.warn("The program of --on-end gets a part of the result: there is no memory for more.")
        }
        guard (try? file.seek(offset: 0, from: .start)) != nil else { return }
        var environment = environment()
        environment[EndProgram.statusVariable] = String(status)
        environment["VISITOR_MERGE_COMMAND"] = command
        environment["VISITOR_MERGE_REPORT"] = report.map(absolute)
        environment["VISITOR_MERGE_JOURNAL"] = journal.map(absolute)
        await program.run(file, environment: environment)
    }

    /// What a program gets where the command came to no result: `visitor-merge/failure/1`.
    private struct Failure: Encodable {
        var schema = "visitor-merge/failure/1"
        var command: String
        var status: Int32
        var error: String?
    }

    private static func absolute(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }

    /// The environment of this process without what lets anybody act as the caller.
    private static func environment() -> [String: String] {
        let ours = ["ROCKETCHAT_", "VISITOR_MERGE_"]
        return ProcessInfo.processInfo.environment.filter { name, value in
            let isOurs = ours.contains { name.hasPrefix($0) }
            let isSecret = isOurs && ["TOKEN", "PASSWORD"].contains { name.contains($0) }
            let isLogin = name.lowercased().hasSuffix("proxy") && value.contains("@")
            return !isSecret && !isLogin && name != "CREDENTIALS_DIRECTORY" && name != "VISITOR_MERGE_ON_END"
        }
    }
}
