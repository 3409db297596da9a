import FoundationEssentials
import Glibc
import TestSupport
import Testing

/// One at a time: each starts a browser.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: Browser.installed != nil, "no Chromium is installed: scripts/prepare tests"))
struct ReviewPageTests {
    private let browser: Browser
    private let folder: TemporaryDirectory

    init() throws {
        browser = try #require(Browser.installed)
        folder = try TemporaryDirectory()
    }

    /// Ann three times, two who share a telephone, and two of a mailbox that agree by name.
    private static let export = """
        _id,name,email,phone,lastChat,ts,rooms
        a1,Ann Smith,ann@x.org,,2024-01-01T09:00:00Z,2023-01-01,2
        a2,Ann,ann@x.org,030 5550001,2024-03-01T09:00:00Z,2023-02-01,1
        a3,Annie Smith,ANN@x.org;other@x.org,,2024-02-01T09:00:00Z,2023-03-01,
        p1,Paul Poe,,030 1234567,2024-01-01T09:00:00Z,,
        p2,Quinn Ray,,030 1234567,2024-01-02T09:00:00Z,,
        o1,Office,info@firm.org,,2024-01-01T09:00:00Z,,
        o2,Office,info@firm.org,,2024-01-02T09:00:00Z,,

        """

    private func suggest(_ arguments: String...) async throws -> Program.Ended {
        try await Program(in: folder.path).run(["suggest", "--from", "v.csv", "--default-country", "49"] + arguments) {
            _ in
        }
    }

