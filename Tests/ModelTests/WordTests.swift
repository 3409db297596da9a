import Model
import Testing

@Suite struct WordTests {
    @Test func `Every line outcome is well, left for later, or needs a person, and never two of them`() {
        for outcome in LineOutcome.allCases {
            let kinds = [outcome.isWell, outcome.isLeftForLater, outcome.needsPerson]
            #expect(kinds.filter(\.self).count == 1, "\(outcome)")
        }
        #expect(LineOutcome.allCases.filter(\.isLeftForLater) == [.deferred, .pending])
        #expect(LineOutcome.allCases.filter(\.needsPerson) == [.rejected, .conflict, .refused, .failed, .unknown])
    }

    @Test func `Only moved, already, conflict and refused are settled`() {
        #expect(OperationState.allCases.filter(\.isSettled) == [.moved, .already, .conflict, .refused])
    }

    /// Journals and shards of other machines rely on these numbers.
    @Test(arguments: [
        ("", -3_750_763_034_362_895_579), ("a", -5_808_556_873_153_909_620),
        ("Rm9xT2bQe7LkVdP4s", -1_549_796_203_576_118_570),
    ])
    func `The key of a room never changes`(room: String, key: Int64) {
        #expect(RoomID(room).key == key)
    }
}
