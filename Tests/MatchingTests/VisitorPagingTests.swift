import Model
import RocketChat
import TestSupport
import Testing

@testable import Matching

@Suite struct VisitorPagingTests {
    private static func ids(_ numbers: some Sequence<Int>) -> [String] {
        numbers.map { "visitor-\($0 + 100_000)" }
    }

    private func known(_ file: VisitorStore, _ ids: [String]) throws -> Bool {
        let news = try file.news(of: ids.map { VisitorProfile(id: VisitorID($0)) })
        return news.isEmpty
    }

    @Test(arguments: [0, 1, 2, 99, 100, 101, 199, 200, 250, 1000])
    func `A list that stays as it is is read whole in overlapping pages`(count: Int) async throws {
        let file = try Desk().open()
        let list = ShiftingList(Self.ids(0..<count))
        try await Desk.read(list, into: file)
        #expect(try known(file, Self.ids(0..<count)))
        let state = try file.listState()
        #expect(state.isRead && state.known == count && state.total == count)
        #expect(list.pages == max((count + 97) / 99, 1))
    }

    @Test func `A server with a smaller limit is read all the same, even one visitor at a time`() async throws {
        for cap in [1, 2, 3, 50] {
            let file = try Desk().open()
            try await Desk.read(ShiftingList(Self.ids(0..<120), cap: cap), into: file)
            #expect(try known(file, Self.ids(0..<120)), "\(cap)")
        }
    }

    @Test func `Nobody is passed over when visitors before the page go away`() async throws {
        let file = try Desk().open()
        let list = ShiftingList(Self.ids(0..<1000))
        list.beforePage { page, ids in
            // Everybody who was read so far, and a few more: the overlap is of no use.
            if page == 4 { ids.removeFirst(450) }
        }
        try await Desk.read(list, into: file)
        #expect(try known(file, Self.ids(450..<1000)))
        #expect(try !known(file, Self.ids(400..<450)), "they were gone before anybody asked")
        #expect(try file.listState().total == 550)
    }

    @Test func `Who comes while the list is read is met if he comes behind the page, and missing otherwise`()
        async throws
    {
        let file = try Desk().open()
        let list = ShiftingList(Self.ids(stride(from: 0, to: 1000, by: 2)))
        list.beforePage { page, ids in
            if page == 3 {
                ids += Self.ids(stride(from: 1, to: 100, by: 2)) + Self.ids(stride(from: 901, to: 1000, by: 2))
            }
        }
        try await Desk.read(list, into: file)
        #expect(try known(file, Self.ids(stride(from: 0, to: 1000, by: 2))))
        let state = try file.listState()
        #expect(state.total == 600 && state.known == 550)
        #expect(try file.group(GroupingRules()).missing == 50)
    }

    @Test func `A reading goes on behind however many came since it was interrupted`() async throws {
        let file = try Desk().open()
        let first = await ShiftingList(Self.ids(1000..<1300)).visitors(in: .byID, offset: 0, count: 100)
        guard case .success(let page) = first.meaning else {
            Issue.record("\(first.meaning)")
            return
        }
        try file.take(page.visitors, nextOffset: 99, total: 300, isRead: false, order: .byID)
        // As many as were known push everybody back: pages of nobody new are no circle.
        let list = ShiftingList(Self.ids(0..<1300), cap: 3)
        list.beforePage { page, ids in if page < 30 { ids += Self.ids(2000 + page..<2001 + page) } }
        try await Desk.read(list, into: file)
        #expect(try known(file, Self.ids(1000..<1300)))
    }

    @Test(arguments: 1...30)
    func `Whoever is there from beginning to end is read, whatever happens to the others`(seed: Int) async throws {
        let file = try Desk().open()
        let stayers = Set(Self.ids(stride(from: 0, to: 600, by: 3)))
        let list = ShiftingList(Self.ids(0..<600), cap: [100, 7, 2][seed % 3])
        list.beforePage { page, ids in
            guard page < 200 else { return }
            var random = SeededGenerator(seed: UInt64(seed * 1000 + page))
            // Bursts of up to a third of the list, one way or the other.
            let goers = ids.filter { !stayers.contains($0) }.shuffled(using: &random)
                .prefix(Int.random(in: 0..<(page % 5 == 0 ? 200 : 3), using: &random))
            let gone = Set(goers)
            ids.removeAll { gone.contains($0) }
            for _ in 0..<Int.random(in: 0..<4, using: &random) {
                let place = Int.random(in: 100_000..<100_700, using: &random)
                ids.append("visitor-\(place)-new\(Int.random(in: 0..<1_000_000, using: &random))")
            }
        }
        try await Desk.read(list, into: file)
        #expect(try known(file, Array(stayers)))
    }

    @Test func `A server that sends the same page again and again is not read for ever`() async throws {
        struct Stuck: VisitorLister {
            func visitors(in order: VisitorOrder, offset: Int, count: Int) async -> Reply<VisitorPage> {
                let visitors = (0..<100).map { VisitorProfile(id: VisitorID("v\($0)")) }
                return Reply(
                    meaning: .success(VisitorPage(visitors: visitors, offset: offset, total: 1_000_000)), status: 200)
            }
        }
        let file = try Desk().open()
        let stop = await #expect(throws: Stop.self) { try await Desk.read(Stuck(), into: file) }
        #expect(stop?.reason == .notRocketChat)
    }

    @Test func `A list whose end is never there is not read for ever either`() async throws {
        /// Claims a thousand visitors and has one page of them, or none.
        struct Hollow: VisitorLister {
            var rows: Int

            func visitors(in order: VisitorOrder, offset: Int, count: Int) async -> Reply<VisitorPage> {
                let rows = offset == 0 ? (0..<rows).map { VisitorProfile(id: VisitorID("v\($0)")) } : []
                return Reply(meaning: .success(VisitorPage(visitors: rows, offset: offset, total: 1000)), status: 200)
            }
        }
        let empty = try Desk().open()
        try await Desk.read(Hollow(rows: 0), into: empty)
        #expect(try empty.group(GroupingRules()).missing == 1000)
        let file = try Desk().open()
        let stop = await #expect(throws: Stop.self) { try await Desk.read(Hollow(rows: 100), into: file) }
        #expect(stop?.reason == .notRocketChat)
    }
}
