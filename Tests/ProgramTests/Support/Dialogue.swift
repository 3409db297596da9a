import FoundationEssentials
import TestSupport

/// The built program with its standard input and standard error on a terminal of the system, and a user who waits for a
/// question.
struct Dialogue {
    /// What the user does at the question.
    enum Deed: Sendable, CustomStringConvertible {
        case types(String)
        /// Closes the window; the program hears of it unless it ignores SIGHUP.
        case closes(ignoringHangup: Bool)

        var description: String {
            switch self {
            case .types(let text): "types \(text.debugDescription)"
            case .closes(let ignoringHangup): "closes the terminal\(ignoringHangup ? " under nohup" : "")"
            }
        }
    }

    /// What the program left behind.
    struct Ended: Sendable {
        var status: Int
        /// What the terminal showed.
        var screen: String
        var output: String
        /// How often it asked.
        var questions: Int { screen.ranges(of: "[y/N]").count }
    }

    let workspace: Workspace
    var environment: [String: String] = [:]

    /// Runs a command and does something as soon as it asks; a command that ends without a question gets nothing.
    func callAsFunction(_ arguments: String..., deed: Deed) async throws -> Ended {
        try await run(arguments, deed: deed)
    }

    func run(_ arguments: [String], deed: Deed) async throws -> Ended {
        let words =
            switch deed {
            case .types(let text): ["types", text]
            case .closes(let ignoringHangup): ["closes", ignoringHangup ? "nohup" : ""]
            }
        let login = workspace.login().merging(["TERM": "xterm", "LANG": "C.UTF-8"]) { $1 }.merging(environment) { $1 }
        let ended = try await Program("/usr/bin/env", in: workspace.folder.path, environment: login).run(
            ["python3", "-c", Self.script] + words + [Program.path] + arguments
        ) { _ in }
        guard let result = try? JSONDecoder().decode(Result.self, from: Data(ended.output.utf8)) else {
            throw Failure(errors: ended.errors)
        }
        return Ended(status: result.status, screen: result.screen, output: result.output)
    }

    private struct Result: Decodable {
        var status: Int
        var screen: String
        var output: String
    }

    struct Failure: Error {
        var errors: String
    }

    private static let script = """
        import fcntl, json, os, pty, select, signal, subprocess, sys, termios
        deed, detail, command = sys.argv[1], sys.argv[2], sys.argv[3:]
        terminal, device = pty.openpty()
        def lead():
            os.setsid()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            signal.signal(signal.SIGHUP, signal.SIG_IGN if detail == "nohup" else signal.SIG_DFL)
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        going = subprocess.Popen(command, stdin=device, stderr=device, stdout=subprocess.PIPE, preexec_fn=lead)
        os.close(device)
        seen, output, done = b"", b"", False
        places = [terminal, going.stdout.fileno()]
        while places:
            for place in select.select(places, [], [])[0]:
                try:
                    piece = os.read(place, 65536)
                except OSError:
                    piece = b""
                if not piece:
                    places.remove(place)
                elif place == terminal:
                    seen += piece
                else:
                    output += piece
            if not done and b"[y/N]" in seen:
                done = True
                if deed == "types":
                    os.write(terminal, detail.encode())
                else:
                    places.remove(terminal)
                    os.close(terminal)
        print(json.dumps({"status": going.wait(), "screen": seen.decode(), "output": output.decode()}))
        """
}
