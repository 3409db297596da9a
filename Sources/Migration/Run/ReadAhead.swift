import Dispatch
import Mapping
import Model
import Synchronization

/// Reads a mapping on a thread of its own while the lines before are written: each is half of the work.
///
/// A class, because the two threads have it in common. What is under way is bounded, so that a mapping of any size takes
/// the same memory.
final class ReadAhead: Sendable {
    /// What comes out of a mapping, in this order.
    enum Item: Sendable {
        case lines([MappingLine])
        case end(MappingNotes, digest: String)
        case failed(MappingError)
    }

    /// Enough lines that handing them over costs nothing beside reading them.
    private static let batch = 512
    private static let depth = 4

    private struct State: ~Copyable {
        var reader: MappingReader?
        var items: [Item] = []
        /// Lines that were written: whoever made their texts lets go of them, which is cheaper than if the other did.
        var written: [[MappingLine]] = []
        var isStopped = false
    }

    private let state: Mutex<State>
    private let places = DispatchSemaphore(value: 0)
    private let ready = DispatchSemaphore(value: 0)

    /// Begins to read.
    init(_ reader: consuming MappingReader) {
        state = Mutex(State(reader: reader))
        for _ in 0..<Self.depth {
            places.signal()
        }
        DispatchQueue(label: "mapping").async { self.read() }
    }

    /// The next item; `nil` if it takes its time, for a caller who may want to stop.
    func next() -> Item? {
        guard ready.wait(timeout: .now() + .seconds(1)) == .success else { return nil }
        let item = state.withLock { $0.items.removeFirst() }
        places.signal()
        return item
    }

    /// Takes back lines that are not needed any more.
    func giveBack(_ lines: consuming [MappingLine]) {
        let lines = lines
        state.withLock { $0.written.append(lines) }
    }

    /// Reads no further than it has to.
    func stop() {
        state.withLock { $0.isStopped = true }
        places.signal()
    }

    private func read() {
        guard var reader = state.withLock({ $0.reader.take() }) else { return }
        do {
            var lines: [MappingLine] = []
            while let line = try reader.next() {
                lines.append(line)
                if lines.count == Self.batch {
                    guard hand(.lines(lines)) else { return }
                    lines = state.withLock { $0.written.popLast() } ?? []
                    lines.removeAll(keepingCapacity: true)
                }
            }
            guard lines.isEmpty || hand(.lines(lines)) else { return }
            _ = hand(.end(reader.notes, digest: reader.digest ?? ""))
        } catch {
            _ = hand(.failed(error))
        }
    }

    /// Waits until there is a place; `false` if nobody wants more.
    private func hand(_ item: Item) -> Bool {
        places.wait()
        let isWanted = state.withLock { state in
            if !state.isStopped { state.items.append(item) }
            return !state.isStopped
        }
        ready.signal()
        return isWanted
    }
}
