import FoundationEssentials
import Journal
import Model
import TestSupport
import Testing

/// One at a time: each starts a browser.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: Browser.installed != nil, "no Chromium is installed: scripts/prepare tests"))
struct `The page in a browser` {
    private let browser: Browser
    private let folder: TemporaryDirectory

    init() throws {
        browser = try #require(Browser.installed)
        folder = try TemporaryDirectory()
    }

    private func open<Value: Sendable>(
        _ report: WrittenReport, fragment: String = "", _ body: (inout BrowserPage) async throws -> Value
    ) async throws -> Value {
        try await browser.open(in: folder) { page in
            try await page.visit(report.path + "/report.html", fragment: fragment)
            let value = try await body(&page)
            #expect(page.complaints == [])
            #expect(page.requests.filter { !$0.hasPrefix("data:") }.count == 1, "it loads itself and nothing else")
            return value
        }
    }

    @Test func `shows lines, those that need a person first`() async throws {
        let report = try await `The tables of a report`.mixedJob().writeReport()
        try await open(report) { page async throws in
            #expect(try await page.found == "14 lines")
            #expect(try await page.lines == [13, 14, 20, 4, 5, 7, 8, 6, 9, 10, 2, 3, 12, 11].map(String.init))
            #expect(try await page.read("getComputedStyle(document.getElementById('static')).display") == "none")
        }
    }

    @Test(arguments: [
        ("q=R3", ["4"]), ("q=r3", ["4"]), ("q=timeout+r6", ["7"]), ("q=nothing", []), ("outcome=refused", ["5"]),
        ("outcome=rejected&reason=conflict", ["13", "14"]), ("outcome=later", ["6", "9", "10"]),
        ("q=R1&outcome=well", ["2", "11"]), ("outcome=person&sort=-line", ["20", "14", "13", "8", "7", "5", "4"]),
        ("outcome=rejected&sort=new&q=b", ["13", "20", "14"]),
        ("reason=%3Cb%3E&outcome=%00&sort=constructor&page=x&q=R9", ["10"]),
    ])
    func `is opened at the lines that its fragment names`(fragment: String, lines: [String]) async throws {
        let report = try await `The tables of a report`.mixedJob().writeReport()
        try await open(report, fragment: fragment) { page async throws in
            #expect(try await page.lines == lines)
            #expect(try await page.found.hasSuffix("of 14 lines") == !lines.isEmpty)
            #expect(try await page.read("document.activeElement.id") == "lines")
        }
    }

    @Test func `is searched, filtered and sorted by hand, and remembers it in its address`() async throws {
        let report = try await `The tables of a report`.mixedJob().writeReport()
        try await open(report) { page async throws in
            try await page.click("#q")
            try await page.type("R1")
            #expect(try await page.eventually("document.getElementById('found').textContent === '2 of 14 lines'"))
            try await page.choose("outcome", "duplicate")
            #expect(try await page.lines == ["11"])
            #expect(try await page.read("location.hash") == "#q=R1&outcome=duplicate")
            try await page.click("#filters [type=reset]")
            #expect(try await page.found == "14 lines")
            #expect(try await page.read("document.activeElement.id + location.hash") == "q#lines")
            try await page.choose("reason", "conflict")
            #expect(try await page.lines == ["13", "14"])
            try await page.choose("reason", "")
            try await page.click("[data-sort=line] button")
            try await page.click("[data-sort=line] button")
            #expect(try await page.lines.first == "20")
            #expect(try await page.read("document.querySelector('[data-sort=line]').ariaSort") == "descending")
            #expect(try await page.read("document.querySelectorAll('[aria-sort]').length") == 1)
        }
    }

    @Test func `leads from a reason to its lines`() async throws {
        let report = try await `The tables of a report`.mixedJob().writeReport()
        try await open(report) { page async throws in
            try await page.click(".groups a[href='#outcome=refused&reason=room-not-found']")
            #expect(try await page.eventually("document.getElementById('found').textContent === '1 of 14 lines'"))
            #expect(try await page.lines == ["5"])
        }
    }

