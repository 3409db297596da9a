import FoundationEssentials
import Model
import Testing

@testable import Mapping

/// Exports of visitors that are not what they have to be, and what is said about them.
@Suite struct VisitorFileStartTests {
    /// The sentence with which a file is refused; `nil` if it is read.
    private func refusal(_ text: String, as name: String) throws -> String? {
        try withFile(Array(text.utf8), name: name) { path -> String? in
            do {
                var reader = try VisitorFileReader(.file(path))
                while try reader.next() != nil {}
                return nil
            } catch {
                return "\(error)".replacing(path.dropLast(name.count), with: "")
            }
        }
    }

    @Test(arguments: ["v.json", "v.jsonl", "v.csv"])
    func `A JSON array and objects of several lines are refused with the command that helps`(name: String) throws {
        let visitor = #"{"_id":"a","name":"Ann"}"#
        for array in ["[\(visitor)]", "[\n\(visitor),\n\(visitor)\n]", "[\n  {\n    \"_id\": \"a\"\n  }\n]"] {
            let sentence = try #require(try refusal(array, as: name))
            #expect(sentence.contains("\(name) is a JSON array, and one object a line is wanted."), "\(sentence)")
            #expect(sentence.contains("jq -c '.[]' \(name) > v.lines.jsonl"), "\(sentence)")
        }
        let spread = try #require(try refusal("{\n  \"_id\": \"a\",\n  \"name\": \"Ann\"\n}\n", as: name))
        #expect(spread.contains("jq -c . \(name) > v.lines.jsonl"), "\(spread)")
    }

    @Test(arguments: [
        "sep=;\n_id;name\na;Ann\n", "Visitors of 2024\n\n_id,name\na,Ann\n",
        "#TYPE Selected.Object\n\"_id\",\"name\"\na,Ann\n",
        "\"sep=,\"\r\n_id,name\r\na,Ann\r\n", "_id|name\na|Ann\n", "a \"title\"\n_id\tname\na\tAnn\n",
    ])
    func `What stands before the names of the columns is passed over`(text: String) throws {
        try withFile(Array(text.utf8), name: "v.csv") { path in
            var reader = try VisitorFileReader(.file(path))
            #expect(try reader.next() == .visitor(VisitorProfile(id: VisitorID("a"), name: "Ann")))
            #expect(try reader.next() == nil)
        }
    }

    @Test func `Without an id among the first lines the first of them is told`() throws {
        let lines = (1...30).map { "n\($0),m" } + ["_id,name"]
        let sentence = try #require(try refusal(lines.joined(separator: "\n"), as: "v.csv"))
        #expect(sentence.contains("“n1”"), "\(sentence)")
    }

    @Test func `Lines that are not UTF-8 are counted`() throws {
        try withFile(Array("_id,name\na,".utf8) + [0xFC] + Array("\nb,Ann\n".utf8), name: "v.csv") { path in
            var reader = try VisitorFileReader(.file(path))
            while try reader.next() != nil {}
            #expect(reader.notes.notUTF8.first == [2])
        }
    }

    @Test func `JSON under the name of CSV, and CSV under the name of JSON, are told`() throws {
        let lines = try refusal(#"{"_id":"a"}"# + "\n" + #"{"_id":"b"}"#, as: "v.csv")
        #expect(lines?.contains("Add --format jsonl.") == true, "\(lines ?? "")")
        let csv = try refusal("_id,name\na,Ann\n", as: "v.jsonl")
        #expect(csv?.contains("Add --format csv.") == true, "\(csv ?? "")")
    }

    @Test func `Objects of which none has an id are refused once, with their keys and what to do`() throws {
        let lines = (0..<20).map { #"{"customer id":"c\#($0)","mail":"a@x.y"}"# }.joined(separator: "\n")
        let sentence = try #require(try refusal(lines, as: "v.jsonl"))
        #expect(sentence.contains("have no key for the id of a visitor (_id, id or visitor_id)"), "\(sentence)")
        #expect(sentence.contains("Their keys are “customer id”, “mail”."), "\(sentence)")
        #expect(sentence.contains(#"jq -c '._id = .["customer id"]' v.jsonl > v.lines.jsonl"#), "\(sentence)")
        let one = "{\"name\":\"x\"}\n{\"_id\":\"a\"}"
        #expect(try refusal(one, as: "v.jsonl") == nil, "one line without an id is a bad line")
    }

    @Test func `The answer of a server that was saved is refused with the command that makes lines of it`() throws {
        let sentence = try #require(
            try refusal(#"{"visitors":[{"_id":"a"},{"_id":"b"}],"count":2,"success":true}"#, as: "v.json"))
        #expect(sentence.contains("“visitors” holds objects, and one of them a line is wanted."), "\(sentence)")
        #expect(sentence.contains("jq -c '.visitors[]' v.json > v.lines.jsonl"), "\(sentence)")
    }
}
