import Journal
import Model
import RocketChat

/// What a job that is going does, in the words of those who watch it.
struct ProgressSubject: Sendable, Equatable {
    /// What is done to room after room.
    var title: String
    /// What is said of rooms with which all went well.
    var moved = "moved"
    /// The route whose rate bounds the work.
    var route: Endpoint
    /// The command that ends a pause.
    var resume: String?

    /// Work that only reads.
    static let reading = ProgressSubject(title: "Reading", route: .roomsInfo)

    /// The list of visitors, page after page.
    static let visitors = ProgressSubject(title: "Reading", route: .visitorsSearch)

    /// Records of visitors, each read, written and read back.
    static let contacts = ProgressSubject(title: "Reading", route: .contactWrite)

    init(title: String, route: Endpoint, resume: String? = nil) {
        self.title = title
        self.route = route
        self.resume = resume
    }

    init(_ kind: Job.Kind, journal: String) {
        switch kind {
        case .run, .rehearsal: self.init(title: "Moving rooms", route: .roomVisitor)
        case .undo: self.init(title: "Moving rooms back", route: .roomVisitor)
        // An audit sends no PUT; the server gives every route the same limit.
        case .audit:
            self.init(title: "Looking at rooms", route: .roomsInfo)
            moved = "would move"
        }
        resume = "visitor-merge pace \(journal.fileForShell) resume"
    }
}
