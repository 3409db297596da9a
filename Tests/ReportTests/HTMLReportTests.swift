import Journal
import Model
import Report
import Testing

@Suite struct `report.html` {
    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg onload=alert(1)>", "{{headline}}",
        "{{{attention}}}", "{{> partial}}", "</td></table>", "<!--", "&lt;b&gt;", "javascript:alert(1)",
    ]

    @Test(arguments: hostile)
    func `shows hostile ids as text`(_ text: String) async throws {
        let lines = [
            MappingLine(number: 2, oldVisitor: text, newVisitor: text, room: text, rejection: Rejection(.badID, text)),
            MappingLine(number: 3, oldVisitor: "A", newVisitor: text, room: "R"),
        ]
        let stop = Stop(.signal, text)
        let page = try await FinishedJob(lines, ends: [Ending(.conflict, foundVisitor: text)], stop: stop)
            .writeReport().text("report.html")

        #expect(page.contains(text.escapedForHTML))
        if text.escapedForHTML != text {
            #expect(!page.contains(text))
        }
    }

    @Test func `loads nothing and runs nothing from elsewhere`() async throws {
        let page = try await `The tables of a report`.mixedJob().writeReport().text("report.html")

        for word in ["src=", "href=", "@import", "url(", "<link", "<iframe", "fetch(", "XMLHttpRequest"] {
            #expect(!page.contains(word), "\(word)")
        }
        let addresses = page.replacing("https://chat.example.org", with: "")
        #expect(!addresses.contains("://"))
    }

    @Test func `tells the whole story`() async throws {
        let page = try await `The tables of a report`.mixedJob().writeReport().text("report.html")

        for words in [
            "14 lines in, 14 accounted for", "9 operations planned, 9 accounted for", "balanced", "moved-by-other",
            "https://chat.example.org", "6.9.0", "mapping.csv", "visitor-merge 1.2.3", "merge on batch-1", "10/min",
        ] {
            #expect(page.contains(words), "\(words)")
        }
        #expect(page.hasPrefix("<!DOCTYPE html>"))
        #expect(page.hasSuffix("</html>\n"))
        #expect(!page.contains("{{"))
    }

    @Test func `says why it ended early only if it did`() async throws {
        let early = try await FinishedJob(.rooms(1), stop: Stop(.signal, "a signal asked the run to end"))
            .writeReport().text("report.html")
        let whole = try await FinishedJob(.rooms(1), ends: [Ending(.moved)]).writeReport().text("report.html")

        #expect(early.contains("a signal asked the run to end."))
        #expect(early.contains("Why the last run ended early"))
        #expect(!whole.contains("Why the last run ended early"))
    }

    @Test func `shows lines that need a person before those that are left for later`() async throws {
        let lines = [MappingLine].rooms(3)
        let page = try await FinishedJob(
            lines, ends: [Ending(.deferred, .openRoom), Ending(.moved), Ending(.conflict)]
        )
        .writeReport().text("report.html")
        let table = try #require(page.firstRange(of: "What was found")).upperBound

        let deferred = try #require(page[table...].firstRange(of: "R0")).lowerBound
        let conflict = try #require(page[table...].firstRange(of: "R2")).lowerBound
        #expect(conflict < deferred)
        #expect(!page[table...].contains("R1"))
    }

    @Test func `shows a bounded number of lines, and those that need a person among them`() async throws {
        let rejected = MappingLine(
            number: 2000, oldVisitor: "", newVisitor: "B", room: "Z", rejection: Rejection(.missingOld, "empty"))
        let page = try await FinishedJob(.rooms(1500) + [rejected]).writeReport().text("report.html")

        #expect(page.contains("1501 in all; the first 1000 are shown"))
        #expect(page.contains(">2000</td>"))
        #expect(!page.contains(">R1499</td>"))
    }
}

extension String {
    fileprivate var escapedForHTML: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;").replacing("'", with: "&#39;")
    }
}
