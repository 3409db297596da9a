import FoundationEssentials
import TestSupport

/// Python's `csv` and `json`, which know nothing of this program, reading the same files.
enum Python {
    private static let path = "/usr/bin/python3"
    static let isHere = FileManager.default.isExecutableFile(atPath: path)

    /// One record of a CSV file.
    struct Record: Decodable {
        /// The first physical line.
        var line: Int
        /// The last physical line that was looked at for it.
        var last: Int
        /// `nil` when it is broken.
        var fields: [String]?
        /// All of it is UTF-8.
        var isText: Bool
    }

    /// One line of JSON lines.
    struct Line: Decodable {
        struct Member: Decodable {
            var key: String
            /// `nil` when it is no string, or one with half a surrogate pair.
            var text: String?
            var isNull: Bool
        }

        var line: Int
        /// The members of the object, equal keys each; `nil` when the line is no JSON or no object.
        var members: [Member]?
    }

    /// The records of CSV files, by the rules of RFC 4180 as strictly as Python takes them.
    static func records(of files: [(name: String, delimiter: String)], in folder: String) async throws -> [[Record]] {
        let script = """
            import csv, json, sys

            def is_text(fields):
                return all(not 0xD800 <= ord(c) <= 0xDFFF for field in fields for c in field)

            def records(name, delimiter):
                with open(name, newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
                    reader = csv.reader(file, delimiter=delimiter, strict=True)
                    while True:
                        line = reader.line_num + 1
                        try:
                            fields = next(reader)
                        except StopIteration:
                            return
                        except csv.Error:
                            fields = None
                        text = fields is None or is_text(fields)
                        yield {"line": line, "last": reader.line_num, "fields": fields if text else [], "isText": text}

            csv.field_size_limit(1 << 24)
            arguments = sys.argv[1:]
            json.dump([list(records(*pair)) for pair in zip(arguments[::2], arguments[1::2])], sys.stdout)
            """
        return try await run(script, files.flatMap { [$0.name, $0.delimiter] }, in: folder)
    }

    /// The lines of JSON lines, those that are blank left out.
    static func lines(of files: [String], in folder: String) async throws -> [[Line]] {
        let script = """
            import json, re, sys

            class Members(list):
                pass

            def refuse(constant):
                raise ValueError(constant)

            def is_text(value):
                return isinstance(value, str) and all(not 0xD800 <= ord(c) <= 0xDFFF for c in value)

            def member(key, value):
                return {"key": key, "text": value if is_text(value) else None, "isNull": value is None}

            def line(number, raw):
                try:
                    value = json.loads(raw.decode("utf-8"), object_pairs_hook=Members, parse_constant=refuse)
                except (ValueError, RecursionError):
                    value = None
                is_object = isinstance(value, Members) and all(is_text(key) for key, _ in value)
                return {"line": number, "members": [member(*pair) for pair in value] if is_object else None}

            def lines(name):
                with open(name, "rb") as file:
                    content = file.read()
                content = content[3:] if content.startswith(b"\\xef\\xbb\\xbf") else content
                raw = re.split(b"\\r\\n|\\r|\\n", content)
                return [line(n, r) for n, r in enumerate(raw, 1) if r.strip(b" \\t")]

            json.dump([lines(name) for name in sys.argv[1:]], sys.stdout)
            """
        return try await run(script, files, in: folder)
    }

    private static func run<Answer: Decodable>(_ script: String, _ arguments: [String], in folder: String) async throws
        -> Answer
    {
        let ended = try await Program(path, in: folder).run(["-c", script] + arguments) { _ in }
        guard ended.status == 0 else { throw Failure(description: ended.errors) }
        return try JSONDecoder().decode(Answer.self, from: Data(ended.output.utf8))
    }

    private struct Failure: Error, CustomStringConvertible {
        let description: String
    }
}
