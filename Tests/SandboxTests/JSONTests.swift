import Testing

@testable import Sandbox

@Suite struct JSONTests {
    @Test(arguments: [
        #"{"b":1,"a":[true,false,null,-2,0.5],"c":{"":"x"}}"#, "[]", "{}", #""\"\\\b\f\n\r\t\u0001é""#, "\"a/b\"",
    ])
    func `JSON comes out as it went in`(_ text: String) throws {
        #expect(String(decoding: try JSONParser.parse(text.utf8).bytes, as: UTF8.self) == text)
    }

    @Test(arguments: [
        (#""\u00e9\ud83d\ude00\/""#, "é😀/"), (#""\ud83d""#, "\u{FFFD}"), (#""\ud83dx""#, "\u{FFFD}x"),
    ])
    func `Escapes are resolved`(_ text: String, _ expected: String) throws {
        #expect(try JSONParser.parse(text.utf8) == .string(expected))
    }

    @Test(arguments: [
        ("", "Unexpected end of JSON input"), ("{", "Unexpected end of JSON input"),
        ("nope", "Unexpected token o in JSON at position 1"), ("[1,]", "Unexpected token ] in JSON at position 3"),
        ("{\"a\" 1}", "Unexpected token 1 in JSON at position 5"), ("01", "Unexpected token 1 in JSON at position 1"),
        ("1.", "Unexpected end of JSON input"), ("{} x", "Unexpected token x in JSON at position 3"),
        ("\"a", "Unexpected end of JSON input"), ("\"\\x\"", "Unexpected token x in JSON at position 2"),
        ("{a:1}", "Unexpected token a in JSON at position 1"), ("'a'", "Unexpected token ' in JSON at position 0"),
    ])
    func `What is not JSON is refused in the server's words`(_ text: String, _ message: String) {
        let error = #expect(throws: JSONParser.Malformed.self) { try JSONParser.parse(text.utf8) }
        #expect(error?.description == message)
    }

    @Test func `Deep nesting is refused instead of ending the process`() {
        let text = String(repeating: "[", count: 100_000)
        #expect(throws: JSONParser.Malformed.self) { try JSONParser.parse(text.utf8) }
    }

    @Test func `The last of two equal keys counts`() throws {
        #expect(try JSONParser.parse(#"{"a":1,"a":2}"#.utf8)["a"] == 2)
    }

    @Test(arguments: [
        ("a=1&b=x%20y+z%2B", #"{"a":"1","b":"x y z+"}"#), ("a[]=1", #"{"a":["1"]}"#), ("a=1&a=2", #"{"a":["1","2"]}"#),
        ("a", #"{"a":""}"#), ("a=%zz%4", #"{"a":"%zz%4"}"#), ("a%5B%5D=1&a[]=2", #"{"a":["1","2"]}"#), ("", "{}"),
    ])
    func `Forms and queries become objects`(_ text: String, _ json: String) {
        #expect(String(decoding: FormParser.parse(Substring(text)).bytes, as: UTF8.self) == json)
    }

    @Test func `Gzip has the checksum and length of what it wraps`() {
        let wrapped = Gzip.wrap(Array("123456789".utf8))
        // The well-known CRC-32 of these nine digits, then their number.
        #expect(wrapped.suffix(8) == [0x26, 0x39, 0xF4, 0xCB, 9, 0, 0, 0])
        #expect(Gzip.wrap([UInt8](repeating: 7, count: 70_000)).count == 70_000 + 18 + 2 * 5)
    }
}
