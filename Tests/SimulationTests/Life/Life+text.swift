/// A life as a person reads it.
extension Life {
    /// The mapping as a file.
    var mapping: String { (["room,old,new"] + lines.map(\.text)).joined(separator: "\n") + "\n" }

    var description: String {
        var text = [
            "seed \(seed), concurrency \(concurrency), rate \(rate)\(movesOpenRooms ? ", open rooms move" : "")"
        ]
        if let limit { text.append("the server allows \(limit.calls) calls in \(limit.milliseconds) ms") }
        text.append("visitors: \(visitors.joined(separator: " "))")
        text += rooms.map { room in
            "room \(room.id) of \(room.visitor)" + (room.type == "l" ? "" : ", type \(room.type)")
                + (room.isOpen ? ", open" : "") + (room.isAccessible ? "" : ", not accessible")
        }
        text += lines.enumerated().map { "line \($0 + 2): \($1.text)" }
        text += faults.map { "request \($0.request): \($0.kind)" }
        text += troubles.map { "\($0.kind) from \($0.from) ms to \($0.to) ms" }
        text += meddlings.map { "at \($0.at) ms somebody else: \($0.what)" }
        text += acts.map { act in
            act.command.rawValue + (act.killedAt.map { ", killed before job \($0)" } ?? "")
                + (act.stoppedAt.map { ", asked to stop before job \($0)" } ?? "") + (act.isAtRest ? ", at rest" : "")
        }
        return text.joined(separator: "\n")
    }
}

extension Life.Line {
    var text: String {
        switch self {
        case .ids(let room, let old, let new): "\(room),\(old),\(new)"
        case .broken(let text, _): text
        }
    }
}
