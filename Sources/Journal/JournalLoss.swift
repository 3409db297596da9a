import Glibc

/// What happened to a file of a journal while a run worked on it.
package struct JournalLoss: Error, Sendable, Equatable {
    /// The file that is not where it was: the journal, or what SQLite keeps beside it.
    package var path: String
    /// Where the file is by now; `nil` if it was removed, or if that is not known.
    package var whereabouts: String?
    /// Something else stands in its place.
    package var isReplaced: Bool
    /// The file is where it was, and something else was written into it.
    package var isOverwritten = false

    package init(path: String, whereabouts: String?, isReplaced: Bool) {
        self.path = path
        self.whereabouts = whereabouts
        self.isReplaced = isReplaced
    }

    init(overwritten path: String) {
        self.init(path: path, whereabouts: nil, isReplaced: false)
        isOverwritten = true
    }

    /// `nil` if the file at the path is the one that it was.
    init?(of path: String, _ descriptor: Int32?, was identity: FileIdentity?) {
        let present = FileIdentity(at: path)
        guard present != identity else { return nil }
        self.path = path
        whereabouts = descriptor.flatMap(Self.name)
        isReplaced = present != nil
    }

    /// The present name of an open file; `nil` if it has none any more.
    private static func name(of descriptor: Int32) -> String? {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_nlink > 0 else { return nil }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What happened, as the beginning of a sentence.
    var beginning: String {
        guard !isOverwritten else { return "\(path) was overwritten while the run worked on the journal." }
        let what = whereabouts.map { "moved to \($0)" } ?? (isReplaced ? "replaced by another file" : "removed")
        let other = isReplaced && whereabouts != nil ? ", and another file is in its place" : ""
        return "\(path) was \(what) while the run worked on the journal\(other)."
    }
}
