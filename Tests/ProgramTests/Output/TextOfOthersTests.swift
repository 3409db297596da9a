import FoundationEssentials
import Model
import RocketChat
import TestSupport
import Testing

@testable import CLI
@testable import Report

/// Text of others in everything that is written: whoever reads it back finds the text, and nothing of it means anything to
/// the reader.
///
/// A shell has a test of its own (`EscapingTests`).
struct TextOfOthersTests {
    /// Every ASCII character, alone and with what makes one `Character` of it and its neighbours; what cannot be seen; and
    /// bytes that are no UTF-8, as they are after they were read.
    static let texts: [String] =
        (0..<128).flatMap { value in
            let scalar = Unicode.Scalar(UInt8(value))
            return ["", "\u{301}", "\u{200D}", "\u{FE0F}"].flatMap { mark in
                ["\(scalar)\(mark)", "a\(scalar)\(mark);x\(scalar)\(mark)b"]
            }
        } + invisible + invalid.map { String(decoding: $0, as: UTF8.self) }

    private static let invisible = [
        "\u{202E}\u{2066}x", "\u{85}\u{9B}31m", "\u{2028}\u{2029}\u{FEFF}\u{E0041}", "\r\n\u{301}",
        "</script\u{301}>",
    ]

    private static let invalid: [[UInt8]] = [
        [0xFF], [0xC3], [0xC3, 0x28], [0xED, 0xA0, 0x80], [0xF0, 0x9F, 0x22], [0xC0, 0xAF], [0x22, 0x80, 0x22],
    ]

    /// Compares scalar by scalar: two texts of one meaning would be equal as they are.
    private func expectSame(_ found: String?, _ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(
            found?.unicodeScalars.elementsEqual(text.unicodeScalars) == true, "\(text.shown)",
            sourceLocation: sourceLocation)
    }

    private func expectHarmless(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) {
        let isHarmless = !text.unicodeScalars.contains { $0.isInvisible }
        #expect(isHarmless, "\(text.shown)", sourceLocation: sourceLocation)
    }

    @Test func `A terminal is shown one line that it does not obey`() {
        for text in Self.texts { expectHarmless(text.shown) }
    }

    @Test func `JSON holds the text, in a layout or on one line`() throws {
        for text in Self.texts {
            for isOneLine in [true, false] {
                let json = try jsonText([text: [text]], isOneLine: isOneLine)
                for line in json.unicodeScalars.split(separator: "\n") { expectHarmless(String(line)) }
                #expect(!isOneLine || !json.unicodeScalars.contains("\n"))
                let back = try JSONDecoder().decode([String: [String]].self, from: Data(json.utf8))
                expectSame(back.keys.first, text)
                expectSame(back.values.first?.first, text)
            }
        }
    }

    @Test func `A line of the log is one line, and one object with these members alone`() throws {
        for text in Self.texts {
            let line = LogLine(
                time: Timestamp(milliseconds: 0), level: "info", message: text,
                facts: ["text": text, "level": "forged"])
            expectHarmless(line.text(clock: .utc))
            expectHarmless(line.json)
            let back = try JSONDecoder().decode([String: String].self, from: Data(line.json.utf8))
            #expect(back.keys.sorted() == ["level", "message", "text", "time"] && back["level"] == "info")
            expectSame(back["message"], text.shown)
            expectSame(back["text"], text.shown)
        }
    }

    @Test func `What a page says, and the data for its script, stay text`() throws {
        let names = ["&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'"]
        for text in Self.texts {
            let page = PageEscaping().escapeText(text)
            expectHarmless(page)
            #expect(!page.utf8.contains { "<>\"'".utf8.contains($0) }, "\(text.shown)")
            var rest = Array(page.utf8)[...]
            var back: [UInt8] = []
            while let byte = rest.first {
                let name = names.first { byte == UInt8(ascii: "&") && rest.starts(with: $0.key.utf8) }
                #expect(name != nil || byte != UInt8(ascii: "&"), "\(text.shown)")
                back += name.map { Array($0.value.utf8) } ?? [byte]
                rest = rest.dropFirst(name?.key.utf8.count ?? 1)
            }
            expectSame(String(decoding: back, as: UTF8.self), text.shown)

            var data: [UInt8] = []
            data.append(json: text)
            #expect(!data.contains(UInt8(ascii: "<")))
            expectSame(try JSONDecoder().decode(String.self, from: Data(data)), text)
        }
    }

