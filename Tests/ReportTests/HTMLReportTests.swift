import Crypto
import FoundationEssentials
import Journal
import Model
import Report
import Testing

@Suite struct `report.html` {
    static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'><svg onload=alert(1)>", "{{headline}}",
        "{{{style}}}", "{{> partial}}", "</td></table>", "<!--", "&lt;b&gt;", "javascript:alert(1)", "</script><b>",
        "<\u{301}b>", "\"\u{301} onclick=alert(1) \u{301}\"", "'\u{308}", "&\u{20DD}",
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

        let markup = page.upTo("<script type=\"application/json\"")
        #expect(markup.containsScalars(text.escapedForHTML))
        if text.escapedForHTML != text {
            #expect(!markup.containsScalars(text))
        }
        let data = try #require(page.firstMatch(of: /id="data">((?s:.*?))<\/script>/)).1
        #expect(!data.unicodeScalars.contains("<"))
    }

    @Test func `spells out what cannot be seen`() async throws {
        let text = "a\u{202E}b\u{200B}c\u{0}d\u{2028}e\u{A0}f\u{1F468}\u{200D}\u{1F469}"
        let line = MappingLine(
            number: 2, oldVisitor: text, newVisitor: "B", room: "R", rejection: Rejection(.badID, "it has \(text)"))
        let page = try await FinishedJob([line]).writeReport().text("report.html")
        let shown = #"a\u{202E}b\u{200B}c\u{0}d\u{2028}e\u{A0}f👨\u{200D}👩"#
        let data = shown.replacing("\\", with: #"\\"#)

        #expect(page.contains("data-name=\"old\">\(shown)</td>"))
        #expect(page.contains("\"\(data)\",\"B\",0,0,\"it has \(data)\"]"))
        #expect(!page.unicodeScalars.contains("\u{202E}"))
        #expect(!page.unicodeScalars.contains("\u{2028}"))
    }

    @Test func `shows the beginning of a text that is endless`() async throws {
        let text = String(repeating: "x", count: 100_000)
        let line = MappingLine(
            number: 2, oldVisitor: text, newVisitor: text, room: text, rejection: Rejection(.badID, text))
        let page = try await FinishedJob([line]).writeReport().text("report.html")

        #expect(page.contains(String(repeating: "x", count: 160) + "… (100,000 characters)"))
        #expect(page.utf8.count < 60_000)
    }

    @Test func `loads nothing and runs nothing from elsewhere`() async throws {
        let page = try await `The tables of a report`.mixedJob().writeReport().text("report.html")

        for word in ["src=", "@import", "url(", "<iframe", "fetch(", "XMLHttpRequest", "import(", "WebSocket"] {
            #expect(!page.contains(word), "\(word)")
        }
        for link in page.matches(of: /href="([^"]*)"/).map(\.1) {
            #expect(link.hasPrefix("#") || link.hasPrefix("data:"), "\(link)")
        }
        let addresses = page.replacing("https://chat.example.org", with: "").replacing(
            "http://www.w3.org/2000/svg", with: "")
        #expect(!addresses.contains("://"))
        #expect(page.contains("content=\"default-src 'none'; script-src 'sha256-"))
    }

    @Test func `allows its own style and script by their digests and no other`() async throws {
        let page = try await FinishedJob(.rooms(1)).writeReport().text("report.html")
        let policy = try #require(page.firstMatch(of: /Content-Security-Policy" content="([^"]*)"/)).1

        for (rule, element) in [("style-src", /<style>([^<]*)</), ("script-src", /<script>((?s:.*?))<\/script>/)] {
            let text = try #require(page.firstMatch(of: element)).1
            let digest = Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
            #expect(policy.contains("\(rule) 'sha256-\(digest)';"))
        }
        #expect(!policy.contains("unsafe"))
        #expect(!page.contains(" style="))
        #expect(!page.contains(#/ on[a-z]+=/#))
    }

    @Test func `is small without its data`() async throws {
        let page = try await FinishedJob(.rooms(1), ends: [Ending(.moved)]).writeReport().bytes("report.html")

        #expect(page.count < 60_000)
    }

    @Test func `is listed in report.json as it is`() async throws {
        let report = try await FinishedJob(.rooms(2)).writeReport()

        #expect(try report.json()["files", "report.html", "sha256"] == .string(report.digest("report.html")))
    }

    @Test func `tells the whole story`() async throws {
        let page = try await `The tables of a report`.mixedJob().writeReport().text("report.html")

        for words in [
            "14 lines in, 14 accounted for", "9 operations, 9 accounted for", "balanced", "moved-by-other",
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

    @Test func `names what needs a person before anything else`() async throws {
        let lines = [MappingLine].rooms(4)
        let page = try await FinishedJob(
            lines,
            ends: [
                Ending(.deferred, .openRoom), Ending(.moved), Ending(.conflict, .movedByOther),
                Ending(.failed, .timeout),
            ]
        )
        .writeReport().text("report.html")
        let person = try #require(page.firstRange(of: "What needs a person")).lowerBound
        let others = try #require(page.firstRange(of: "Other reasons")).lowerBound

        #expect(person < others)
        #expect(page[person..<others].contains("decide by hand"))
        #expect(page[person..<others].contains("Run the same command again first"))
        #expect(page[others...].contains("the conversation is live"))
    }

    @Test func `has a bounded number of lines outside its data, those that need a person`() async throws {
        let rejected = (0..<320).map {
            MappingLine(
                number: 1000 + $0, oldVisitor: "", newVisitor: "B", room: "Z\($0)",
                rejection: Rejection(.missingOld, "empty"))
        }
        let page = try await FinishedJob(.rooms(5) + rejected).writeReport().text("report.html")
        let markup = page.upTo("<script type=\"application/json\"")

        #expect(markup.contains("The first 300 of 320;"))
        #expect(markup.contains(">Z299</td>"))
        #expect(!markup.contains(">Z300</td>"))
        #expect(!markup.contains(">R1</td>"))
    }

    @Test func `carries every line as data, each once and in file order`() async throws {
        let report = try await `The tables of a report`.mixedJob().writeReport()
        let lines = try report.table("lines.csv")
        let data = try report.pageData()

        #expect(data.rows.map { String($0.line) } == lines.map { $0["line"] })
        #expect(data.rows.map { data.outcomes[$0.outcome].code } == lines.map { $0["outcome"] })
        #expect(data.rows.map { $0.reason < 0 ? "" : data.reasons[$0.reason].code } == lines.map { $0["reason"] })
        #expect(data.rows.map(\.room) == lines.map { $0["room_id"] })
        #expect(data.rows.map(\.old) == lines.map { $0["old_visitor_id"] })
        #expect(data.rows.map(\.new) == lines.map { $0["new_visitor_id"] })
        #expect(data.rows.map { $0.detail ?? data.explanation($0) } == lines.map { $0["detail"] })
    }

    @Test(arguments: [(15, 14, false), (14, 14, false), (13, 7, true), (3, 3, true)])
    func `keeps to the lines that need a person when there are too many`(limit: Int, held: Int, isCut: Bool)
        async throws
    {
        let report = try await `The tables of a report`.mixedJob().writeReport(linesOnPage: limit)
        let data = try report.pageData()
        let page = try report.text("report.html")

        #expect(data.rows.count == held)
        #expect(page.contains("14 lines are more than a page can hold") == isCut)
        #expect(page.contains("the first 3 of the 7 that need a person") == (limit == 3))
        #expect(!isCut || data.rows.allSatisfy { data.outcomes[$0.outcome].kind == "person" })
    }

    @Test func `draws each run that settled something`() async throws {
        let page = try await FinishedJob(
            .rooms(4), ends: [Ending(.moved), Ending(.refused), Ending(.moved), Ending(.deferred)]
        )
        .writeReport().text("report.html")

        #expect(page.contains("Rooms settled over time"))
        #expect(page.contains("3 of 4 rooms settled in 34 s."))
        #expect(page.matches(of: /class="line"/).count == 1)
        #expect(page.contains("2 May, 14:47 UTC"))
    }

    @Test func `draws the latest of many runs, beginning where the earlier ones ended`() async throws {
        let job = try await FinishedJob(.rooms(30), hasRun: false)
        for index in 0..<26 {
            let start = Timestamp(milliseconds: 1_714_661_265_855 + Int64(index) * 3_600_000)
            let run = try await job.journal.begin(
                Run(
                    startedAt: start, host: "batch-1", pid: 4711, user: "merge", toolVersion: "1.2.3",
                    settings: RunSettings(rate: "10/min", concurrency: 8, openRooms: "defer")))
            var exchange = RunTransaction(run: run)
            exchange.wanted = 1
            exchange.declares = true
            let operation = try #require(try await job.journal.exchange(exchange).operations.first)
            var outcome = Ending(.moved).outcome(of: operation)
            outcome.settledAt = start
            exchange.wanted = 0
            exchange.outcomes = [outcome]
            _ = try await job.journal.exchange(exchange)
            try job.journal.end(
                run, at: Timestamp(milliseconds: start.milliseconds + 60_000), stop: nil, waited: .zero)
        }
        let page = try job.writeReport().text("report.html")

        #expect(page.matches(of: /class="line"/).count == 24)
        #expect(page.contains("26 of 30 rooms settled in 24 runs, 24 min 0 s of work."))
        #expect(page.contains("The curve begins at 2: they were settled before"))
        // Two of thirty rooms are settled where the first curve begins, and all twenty-six where the last one ends.
        #expect(page.contains("class=\"line\" d=\"M0 933.3"))
        #expect(page.contains("L1000 133.3\"/>"))
        #expect(page.matches(of: /class="run"/).isEmpty, "there is no room for names")
    }

    @Test func `draws nothing of a job that settled nothing`() async throws {
        let page = try await FinishedJob(.rooms(2), hasRun: false).writeReport().text("report.html")

        #expect(!page.contains("over time"))
        #expect(page.contains("not started to no end yet"))
    }

    @Test(arguments: [
        (Job.Kind.run, ["Moving rooms", "moved to the new visitor", ">moved <b>1</b>", "What became of"]),
        (.rehearsal, ["Rehearsal", "moved to the new visitor", "no server was touched"]),
        (
            .audit,
            [
                "nothing was moved", ">would move<", "would be moved", ">would move <b>1</b>", "What would become of",
                "What would need a person", "Rooms looked at over time", "the server would say no", "1 line would need",
            ]
        ),
        (.undo, ["Undo", ">moved back<", "moved back <b>1</b>", "<dt>Journal</dt>"]),
    ])
    func `speaks of the kind of job it is`(kind: Job.Kind, words: [String]) async throws {
        let page = try await FinishedJob(
            .rooms(2), ends: [Ending(.moved, kind == .audit ? .wouldMove : nil), Ending(.refused, .roomNotFound)],
            kind: kind
        )
        .writeReport().text("report.html")

        for word in words {
            #expect(page.contains(word), "\(word)")
        }
        if kind == .audit {
            #expect(!page.contains("moved to the new visitor"))
        }
    }

    @Test func `tells who steered the job`() async throws {
        let job = try await FinishedJob(.rooms(1), hasRun: false)
        let run = try await job.journal.begin(
            Run(
                startedAt: Timestamp(milliseconds: 1_714_661_265_855), host: "batch-1", pid: 4711, user: "merge",
                toolVersion: "1.2.3", settings: RunSettings(rate: "10/min", concurrency: 8, openRooms: "defer")))
        for _ in 0..<12 {
            _ = try job.journal.steer("pause", by: "ann on desk", at: Timestamp(milliseconds: 1_714_661_270_000))
        }
        try job.journal.end(run, at: Timestamp(milliseconds: 1_714_661_300_000), stop: nil, waited: .zero)
        let page = try job.writeReport().text("report.html")

        #expect(page.contains("<dd>2 earlier requests; pause by ann on desk, 2 May 2024, 14:47:50 UTC; pause by"))
    }

    @Test func `groups thousands`() async throws {
        let page = try await FinishedJob(.rooms(1204), hasRun: false).writeReport().text("report.html")

        #expect(page.contains("1,204 lines in, 1,204 accounted for; 1,204 operations, 1,204 accounted for"))
    }
}

extension String {
    fileprivate var escapedForHTML: String {
        let entities: [Unicode.Scalar: String] = ["&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;"]
        return unicodeScalars.map { entities[$0] ?? String($0) }.joined()
    }

    fileprivate func upTo(_ end: String) -> Substring { self[..<(firstRange(of: end)?.lowerBound ?? endIndex)] }
}

extension StringProtocol {
    /// Whether the scalars stand in it one after the other, whatever characters they are part of.
    fileprivate func containsScalars(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        return unicodeScalars.firstRange(of: wanted) != nil
    }
}