    @Test func `is used with the keyboard alone`() async throws {
        let report = try await `The tables of a report`.mixedJob().writeReport()
        try await open(report) { page async throws in
            try await page.press("Tab", code: 9)
            #expect(try await page.read("document.activeElement.textContent") == "Skip to the lines")
            try await page.press("Enter", code: 13)
            try await page.press("Tab", code: 9)
            #expect(try await page.read("document.activeElement.id") == "q")
            try await page.type("R4")
            try await page.press("Enter", code: 13)
            #expect(try await page.lines == ["5"])
            var stops: [String] = []
            var outlines: [String] = []
            let inOrder = ["Clear", "Line", "Outcome", "Room", "Old visitor", "New visitor", "Reason"]
            // The browser may take a moment to see that the search field was left.
            while stops.suffix(7) != inOrder[...], stops.count < 60 {
                try await page.press("Tab", code: 9)
                stops.append(
                    try await page.read("document.activeElement.textContent.trim().split('\\n')[0].slice(0, 14)"))
                outlines.append(try await page.read("getComputedStyle(document.activeElement).outlineStyle"))
            }
            #expect(outlines.suffix(7).allSatisfy { $0 == "solid" }, "the focus is seen")
            #expect(Array(stops.suffix(7)) == inOrder)
        }
    }

    @Test func `turns pages`() async throws {
        let report = try await FinishedJob(.rooms(250), hasRun: false).writeReport()
        try await open(report, fragment: "sort=line") { page async throws in
            #expect(try await page.lines.count == 100)
            try await page.click("#next")
            try await page.click("#next")
            #expect(try await page.lines == (202...251).map(String.init))
            #expect(try await page.read("document.getElementById('page').textContent") == "Lines 201–250, page 3 of 3")
            #expect(try await page.read("document.getElementById('next').disabled"))
            #expect(try await page.read("location.hash") == "#sort=line&page=3")
        }
    }

    @Test func `shows hostile ids as text`() async throws {
        let texts =
            `report.html`.hostile + [
                "\u{202E}dlrow", "<script>alert(1)</script>\u{2028}", "</SCRIPT ><svg/onload=alert(1)>",
            ]
        let lines = texts.enumerated().map { index, text in
            MappingLine(
                number: index + 2, oldVisitor: text, newVisitor: text, room: text, rejection: Rejection(.badID, text))
        }
        let report = try await FinishedJob(lines, stop: Stop(.signal, texts[1])).writeReport()
        try await open(report, fragment: "sort=line") { page async throws in
            let shown: [String] = try await page.read(
                "[...document.querySelectorAll('#rows [data-name=old]')].map((cell) => cell.textContent)")
            #expect(shown.count == texts.count)
            #expect(shown.first == "<script>alert(1)</script>")
            #expect(shown.contains(#"\u{202E}dlrow"#))
            let elements: Int = try await page.read(
                "document.querySelectorAll('#rows td.id > *, #static td.id > *, td img, svg[onload], b b, [onclick]').length"
            )
            #expect(elements == 0)
            #expect(try await page.read("document.scripts.length") == 2)
            #expect(try await page.read("document.querySelectorAll('*').length < 1500"))
        }
    }

    @Test func `runs no script but its own`() async throws {
        let report = try await FinishedJob(.rooms(1)).writeReport()
        try await browser.open(in: folder) { page in
            try await page.visit(report.path + "/report.html")
            let ran: Bool = try await page.read(
                """
                new Promise((done) => {
                    const script = document.createElement("script");
                    script.textContent = "window.hasRun = true";
                    document.body.append(script);
                    setTimeout(() => done(window.hasRun === true), 20);
                })
                """)
            let loaded: Bool = try await page.read("fetch('data:text/plain,a').then(() => true, () => false)")
            #expect(!ran)
            #expect(!loaded)
            #expect(page.complaints.contains { $0.contains("Content Security Policy") })
        }
    }

    @Test func `finds a line among a hundred thousand`() async throws {
        let lines = (0..<100_000).map { index in
            MappingLine(
                number: index + 2, oldVisitor: "66f0a1c2b3d4e5f6a7b\(10_000 + index)",
                newVisitor: "5e12407166f50c3c10ec906c",
                room: "R\(index)", rejection: index % 3 == 0 ? Rejection(.missingOld, "empty") : nil)
        }
        let report = try await FinishedJob(lines, hasRun: false).writeReport()
        try await open(report) { page async throws in
            #expect(try await page.found == "100,000 lines")
            #expect(try await page.lines.count == 100)
            try await page.click("#q")
            try await page.type("r77777")
            #expect(try await page.eventually("document.getElementById('found').textContent === '1 of 100,000 lines'"))
            #expect(try await page.lines == ["77779"])
            try await page.click("#filters [type=reset]")
            try await page.choose("outcome", "rejected")
            #expect(try await page.found == "33,334 of 100,000 lines")
            try await page.click("[data-sort=room] button")
            #expect(try await page.lines.first == "2")
        }
    }
}