    @Test func `A label of a metric is that of one sample`() {
        for text in Self.texts {
            let family = MetricFamily("x", .gauge, "Help.", [.init(.count(1), [("text", text)])])
            let lines = family.text(with: (name: "mapping", value: text)).unicodeScalars.split(separator: "\n")
            #expect(lines.count == 3, "\(text.shown)")
            for line in lines { expectHarmless(String(line)) }
            // As the format's own grammar reads it: an escape takes the character behind it.
            var values: [String.UnicodeScalarView] = []
            var (isInside, isEscaped) = (false, false)
            for scalar in lines.last.map(Array.init) ?? [] {
                switch (isInside, isEscaped, scalar) {
                case (false, _, "\""):
                    isInside = true
                    values.append(.init())
                case (false, _, _): break
                case (true, true, _):
                    values[values.count - 1].append(scalar == "n" ? "\n" : scalar)
                    isEscaped = false
                case (true, false, "\\"): isEscaped = true
                case (true, false, "\""): isInside = false
                case (true, false, _): values[values.count - 1].append(scalar)
                }
            }
            #expect(!isInside && values.count == 2, "\(text.shown)")
            for value in values { expectSame(String(value), text.shown) }
        }
    }

    @Test func `A cell of a table is one cell, in which no formula begins`() async throws {
        let folder = try TemporaryDirectory()
        try AtomicTable(at: folder("table.csv"), header: ["text", "end"], replacing: false).write { rows in
            for text in Self.texts { try rows.add([text, "end"]) }
        }
        let script = """
            import csv, json, sys
            with open("table.csv", newline="", encoding="utf-8") as file:
                print(json.dumps([row for row in csv.reader(file, strict=True)][1:]))
            """
        let ended = try await Program("/usr/bin/env", in: folder.path)("python3", "-c", script)
        let rows = try JSONDecoder().decode([[String]].self, from: Data(ended.output.utf8))
        #expect(rows.count == Self.texts.count && rows.allSatisfy { $0.count == 2 && $0[1] == "end" })
        for (row, text) in zip(rows, Self.texts) {
            expectSame(row.first, text.shown.withoutFormulas)
            #expect(row.first?.beginsFormula == false, "\(text.shown)")
        }
    }

    @Test func `What suggest prints as JSON is JSON, whatever visitors call themselves`() async throws {
        let folder = try TemporaryDirectory()
        let names = Self.texts.filter { !$0.isEmpty }
        let lines = try names.enumerated().map { index, name in
            try jsonText(["_id": "v\(index)", "name": name, "email": "p\(index / 2)@x.y"], isOneLine: true)
        }
        try folder.write(lines.joined(separator: "\n") + "\n", as: "v.jsonl")
        let mapping = "m\u{202E}'\u{301};\u{200B}.csv"
        let ended = try await Program(in: folder.path)("suggest", "--from", "v.jsonl", "--output", mapping, "--json")
        #expect((0...1).contains(ended.status), "\(ended.errors)")
        let printed = try JSONDecoder().decode(Printed.self, from: Data(ended.output.utf8))
        // Some values are no names or cannot be read; their pairs are left out.
        #expect(printed.groups.count > names.count / 2 - 20)
        expectSame(printed.summary.mapping, mapping)
        #expect(printed.groups.contains { $0.keep.name != nil })
        let text = try await Program(in: folder.path)("suggest", "--from", "v.jsonl", "--output=-x.csv")
        #expect(text.lines.contains("Next: visitor-merge lint ./-x.csv"), "\(text)")
    }

    private struct Printed: Decodable {
        struct Summary: Decodable { var mapping: String }
        struct Person: Decodable {
            var id: String
            var name: String?
        }
        struct Group: Decodable {
            var keep: Person
            var merge: [Person]
        }
        var summary: Summary
        var groups: [Group]
    }
}
