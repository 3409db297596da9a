import Crypto
import Files
import FoundationEssentials
import Journal
import Model
import Mustache

/// `report.html`: one page that a person who never saw the tool can read; it loads nothing.
///
/// Everything but the lines is small and rendered by a template; the lines go from the spool into the file.
struct HTMLReport {
    private let reconciliation: Reconciliation
    private let progress: [RunProgress]

    init(_ reconciliation: Reconciliation, _ progress: [RunProgress]) {
        self.reconciliation = reconciliation
        self.progress = progress
    }

    /// Writes the page: its head with all that is counted, the lines as inert data, its end.
    func write(to place: Place, with lines: inout PageLines) throws -> ReportedFile {
        MustacheContentTypes.register(PageEscaping(), named: PageEscaping.name)
        let style = String(decoding: PackageResources.report_css, as: UTF8.self)
        let script = String(decoding: PackageResources.report_js, as: UTF8.self)
        var file = try HashingFileWriter(creating: place)
        let page = PageValues(
            reconciliation, progress, lines, style: Inline(style), script: Inline(script))
        file.buffer.append(contentsOf: try Self.rendered(PackageResources.report_mustache, page))
        file.buffer.append(dataHead: reconciliation.told)
        try lines.embedded.copy(to: &file)
        file.buffer.append(contentsOf: "\n]}".utf8)
        file.buffer.append(contentsOf: try Self.rendered(PackageResources.report_end_mustache, page))
        return try file.finish()
    }

    private static func rendered(_ template: [UInt8], _ values: PageValues) throws -> String.UTF8View {
        try MustacheTemplate(string: String(decoding: template, as: UTF8.self)).render(values).utf8
    }
}

/// A style or script that stands in the page, with the digest by which the page's policy allows it and nothing else.
struct Inline {
    let text: String
    let digest: String

    init(_ text: String) {
        self.text = text
        digest = Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }
}
