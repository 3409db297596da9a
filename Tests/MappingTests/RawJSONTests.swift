import FoundationEssentials
import Testing

@testable import Mapping

@Suite struct RawJSONTests {
    /// Any JSON value, as the library decodes it.
    private indirect enum Value: Decodable, Equatable {
        case null
        case truth(Bool)
        case number(Double)
        case string(String)
        case array([Value])
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let value = try? container.decode(Bool.self) {
                self = .truth(value)
            } else if let value = try? container.decode(Double.self) {
                self = .number(value)
            } else if let value = try? container.decode(String.self) {
                self = .string(value)
            } else if let value = try? container.decode([Value].self) {
                self = .array(value)
            } else {
                self = .object(try container.decode([String: Value].self))
            }
        }

        init(_ slice: RawJSON) throws {
            switch slice.kind {
            case .null: self = .null
            case .truth: self = .truth(try slice.text() == "true")
            case .number: self = .number(Double(try slice.text()) ?? .nan)
            case .string: self = .string(try slice.text())
            case .array:
                var values: [Value] = []
                try slice.forEachElement { (element) throws(RawJSON.Flaw) in
                    values.append((try? Value(element)) ?? .null)
                }
                self = .array(values)
            case .object:
                var members: [String: Value] = [:]
                try slice.forEachMember { (key, value) throws(RawJSON.Flaw) in
                    members[String(decoding: key, as: UTF8.self)] = (try? Value(value)) ?? .null
                }
                self = .object(members)
            }
        }
    }

    @Test(arguments: [
        "null", "true", "-12.5e+3", #""""#, #""a\"b\\""#, "[]", "[ ]", "{}", "{ }", "[1,2]", " [ 1 , [ ] , { } ] ",
        #"{"a":1,"b":[true,false,null],"c":{"d":"e","f":[[],[{}]]}}"#, #"{ "a" : "}" , "b" : "]," }"#,
        #"{"\u0061":"\ud83d\ude42","ü":"🙂"}"#, "\t{\"a\"\t:\n1}\r",
    ])
    func `A value is taken apart as the library takes it apart`(text: String) throws {
        let bytes = Array(text.utf8)
        let expected = try JSONDecoder().decode(Value.self, from: Data(bytes))
        guard !text.contains(#""\u0061""#) else {
            // Escapes in keys are left as they are.
            let value = try Value(RawJSON(bytes[...]))
            #expect(value == .object(["\\u0061": .string("🙂"), "ü": .string("🙂")]))
            return
        }
        #expect(try Value(RawJSON(bytes[...])) == expected)
    }

    /// Places in the middle of a larger array are counted right.
    @Test func `A slice is read where it stands`() throws {
        let bytes = Array(#"xxx{"a":["b"]}yyy"#.utf8)
        #expect(try Value(RawJSON(bytes[3..<14])) == .object(["a": .array([.string("b")])]))
    }

    @Test func `Whatever bytes come, reading ends and never goes beyond them`() {
        let alphabet = Array(#"{}[]",:\ tfn019.ab"#.utf8)
        var state: UInt64 = 42
        for length in 1...24 {
            for _ in 0..<400 {
                let bytes = (0..<length).map { _ -> UInt8 in
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return alphabet[Int(state >> 33) % alphabet.count]
                }
                let isJSON = (try? JSONDecoder().decode(Value.self, from: Data(bytes))) != nil
                let isRead = (try? Value(RawJSON(bytes[...]))) != nil
                #expect(isRead || !isJSON, "\(String(decoding: bytes, as: UTF8.self)) is JSON and was refused")
            }
        }
    }
}