    private func open<Value: Sendable>(
        _ name: String = "mapping.review.html", _ body: (inout BrowserPage) async throws -> Value
    ) async throws -> Value {
        try await browser.open(in: folder) { page in
            try await page.call(
                "Page.setDownloadBehavior", #"{"behavior":"allow","downloadPath":"\#(folder("downloads"))"}"#)
            try await page.visit(folder(name))
            let value = try await body(&page)
            #expect(page.complaints == [])
            let loaded = Set(page.requests.filter { !$0.hasPrefix("data:") && !$0.hasPrefix("blob:") })
            #expect(loaded.count == 1, "it loads itself and nothing else")
            return value
        }
    }

    @Test func `Decisions of the keyboard are saved, and fed back they are what suggest and lint take`() async throws {
        try folder.write(Self.export, as: "v.csv")
        #expect(try await suggest().status == 0)
        let mode = try FileManager.default.attributesOfItem(atPath: folder("mapping.review.html"))[.posixPermissions]
        #expect(mode as? UInt == 0o600)
        try await open { page async throws in
            #expect(try await page.text("headline") == "3 groups of visitors that may be one person")
            #expect(try await page.text("progress") == "0 of 3 groups decided")
            // Ann: another survivor, without the third; Paul and Quinn apart; the office merged.
            try await page.keys("2", "x", "3", "m", "a", "m")
            #expect(try await page.text("progress") == "3 of 3 groups decided")
            #expect(try await page.text("kept") == "3 changes not saved yet")
            #expect(try await page.states == ["merge into B, without C", "kept apart", "merge into A"])
            try await page.keys("s")
            #expect(try await page.eventually("document.getElementById('kept').textContent.startsWith('saved ')"))
            let isSaved = await eventually {
                FileManager.default.fileExists(atPath: folder("downloads/mapping.csv"))
                    && FileManager.default.fileExists(atPath: folder("downloads/mapping.decisions.csv"))
            }
            #expect(isSaved)
        }
        for name in ["mapping.csv", "mapping.decisions.csv"] {
            try Data(contentsOf: URL(filePath: folder("downloads/" + name))).write(to: URL(filePath: folder(name)))
        }
        let decisions = try folder.rows("mapping.decisions.csv").map {
            [$0["old_visitor_id"], $0["new_visitor_id"], $0["decision"]].map { $0 ?? "" }.joined(separator: " ")
        }
        #expect(Set(decisions) == ["a2 a1 merge", "a3 a1 apart", "a3 a2 apart", "p2 p1 apart", "o1 o2 merge"])
        let saved = try folder.rows("mapping.csv")
        #expect(saved.map { "\($0["old_visitor_id"] ?? "")>\($0["new_visitor_id"] ?? "")" } == ["a2>a1", "o1>o2"])
        #expect(saved.map { $0["because"] } == ["email ann@x.org", "email info@firm.org"])
        let lint = try await Program(in: folder.path)("lint", "mapping.csv")
        #expect(lint.status == 0 && lint.output.contains("2 lines, 0 rejected."), "\(lint)")

        let again = try await suggest("--overwrite")
        #expect(again.status == 0 && again.output.contains("5 decisions"), "\(again)")
        let suggested = try folder.rows("mapping.csv")
        #expect(suggested.map { $0["old_visitor_id"] } == saved.map { $0["old_visitor_id"] })
        #expect(suggested.map { $0["new_visitor_id"] } == saved.map { $0["new_visitor_id"] })
        #expect(suggested.map { $0["old_name"] } == saved.map { $0["old_name"] })
        #expect(suggested.map { $0["new_last_chat"] } == saved.map { $0["new_last_chat"] })
        // What is decided stands on the next page as decided: two merges, and three pairs kept apart.
        try await open { page async throws in
            #expect(try await page.text("progress") == "5 of 5 groups decided")
            try await page.keys("s")
            #expect(try await page.eventually("document.getElementById('kept').textContent.startsWith('saved ')"))
        }
    }

    @Test func `Every key does what it says, and a reload loses nothing`() async throws {
        try folder.write(Self.export, as: "v.csv")
        #expect(try await suggest().status == 0)
        try await open { page async throws in
            #expect(try await page.current == 1)
            try await page.keys("j", "j", "j", "k")
            #expect(try await page.current == 2)
            try await page.keys("m", "u")
            #expect(try await page.current == 2)
            #expect(try await page.text("progress") == "0 of 3 groups decided")
            try await page.keys("a")
            #expect(try await page.current == 3)
            try await page.reload()
            #expect(try await page.text("progress") == "1 of 3 groups decided")
            #expect(try await page.text("kept") == "1 change not saved yet")
            // The search takes letters and is left with Escape.
            try await page.keys("/")
            try await page.type("quinn")
            #expect(try await page.eventually("document.getElementById('found').textContent === '1 of 3 groups shown'"))
            try await page.press("Escape", code: 27)
            #expect(try await page.read("document.activeElement.id") != "q")
            try await page.choose("show", "undecided")
            #expect(try await page.text("found") == "No group matches.")
        }
    }

    @Test func `What is suspicious is marked, and what differs is seen`() async throws {
        let mailbox = (1...6).map { "m\($0),Mia Moe,mia@x.org,,2024-01-0\($0)T09:00:00Z,,\n" }.joined()
        try folder.write(Self.export + mailbox, as: "v.csv")
        #expect(try await suggest().status == 0)
        try await open { page async throws in
            let isFilled = try await page.eventually("document.querySelectorAll('.card table').length === 4")
            #expect(isFilled)
            let warnings: [String] = try await page.read(
                "[...document.querySelectorAll('.card')].map((card) => [...card.querySelectorAll('.warning')].map((one) => one.textContent).join('|'))"
            )
            #expect(
                warnings == [
                    "", "2 different names", "info@firm.org looks like the address of an office or a machine",
                    "6 visitors have the email mia@x.org",
                ])
            let differs: [String] = try await page.read(
                "[...document.querySelectorAll('.card:first-child .differs')].map((one) => one.textContent)")
            #expect(differs == ["Ann Smith", "", "Annie Smith", "other@x.org"])
            #expect(
                try await page.read("document.querySelector('.evidence').textContent")
                    == "same email: ann@x.org (all 3)")
            try await page.choose("show", "suspicious")
            #expect(try await page.text("found") == "3 of 4 groups shown")
        }
    }

    @Test func `Hostile names and values are shown as text, and harm no spreadsheet`() async throws {
        let evil = #"<img src=x onerror=alert(1)></script><script>alert(2)</script>"#
        try folder.write(
            """
            _id,name,number
            a,"\(evil.replacing("\"", with: "\"\""))","</SCRIPT ><svg/onload=alert(3)>"
            b,=HYPERLINK(1);+2,"</SCRIPT ><svg/onload=alert(3)>"
            "c","\u{202E}evil\u{1B}[2J","</SCRIPT ><svg/onload=alert(3)>"
            """, as: "v.csv")
        #expect(try await suggest("--by", "custom:number", "--keep", "latest-chat").status == 0)
        try await open { page async throws in
            try await page.keys("m")
            let names: [String] = try await page.read(
                "[...document.querySelectorAll('.card .name')].map((one) => one.textContent)")
            #expect(names.contains(evil) && names.contains("=HYPERLINK(1);+2"), "\(names)")
            #expect(try await page.read("document.querySelectorAll('img, svg, .card script').length") == 0)
            #expect(try await page.read("document.scripts.length") == 2)
            try await page.keys("s")
            let isSaved = await eventually { FileManager.default.fileExists(atPath: folder("downloads/mapping.csv")) }
            #expect(isSaved)
        }
        let saved = try String(
            decoding: Data(contentsOf: URL(filePath: folder("downloads/mapping.csv"))), as: UTF8.self)
        #expect(saved == (try folder.text("mapping.csv")), "the page writes what suggest writes")
        #expect(saved.contains("'=HYPERLINK(1);'+2") && !saved.contains("\u{202E}"))
    }

    @Test func `Decisions that contradict one another are not saved`() async throws {
        try folder.write(Self.export, as: "v.csv")
        try folder.write(
            "old_visitor_id,new_visitor_id,decision\na3,a1,apart\na3,a2,apart\n", as: "mapping.decisions.csv")
        #expect(try await suggest().status == 0)
        try await open { page async throws in
            #expect(try await page.text("progress") == "2 of 5 groups decided")
            try await page.keys("m", "j", "j", "m", "s")
            #expect(try await page.text("message").hasPrefix("Not saved: a"))
            #expect(try await page.current == 5)
            try await page.keys("u", "s")
            #expect(try await page.read("document.getElementById('message').hidden"))
        }
    }

    @Test func `Of five thousand groups those near the screen are drawn, and a key draws only what it changes`()
        async throws
    {
        let lines = (0..<20_000).map { "v\($0),Person \($0 / 4),p\($0 / 4)@x.org,030\(1_000_000 + $0),2024-01-01,,3\n" }
        try folder.write("_id,name,email,phone,lastChat,ts,rooms\n" + lines.joined(), as: "v.csv")
        #expect(try await suggest().status == 0)
        try await open { page async throws in
            #expect(try await page.text("progress") == "0 of 5,000 groups decided")
            let filled = "[...document.querySelectorAll('#cards > article')].filter((card) => card.firstChild).length"
            let atFirst: Int = try await page.read(filled)
            #expect(atFirst >= 1 && atFirst <= 100)
            let touched: [Int] = try await page.read(
                """
                (async () => {
                    const touched = [];
                    let cards = new Set();
                    const watch = new MutationObserver((changes) => changes.forEach(({ target }) => {
                        const card = target.closest?.("#cards > article") ?? target.parentElement?.closest("#cards > article");
                        if (card) cards.add(card);
                    }));
                    watch.observe(document.getElementById("cards"),
                        { subtree: true, childList: true, attributes: true, characterData: true });
                    for (const key of ["j", "k", "m", "a", "u", "2", "m", "j", "a", "m", "x", "3", "u", "j", "m"]) {
                        document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
                        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
                        touched.push(cards.size);
                        cards = new Set();
                    }
                    return touched;
                })()
                """)
            #expect(touched.allSatisfy { $0 <= 30 } && touched.contains { $0 > 0 }, "\(touched)")
            let afterwards: Int = try await page.read(filled)
            #expect(afterwards <= 100)
        }
        let page = try String(decoding: Data(contentsOf: URL(filePath: folder("mapping.review.html"))), as: UTF8.self)
        let own = page.split(separator: "\n").filter { !$0.hasPrefix("{\"k\":") }.map(\.utf8.count).reduce(0, +)
        #expect(own < 300_000)
    }

    @Test func `On paper all groups stand, without what only a screen can do`() async throws {
        let lines = (0..<200).map { "v\($0),Person,p\($0 / 2)@x.org,,2024-01-01,,\n" }
        try folder.write("_id,name,email,phone,lastChat,ts,rooms\n" + lines.joined(), as: "v.csv")
        #expect(try await suggest().status == 0)
        try await open { page async throws in
            try await page.call("Emulation.setEmulatedMedia", #"{"media":"print"}"#)
            _ = try await page.read("dispatchEvent(new Event('beforeprint'))", as: Bool.self)
            #expect(
                try await page.read(
                    "[...document.querySelectorAll('.card')].filter((card) => card.textContent.includes('same email')).length"
                ) == 100)
            for part in ["#tools", ".keys", ".actions"] {
                #expect(try await page.read("getComputedStyle(document.querySelector('\(part)')).display") == "none")
            }
            #expect(try await page.read("document.documentElement.scrollWidth <= innerWidth"))
        }
    }

    @Test func `It is read in the light and in the dark, on a small screen too`() async throws {
        try folder.write(Self.export, as: "v.csv")
        #expect(try await suggest().status == 0)
        try await open { page async throws in
            var papers: Set<String> = []
            for scheme in ["light", "dark"] {
                try await page.call(
                    "Emulation.setEmulatedMedia",
                    #"{"features":[{"name":"prefers-color-scheme","value":"\#(scheme)"}]}"#)
                papers.insert(try await page.read("getComputedStyle(document.body).backgroundColor"))
            }
            #expect(papers.count == 2)
            try await page.call(
                "Emulation.setDeviceMetricsOverride",
                #"{"width":360,"height":740,"deviceScaleFactor":1,"mobile":true}"#)
            #expect(try await page.read("document.documentElement.scrollWidth <= 360"))
        }
    }
}

extension BrowserPage {
    fileprivate mutating func text(_ id: String) async throws -> String {
        try await read("document.getElementById('\(id)').textContent")
    }

    /// What is decided about each group, in words.
    fileprivate var states: [String] {
        mutating get async throws {
            try await read("[...document.querySelectorAll('.card .state')].map((one) => one.textContent)")
        }
    }

    /// The number of the group where one is.
    fileprivate var current: Int {
        mutating get async throws {
            try await read("Number(document.querySelector('.card.current').dataset.index) + 1")
        }
    }

    fileprivate mutating func keys(_ keys: String...) async throws {
        for key in keys {
            try await press(key, code: Int(key.uppercased().utf8.first ?? 0))
        }
    }

    fileprivate mutating func choose(_ id: String, _ value: String) async throws {
        _ = try await read(
            """
            (() => {
                const list = document.getElementById("\(id)");
                list.value = "\(value)";
                return list.dispatchEvent(new Event("change"));
            })()
            """, as: Bool.self)
    }

    /// Waits until the page says that something is so.
    fileprivate mutating func eventually(_ condition: String) async throws -> Bool {
        for _ in 0..<500 {
            if try await read("new Promise((done) => setTimeout(() => done(\(condition)), 20))") { return true }
        }
        return false
    }
}
