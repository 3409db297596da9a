import Journal
import Model
import TestSupport
import Testing

/// What a page looks like to people with different screens, eyes and tools.
@Suite(
    .serialized, .timeLimit(.minutes(5)),
    .enabled(if: Browser.installed != nil, "no Chromium is installed: scripts/prepare tests"))
struct `The look of the page` {
    private let browser: Browser
    private let folder: TemporaryDirectory

    init() throws {
        browser = try #require(Browser.installed)
        folder = try TemporaryDirectory()
    }

    private func open<Value: Sendable>(_ body: (inout BrowserPage) async throws -> Value) async throws -> Value {
        let long = MappingLine(
            number: 99, oldVisitor: String(repeating: "W", count: 300), newVisitor: "B", room: "Z",
            rejection: Rejection(.badID, String(repeating: "w", count: 900)))
        let report = try await FinishedJob(
            .rooms(30) + [long],
            ends: [
                Ending(.moved), Ending(.already, .alreadyAtNew), Ending(.conflict, .movedByOther), Ending(.refused),
                Ending(.deferred, .openRoom), Ending(.failed, .timeout), Ending(.unknown, .gatewayError),
            ], stop: Stop(.signal, "a signal asked the run to end")
        )
        .writeReport()
        return try await browser.open(in: folder) { page in
            try await page.visit(report.path + "/report.html")
            let value = try await body(&page)
            #expect(page.complaints == [])
            return value
        }
    }

