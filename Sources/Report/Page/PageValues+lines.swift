import Journal
import Model

extension PageValues {
    /// Lines that stand in the page itself, for paper and for browsers without script.
    struct StaticLines {
        var note: String?
        var rows: [LineCells]

        /// `nil` when no line needs a person.
        init?(_ lines: [PageLine], of total: Int, in job: ToldJob) {
            guard !lines.isEmpty else { return nil }
            rows = lines.map { LineCells($0, in: job) }
            guard lines.count < total else { return }
            note =
                "The first \(lines.count.grouped) of \(total.grouped); the file unsettled.csv, beside this page, has all."
        }
    }

    struct LineCells {
        var line: String
        var code: String
        var label: String
        var isRoom: Bool
        var room: String
        var old: String
        var new: String
        var explanation: String
        var reason: String?

        init(_ line: PageLine, in job: ToldJob) {
            self.line = String(line.line)
            code = line.outcome.rawValue
            label = line.outcome.label(in: job)
            isRoom = !line.room.isEmpty
            room = line.roomInWords(in: job)
            old = line.oldVisitor
            new = line.newVisitor
            explanation = line.explanation
            reason = line.reason?.rawValue
        }
    }

    struct RunRow {
        /// A job under cron can have thousands.
        static let limit = 50

        var id: String
        var started: Moment
        var ended: Moment?
        var who: String
        var rate: String
        var stop: String

        init(_ run: Run) {
            id = String(run.id)
            started = Moment(run.startedAt)
            ended = run.endedAt.map { Moment($0) }
            who = "\(run.user) on \(run.host)"
            rate = run.settings.rate
            stop = run.stop?.detail ?? ""
        }
    }
}
