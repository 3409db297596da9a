/// Decides which requests the faults happen to.
///
/// A request's luck depends on its number alone, so the same requests in the same order always meet the same faults.
struct FaultSchedule: Sendable {
    fileprivate struct Entry {
        let fault: Fault
        /// Matching requests so far.
        var seen: UInt64 = 0
        /// Times it happened.
        var happened = 0
    }

    private var entries: [Entry]

    init(_ faults: [Fault]) {
        entries = faults.map { Entry(fault: $0) }
    }

    var faults: [Fault] { entries.map(\.fault) }

    /// What happens to the next request.
    mutating func draw(for route: Route?) -> FaultPlan {
        var draw = FaultPlan()
        for index in entries.indices where draw.hasRoom(for: entries[index].fault.name) {
            if entries[index].happens(on: route) { draw.add(entries[index].fault) }
        }
        return draw
    }
}

extension FaultSchedule.Entry {
    fileprivate mutating func happens(on route: Route?) -> Bool {
        guard fault.route == nil || fault.route == route, happened < fault.count ?? .max else { return false }
        seen += 1
        guard seen > fault.after, luck < fault.share else { return false }
        happened += 1
        return true
    }

    /// A number from 0 up to but not including 1, well spread over the request numbers (SplitMix64).
    private var luck: Double {
        var mixed = (seen &+ fault.name.seed) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        // The upper 53 bits are all a Double can hold.
        return Double(mixed >> 11) / Double(1 << 53 as UInt64)
    }
}

extension Fault.Name {
    /// Gives each fault its own sequence, or all would meet the same requests (FNV-1a of the name).
    fileprivate var seed: UInt64 {
        rawValue.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
    }
}
