import Glibc
import Journal
import Model

/// The question before the first move: asked on a terminal, and nowhere else.
struct MoveQuestion: Sendable {
    var kind: Job.Kind
    var server: String
    /// The command that moves back what this job moves.
    var undo: String
    /// Operations that are known and still open.
    var rooms: Int
    var size: PlanSize
    /// Most moves of this invocation.
    var maxMoves: Int?
    /// How long the moves take; `nil` if nothing limits them.
    var time: Duration?

    /// What became of the question.
    enum Answer: Sendable {
        case yes
        /// Another answer or none: the terminal may be gone.
        case no
        /// The command was asked to stop meanwhile.
        case interrupted
    }

    /// True if a user sees the question and can answer it.
    static var canBeAsked: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// Asks what a text says, and waits for a line.
    ///
    /// - Returns: why nothing may be written; `nil` if the answer is yes.
    static func ask(_ text: String) async throws -> Stop? {
        let answer = try await withStopRequest { isAskedToStop in
            try await onOwnThread { ask(text, isAskedToStop) }
        }
        return switch answer {
        case .yes: nil
        case .no: .notConfirmed
        case .interrupted: .signal
        }
    }

    private static func ask(_ text: String, _ isAskedToStop: () -> Bool) -> Answer {
        Output.ask(text)
        let answer = answer(isAskedToStop)
        Output.endQuestion()
        return answer
    }

    private static func answer(_ isAskedToStop: () -> Bool) -> Answer {
        var line: [UInt8] = []
        while !isAskedToStop() {
            var waiting = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&waiting, 1, interval) > 0 else { continue }
            // One byte at a time: what is typed behind the line is meant for the shell.
            var byte: UInt8 = 0
            let count = unsafe read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            // The end of the input, or a terminal that was closed, is no yes.
            guard count == 1 else { return .no }
            if byte == UInt8(ascii: "\n") {
                Output.noteAnswer()
                return isYes(line) ? .yes : .no
            }
            if line.count < longest { line.append(byte) }
        }
        return .interrupted
    }

    private static func isYes(_ line: [UInt8]) -> Bool {
        let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return words.count == 1 && ["y", "yes"].contains(words[0].lowercased())
    }

    /// How often it looks whether the command was asked to stop, in milliseconds.
    private static let interval: Int32 = 100
    private static let longest = 1024

    /// The sentences, and the question on a line of its own.
    var text: String {
        let back = kind == .undo ? " back" : ""
        return """
            This moves \(subject)\(back) on \(server.shown).
            It takes \(duration). To undo it afterwards: \(undo)
            Move \(rooms == 1 && size.visitorLines == 0 ? "it" : "them")\(back) now? [y/N]\u{20}
            """
    }

    private var duration: String {
        guard let time else { return "as long as the server needs to answer" }
        let isLeast = size.visitorLines > 0
        if time < .seconds(5) { return isLeast ? "a few seconds or more" : "a few seconds" }
        return "\(isLeast ? "at least" : "about") \(time.inWords)"
    }

    /// Which rooms of whom go to whom.
    private var subject: String {
        let (old, new) = kind == .undo ? ("visitor", "visitor") : ("old visitor", "new visitor")
        let isOpen = size.visitorLines > 0
        let known = isOpen ? rooms > 0 ? "at least \(counted(rooms, "room"))" : "the rooms" : counted(rooms, "room")
        let limit = maxMoves.flatMap { isOpen || $0 < rooms ? "at most \($0.grouped) of " : nil } ?? ""
        let more = isOpen ? " (\(rooms > 0 ? "more " : "")rooms are found on the way)" : ""
        return "\(limit)\(known) of \(counted(size.oldVisitors, old)) to \(counted(size.newVisitors, new))\(more)"
    }
}
