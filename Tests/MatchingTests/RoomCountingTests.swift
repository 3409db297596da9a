import Migration
import Model
import RocketChat
import Synchronization
import TestSupport
import Testing

@testable import Matching

@Suite struct RoomCountingTests {
    /// Rooms by visitor, as the two routes that tell of them show them.
    private final class Rooms: RoomFinder {
        private let rooms: [Room]
        private let state = Mutex((lists: 0, histories: 0))
        /// The list that is asked for the page with that number fails once.
        private let interruptedAt: Int?

        init(_ counts: [String: Int], interruptedAt: Int? = nil) {
            rooms = counts.sorted { $0.key < $1.key }.flatMap { visitor, count in
                (0..<count).map { Room(id: RoomID("\(visitor)-\($0)"), visitor: VisitorID(visitor)) }
            }
            self.interruptedAt = interruptedAt
        }

        var calls: (lists: Int, histories: Int) { state.withLock { $0 } }

        func history(of visitor: VisitorID, anchor: RoomID, offset: Int, count: Int) async -> Reply<RoomPage> {
            state.withLock { $0.histories += 1 }
            let total = rooms.count { $0.visitor == visitor }
            return Reply(meaning: .success(RoomPage(rooms: [], offset: offset, total: total)), status: 200)
        }

        func rooms(offset: Int, count: Int) async -> Reply<RoomPage> {
            let call = state.withLock { state in
                state.lists += 1
                return state.lists
            }
            if call == interruptedAt {
                return Reply(meaning: .stop(Stop(.credentialsRejected, "revoked")), status: 401)
            }
            let page = RoomPage(
                rooms: Array(rooms.dropFirst(offset).prefix(count)), offset: offset, total: rooms.count)
            return Reply(meaning: .success(page), status: 200)
        }
    }

    /// A file with groups of two visitors each: `a0` and `b0`, `a1` and `b1` and so on.
    private func file(groups: Int) throws -> (Desk, VisitorStore) {
        let desk = try Desk()
        let file = try desk.open(.mostRooms)
        let visitors = (0..<groups).flatMap { group in
            ["a\(group)", "b\(group)"].map { VisitorProfile(id: VisitorID($0), emails: ["\(group)@x.y"]) }
        }
        let single = VisitorProfile(id: VisitorID("single"), emails: ["single@x.y"])
        try file.take(visitors + [single], nextOffset: 0, total: visitors.count + 1, isRead: true, order: .byID)
        _ = try file.group(GroupingRules())
        return (desk, file)
    }

    private func count(_ rooms: Rooms, in file: VisitorStore) async throws -> [String] {
        var sentences: [String] = []
        let counting = RoomCounting(api: rooms, asker: Desk.asker, board: ProgressBoard())
        let isCounted = try await counting.count(in: file, upTo: 10) { sentences.append($0) }
        #expect(isCounted)
        return sentences
    }

    private func kept(_ file: VisitorStore) throws -> [String] {
        var kept: [String] = []
        try file.forEachGroup(upTo: 10, keep: .mostRooms) { kept.append($0.kept?.id.rawValue ?? "") }
        return kept
    }

    @Test func `With few visitors each is asked about, and only those of groups`() async throws {
        let (_, file) = try self.file(groups: 2)
        let rooms = Rooms(["a0": 1, "b0": 2, "a1": 3, "single": 900])
        let sentences = try await count(rooms, in: file)
        #expect(sentences == ["--keep most-rooms: counting the rooms of 4 visitors, one call each."])
        #expect(rooms.calls == (1, 4))
        #expect(try kept(file) == ["b0", "a1"])
        #expect(try await count(rooms, in: file) == [], "what is counted is not counted again")
    }

    @Test func `With many visitors the list of all rooms is cheaper`() async throws {
        let (_, file) = try self.file(groups: 50)
        var counts = Dictionary(uniqueKeysWithValues: (0..<50).map { ("a\($0)", 3) })
        counts["b7"] = 4
        counts["somebody"] = 100
        let rooms = Rooms(counts)
        let sentences = try await count(rooms, in: file)
        #expect(
            sentences == [
                "--keep most-rooms: counting the rooms of 100 visitors in the list of all 254 rooms, about 3 calls."
            ])
        #expect(rooms.calls == (4, 0))
        #expect(try kept(file) == (0..<50).map { $0 == 7 ? "b7" : "a\($0)" })
    }

    @Test func `A count that is interrupted goes on, and counts nothing twice`() async throws {
        let (_, file) = try self.file(groups: 50)
        let counts = ["a0": 120, "b0": 130, "a1": 100, "b1": 99]
        await #expect(throws: Stop.self) { try await count(Rooms(counts, interruptedAt: 4), in: file) }
        #expect(try file.roomOffset() == 198)
        let rooms = Rooms(counts)
        _ = try await count(rooms, in: file)
        #expect(rooms.calls.lists == 4)
        var kept: [Int?] = []
        try file.forEachGroup(upTo: 10, keep: .mostRooms) { kept.append($0.kept?.rooms) }
        #expect(Array(kept.prefix(3)) == [130, 100, 0])
    }

    @Test func `A count in which everybody was met once is not finished`() async throws {
        let (_, file) = try self.file(groups: 2)
        let counts = ["a0": 40, "a1": 20, "b0": 30, "b1": 130]
        await #expect(throws: Stop.self) { try await count(Rooms(counts, interruptedAt: 3), in: file) }
        _ = try await count(Rooms(counts), in: file)
        #expect(try kept(file) == ["a0", "b1"])
        let again = Rooms(counts)
        #expect(try await count(again, in: file) == [] && again.calls == (0, 0))
    }

    @Test func `Where there are no rooms nobody has any`() async throws {
        let (_, file) = try self.file(groups: 1)
        _ = try await count(Rooms([:]), in: file)
        #expect(try kept(file) == ["a0"])
    }
}