    /// WCAG 2.2, 1.4.3 and 1.4.11: 4.5 for text, 3 for shapes.
    @Test(arguments: ["light", "dark"])
    func `has enough contrast`(scheme: String) async throws {
        try await open { page async throws in
            try await page.call(
                "Emulation.setEmulatedMedia", #"{"features":[{"name":"prefers-color-scheme","value":"\#(scheme)"}]}"#)
            let paper: String = try await page.read("getComputedStyle(document.body).backgroundColor")
            #expect((paper == "rgb(255, 255, 255)") == (scheme == "light"))
            let failures: [String] = try await page.read(Self.contrast)
            #expect(failures == [])
        }
    }

    @Test(arguments: [1280, 768, 380, 320])
    func `fits a window`(width: Int) async throws {
        try await open { page async throws in
            try await page.call(
                "Emulation.setDeviceMetricsOverride",
                #"{"width":\#(width),"height":800,"deviceScaleFactor":1,"mobile":false}"#)
            #expect(try await page.read("document.documentElement.scrollWidth <= \(width)"))
        }
    }

    @Test func `prints what a person needs and no control`() async throws {
        try await open { page async throws in
            try await page.call("Emulation.setEmulatedMedia", #"{"media":"print"}"#)
            let seen: [String: Bool] = try await page.read(
                """
                Object.fromEntries(["h1", ".balance", ".bar", ".progress", ".groups", "#static .lines", "#explorer", "#filters",
                    ".skip"].map((selector) => [selector, document.querySelector(selector).getClientRects().length > 0]))
                """)
            #expect(
                seen.filter(\.value).keys.sorted() == [
                    "#static .lines", ".balance", ".bar", ".groups", ".progress", "h1",
                ])
            #expect(try await page.read("document.querySelectorAll('#static tbody tr').length") == 5)
            #expect(try await page.read(Self.cutBoxes) == [String]())
            // A4 without its margins, at 96 to the inch.
            try await page.call(
                "Emulation.setDeviceMetricsOverride",
                #"{"width":680,"height":1000,"deviceScaleFactor":1,"mobile":false}"#)
            #expect(try await page.read("document.documentElement.scrollWidth <= 680"))
            let document = try await page.call("Page.printToPDF", #"{"preferCSSPageSize":true}"#).data ?? ""
            #expect(document.count > 10_000)
        }
    }

    @Test func `is there without script`() async throws {
        try await open { page async throws in
            try await page.call("Emulation.setScriptExecutionDisabled", #"{"value":true}"#)
            try await page.reload()
            // What has not run by now never will.
            try await page.call("Emulation.setScriptExecutionDisabled", #"{"value":false}"#)
            #expect(try await page.read("document.querySelectorAll('#static tbody tr').length") == 5)
            #expect(try await page.read("document.getElementById('static').getClientRects().length") == 1)
            #expect(try await page.read("document.getElementById('explorer').getClientRects().length") == 0)
        }
    }

    @Test func `has a name for everything a screen reader stops at`() async throws {
        try await open { page async throws in
            let nameless: [String] = try await page.read(
                """
                [...document.querySelectorAll("section, nav, form, table, svg[role=img], input, select, button")].filter((element) => {
                    const label = element.getAttribute("aria-labelledby");
                    const name = element.getAttribute("aria-label") ?? (label && document.getElementById(label)?.textContent)
                        ?? element.caption?.textContent ?? element.labels?.[0]?.textContent ?? (element.tagName === "BUTTON" && element.textContent);
                    return !name;
                }).map((element) => element.outerHTML.slice(0, 80))
                """)
            #expect(nameless == [])
            #expect(try await page.read("[...document.querySelectorAll('th')].every((head) => head.scope)"))
            #expect(
                try await page.read(
                    "['header', 'main', 'footer', '[role=search]', '[role=status]', 'h1'].map((name) => document.querySelectorAll(name).length)"
                ) == [1, 1, 1, 1, 1, 1])
            let levels: [Int] = try await page.read(
                "[...document.querySelectorAll('h1, h2, h3')].map((head) => Number(head.tagName[1]))")
            #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
            #expect(try await page.read("document.documentElement.lang") == "en")
        }
    }

    @Test func `tells the time of the reader beside UTC`() async throws {
        try await open { page async throws in
            #expect(try await page.read("document.querySelectorAll('.local').length") == 0)
            try await page.call("Emulation.setTimezoneOverride", #"{"timezoneId":"Asia/Tokyo"}"#)
            try await page.reload()
            let time: String = try await page.read("document.querySelector('time').textContent")
            #expect(time.hasPrefix("2 May 2024, 14:47:45 UTC ("))
            #expect(time.contains("11:47"))
            #expect(time.hasSuffix("local)"))
        }
    }

    /// Every text and shape with too little contrast against what is behind it.
    private static let contrast = """
        (() => {
            const channel = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
            const parse = (color) => color.match(/[\\d.]+/g).map(Number);
            const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
            const ratio = (one, two) => { const [low, high] = [light(one), light(two)].sort((a, b) => a - b); return (high + 0.05) / (low + 0.05); };
            const behind = (element) => {
                for (let each = element; each; each = each.parentElement) {
                    const color = parse(getComputedStyle(each).backgroundColor);
                    if (color.length === 3 || color[3] > 0) return color;
                }
                return [255, 255, 255];
            };
            const failures = [];
            for (const element of document.querySelectorAll("body *")) {
                if (!element.checkVisibility() || element.matches(":disabled, option, optgroup, script")) continue;
                const style = getComputedStyle(element);
                const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
                if (hasText || element.matches("input, select")) {
                    const color = element instanceof SVGElement ? style.fill : style.color;
                    if (ratio(parse(color), behind(element)) < 4.5) failures.push(element.outerHTML.slice(0, 90));
                }
                if (element.matches(".bar rect") && ratio(parse(style.fill), behind(element)) < 3) failures.push(element.outerHTML);
                if (element.matches(".mark") && ratio(parse(style.backgroundColor), behind(element.parentElement)) < 3) failures.push(element.outerHTML);
            }
            return failures;
        })()
        """

    /// Boxes whose content is wider than they are and would be cut on paper.
    private static let cutBoxes = """
        [...document.querySelectorAll("body *")].filter((element) => element.checkVisibility() && element.className !== "unseen"
            && getComputedStyle(element).overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1
            && !(element instanceof SVGElement)).map((element) => element.outerHTML.slice(0, 90))
        """
}
