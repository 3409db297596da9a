import FoundationEssentials
import Testing

@testable import Sandbox

@Suite struct SeedTests {
    private func seed(_ text: String) throws -> Seed {
        try Seed(json: Data(text.utf8))
    }

    @Test func `A seed needs ids only`() throws {
        let seed = try seed(#"{"visitors":[{"_id":"v"}],"rooms":[{"_id":"r","visitorId":"v"}]}"#)
        let workspace = Workspace(seed)
        let room = try #require(workspace.rooms["r"])
        #expect(room.type == .livechat)
        #expect(!room.isOpen)
        #expect(room.visitor?.token == workspace.visitors["v"]?.token)
        #expect(workspace.visitors["v"]?.isDisabled == false)
    }

    @Test func `A seed in the form of the specification keeps what it says`() throws {
        let seed = try seed(
            """
            {"visitors":[{"_id":"66f0","username":"guest-1","token":"tok-1","disabled":false}],
             "rooms":[{"_id":"Rm9x","t":"l","open":true,"visitorId":"66f0","servedBy":"agt","departmentId":null,\
            "fname":"Ann","ts":"2024-03-30T16:40:48.026Z"}]}
            """
        )
        let room = try #require(Workspace(seed).rooms["Rm9x"]).json
        #expect(room["ts"] == "2024-03-30T16:40:48.026Z")
        #expect(room["v"]?["token"] == "tok-1")
        #expect(room["servedBy"]?["username"] == "agt")
        #expect(room["fname"] == "Ann")
        #expect(room["departmentId"] == nil)
    }

    @Test(arguments: [
        ("", "is not valid JSON."), ("[]", "one JSON object, such as {"),
        (#"{"rooms":[{}]}"#, "rooms[0]._id is missing"),
        (#"{"rooms":[{"_id":""}]}"#, "rooms[0]._id is empty"),
        (#"{"rooms":[{"_id":"r"},{"_id":"r"}]}"#, "rooms[1]._id \"r\" is there twice"),
        (#"{"visitors":[{"_id":"v"},{"_id":"v"}]}"#, "visitors[1]._id \"v\" is there twice"),
        (#"{"rooms":[{"_id":"r","t":"x"}]}"#, "rooms[0].t"), (#"{"rooms":[{"_id":"r","open":1}]}"#, "rooms[0].open"),
        (#"{"rooms":[{"_id":"r","visitorID":"v"}]}"#, "rooms[0].visitorID: unknown key"),
        (#"{"room":[]}"#, "room: unknown key; known keys: visitors, rooms"),
        (#"{"rooms":[{"_id":"r","t":"c","visitorId":"v"}]}"#, "a channel (t = c) has no visitor"),
        (#"{"rooms":[{"_id":"r","servedBy":"bob"}]}"#, "\"bob\" is none of adm, mgr, agt, mon, usr"),
        (#"{"rooms":[{"_id":"r","ts":"yesterday"}]}"#, "rooms[0].ts \"yesterday\" is not a date"),
        (#"{"visitors":[{"_id":"v","lastChat":"x"}]}"#, "visitors[0].lastChat \"x\" is not a date"),
    ])
    func `A bad seed names what is wrong`(_ text: String, _ hint: String) {
        let error = #expect(throws: SandboxError.self) { try seed(text) }
        #expect(error?.description.contains(hint) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("..") == false, "\(error?.description ?? "")")
    }

    @Test func `A missing file is named`() {
        let error = #expect(throws: SandboxError.self) { try Seed(contentsOf: "/nowhere/seed.json") }
        #expect(error?.description.contains("/nowhere/seed.json") == true)
    }

    @Test func `A seed survives being written and read`() throws {
        let again = try Seed(json: try JSONEncoder().encode(Seed.tests))
        #expect(Workspace(again).owners == Workspace(.tests).owners)
    }

    @Test func `The demo workspace is sound and has duplicates of each kind`() throws {
        let demo = Seed.demo
        try demo.validate()
        #expect(demo.visitors.count >= 20)
        #expect(demo.rooms.count >= 40)
        let emails = demo.visitors.flatMap(\.emails)
        #expect(Set(emails.map { $0.lowercased() }).count < Set(emails).count)
        let phones = demo.visitors.flatMap(\.phones)
        #expect(Set(phones).count < phones.count)
        #expect(Set(demo.rooms.map(\.open)) == [true, false])
    }

    @Test(arguments: [(#"{"_id":1}"#, 1), (#"{"ts":1,"_id":1}"#, 1), (#"{"ts":-1}"#, -1)])
    func `Visitors in pages come once each and in the order asked for`(_ sort: String, _ direction: Int) throws {
        let visitors = (0..<2000).map { Seed.Visitor(id: "visitor-\($0 + 1000)", disabled: $0 % 10 == 9) }
        var workspace = Workspace(Seed(visitors: visitors, rooms: []))
        var ids: [String] = []
        for offset in stride(from: 0, to: 1800, by: 100) {
            let query: JSON = ["count": "100", "offset": .string(String(offset)), "sort": .string(sort)]
            let page = workspace.visitors(try Page(query: query), where: nil)
            ids += page.elements.compactMap { $0["_id"]?.string }
            #expect(page.elements.count == 100 && page.total == 1800)
        }
        let listed = visitors.filter { !$0.disabled }.map(\.id)
        #expect(ids == (direction > 0 ? listed : listed.reversed()))
    }

    @Test func `A sweep in pages sees every room once`() throws {
        let rooms = (0..<20_000).map { Seed.Room(id: "room-\($0)", visitorID: "visitor-\($0 % 1000)") }
        var workspace = Workspace(Seed(visitors: [], rooms: rooms))
        var seen: Set<String> = []
        for offset in stride(from: 0, to: 20_000, by: 100) {
            let query: JSON = ["count": "100", "offset": .string(String(offset)), "sort": #"{"ts":1}"#]
            let page = workspace.rooms(try Page(query: query), where: nil)
            seen.formUnion(page.elements.compactMap { $0["_id"]?.string })
            #expect(page.elements.count == 100 && page.total == 20_000)
        }
        #expect(seen.count == 20_000)
        #expect(workspace.rooms(try Page(query: [:]), of: "visitor-7").total == 20)
    }
}
