import FoundationEssentials
import Model
import TestSupport
import Testing

@testable import RocketChat

/// What the quick reader of rooms says, the decoder says as well.
struct RoomOutlineTests {
    private static let usual = """
        {"room":{"_id":"Rm9xT2bQe7LkVdP4s","t":"l","msgs":12,"ts":"2024-05-02T14:40:00.000Z","open":true,\
        "fname":"Zoë \\"Z\\" Öst\\n","lm":"2024-05-02T14:46:00.001Z","usersCount":-1.5e+2,"tags":[],"cl":null,\
        "v":{"_id":"66f0a1c2","username":"guest-7","token":"secret","activity":["2024-05"],"status":"online"},\
        "servedBy":{"_id":"agent","ts":"x"},"_updatedAt":"2024-05-02T14:47:45.855Z"},"success":true}
        """

    private func decoded(_ body: Data) -> Room? {
        ReplyBody.decode(RoomBody.self, from: body)?.room.room
    }

    /// A doubt is always allowed, another answer than the decoder's never.
    private func agrees(_ bytes: some Collection<UInt8>) -> Bool {
        let body = Data(bytes)
        guard let room = RoomOutline.room(in: body) else { return true }
        return room == decoded(body)
    }

    @Test(arguments: [
        usual, usual.replacing("\"open\":true,", with: ""), usual.replacing("true", with: "false"),
        usual.replacing("\":", with: "\" :\n\t"), #" { "room" : { "_id" : "a" } } "#,
        #"{"success":true,"room":{"_id":""}}"#,
        usual.replacing("2024-05-02", with: "2024-12-30"), usual.replacing("2024-05-02", with: "1970-01-01"),
    ])
    func `The answers of servers are read without a decoder`(text: String) throws {
        let body = Data(text.utf8)
        let room = try #require(RoomOutline.room(in: body))
        #expect(room == decoded(body))
    }

    @Test(arguments: [
        #"{"room":{"_id":"a","_id":"b"}}"#, #"{"room":{"_id":"a"},"room":{"_id":"b"}}"#, #"{"room":{"_id":"\u0061"}}"#,
        #"{"room":{"\u005fid":"a"}}"#, #"{"room":{"_id":1}}"#, #"{"room":{"_id":"a","v":null}}"#,
        #"{"room":{"_id":"a","v":{"_id":"b","_id":"c"}}}"#, #"{"room":{"_id":"a","open":1}}"#, #"{"room":{"_id":"ä"}}"#,
        #"{"room":{"_id":"a","v":{"username":"b"}}}"#, #"{"room":{"_id":"a","ts":"2024-02-30T00:00:00.000Z"}}"#,
        #"{"room":{"_id":"a","ts":"2024-02-01"}}"#, #"{"room":{"_id":"a","x":"\ud800"}}"#, #"{"room":[]}"#, "", "[]",
        #"{"room":{"_id":"a"}} x"#, #"{"room":{"_id":"a"},}"#, #"{"room":{"_id":"a","x":01}}"#, #"{"room":{}}"#,
        #"{"room":{"_id":"a"}"#, #"{"room":{"_id":"a","x":[1,]}}"#, "\u{FEFF}{\"room\":{\"_id\":\"a\"}}",
        #"{"room":{"_id":"a","x":"# + String(repeating: "[", count: 40) + String(repeating: "]", count: 40) + "}}",
    ])
    func `What is unusual is left to the decoder`(text: String) {
        #expect(RoomOutline.room(in: Data(text.utf8)) == nil)
    }

    @Test func `Texts that are no UTF-8 are left to the decoder`() {
        #expect(
            RoomOutline.room(in: Data(#"{"room":{"_id":"a","x":""#.utf8 + [0xC3, 0x28] + Array(#""}}"#.utf8))) == nil)
    }

    @Test func `A cut answer is no room`() {
        let bytes = Array(Self.usual.utf8)
        #expect(bytes.indices.allSatisfy { RoomOutline.room(in: Data(bytes[..<$0])) == nil })
    }

    /// Every byte is replaced by each of these, taken away, and doubled.
    @Test(arguments: Array("\"\\{}[],:0 -\u{0}\n\u{7F}tx".utf8) + [0x80, 0xFF])
    func `A changed byte makes no difference to what the decoder would say`(byte: UInt8) {
        let bytes = Array(Self.usual.utf8)
        for index in bytes.indices {
            var changed = bytes
            changed[index] = byte
            #expect(agrees(changed))
            changed.insert(bytes[index], at: index)
            #expect(agrees(changed))
            changed.removeSubrange(index...index + 1)
            #expect(agrees(changed))
        }
    }

    @Test func `Mixed-up answers make no difference to what the decoder would say`() {
        var dice = SeededGenerator(seed: 11)
        let pieces = [
            "{", "}", "[", "]", ":", ",", " ", "\"_id\"", "\"v\"", "\"room\"", "\"open\"", "\"t\"", "\"ts\"", "\"a\"",
            "true", "null", "1", "\"2024-05-02T14:40:00.000Z\"", "\"\\u00e4\"", "\"ä\"", "{\"_id\":\"a\"}",
            "\"room\":{\"_id\":\"a\"",
        ]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...8, using: &dice)
            let middle = (0..<count).compactMap { _ in pieces.randomElement(using: &dice) }.joined()
            #expect(agrees("{\"room\":{\"_id\":\"a\",\(middle)}}".utf8))
        }
    }
}
