import Files
import FoundationEssentials
import Model
import Mustache

/// The page on which a person decides about suggested merges: one file that loads nothing, for its owner alone.
///
/// It is written card by card, in the memory of the largest.
package struct ReviewPage: Sendable {
    /// What the page says of its origin.
    package struct Origin: Sendable {
        /// The name of the mapping, and of the file of decisions beside it.
        package var mapping: String
        package var decisions: String
        /// Where the visitors come from, and whom is kept.
        package var source: String
        package var toolVersion: String

        package init(mapping: String, decisions: String, source: String, toolVersion: String) {
            self.mapping = mapping
            self.decisions = decisions
            self.source = source
            self.toolVersion = toolVersion
        }
    }

    /// A decision that stands in the file already.
    package typealias Earlier = (old: String, new: String, isMerge: Bool, decidedAt: String)

    private let origin: Origin
    /// The rules for its place are those of the tables beside it.
    private let file: AtomicTable

    package init(at path: String, _ origin: Origin) {
        self.origin = origin
        file = AtomicTable(at: path, header: [], replacing: true)
    }

    /// Refuses a place where no page can be written, before any work is done for it.
    package func check() throws(TableError) {
        try file.check()
    }

    /// The cards that are written.
    package struct Cards: ~Copyable {
        fileprivate var file: HashingFileWriter
        /// How many there are so far.
        package private(set) var count = 0

        package mutating func add(_ card: ReviewCard) throws {
            file.buffer.append(contentsOf: (count == 0 ? "\n" : ",\n").utf8)
            card.append(to: &file.buffer)
            count += 1
            try file.flushIfFull()
        }
    }

    /// Writes the page, with the earlier decisions before the cards; one without any card is left out, and the page that
    /// was there before is removed.
    ///
    /// Throws `TableError`, or what a closure throws; then nothing of it is left.
    package func write<Value>(
        earlier: ((Earlier) throws -> Void) throws -> Void, _ body: (inout Cards) throws -> Value
    ) throws -> Value {
        do {
            let page = try AtomicFile(at: file.freePlace())
            do {
                var cards = Cards(file: try HashingFileWriter(file.path, into: page.descriptor))
                try appendHead(to: &cards.file, earlier: earlier)
                let value = try body(&cards)
                guard cards.count > 0 else {
                    try page.discard()
                    try file.remove()
                    return value
                }
                cards.file.buffer.append(contentsOf: "\n]}".utf8)
                cards.file.buffer.append(contentsOf: try rendered(PackageResources.report_end_mustache))
                _ = try cards.file.finish()
                try page.publish(replacing: true)
                return value
            } catch {
                // The error says more than one of clearing away would.
                try? page.discard()
                throw error
            }
        } catch let error as FileError {
            throw TableError(error, file.path)
        } catch let error as ReportError {
            throw TableError(error.error, file.path)
        }
    }

    private func appendHead(
        to file: inout HashingFileWriter, earlier: ((Earlier) throws -> Void) throws -> Void
    ) throws {
        MustacheContentTypes.register(PageEscaping(), named: PageEscaping.name)
        file.buffer.append(contentsOf: try rendered(PackageResources.review_mustache))
        file.buffer.append(contentsOf: "{\"mapping\":".utf8)
        file.buffer.append(json: origin.mapping)
        file.buffer.append(contentsOf: ",\"decisions\":".utf8)
        file.buffer.append(json: origin.decisions)
        file.buffer.append(contentsOf: ",\"header\":[".utf8)
        file.buffer.append(list: SuggestionTable.header) { $1.append(json: $0) }
        file.buffer.append(contentsOf: "],\"prior\":[".utf8)
        var count = 0
        // Rows go to the disk while they come.
        var bytes: [UInt8] = []
        try earlier { decision in
            bytes.append(contentsOf: (count == 0 ? "[" : ",[").utf8)
            bytes.append(list: [decision.old, decision.new, decision.isMerge ? "merge" : "apart", decision.decidedAt]) {
                $1.append(json: $0)
            }
            bytes.append(UInt8(ascii: "]"))
            count += 1
            file.buffer.append(contentsOf: bytes)
            bytes.removeAll(keepingCapacity: true)
            try file.flushIfFull()
        }
        file.buffer.append(contentsOf: "],\"groups\":[".utf8)
    }

    private func rendered(_ template: [UInt8]) throws -> String.UTF8View {
        let style = Inline(String(decoding: PackageResources.report_css + PackageResources.review_css, as: UTF8.self))
        let script = Inline(String(decoding: PackageResources.review_js, as: UTF8.self))
        let values = [
            "mapping": origin.mapping, "decisions": origin.decisions, "source": origin.source,
            "toolVersion": origin.toolVersion, "style": style.text, "styleHash": style.digest, "script": script.text,
            "scriptHash": script.digest,
        ]
        return try MustacheTemplate(string: String(decoding: template, as: UTF8.self)).render(values).utf8
    }
}
