import Journal
import Report
import Testing

/// When an estimate was wrong, and what is said of it.
@Suite struct CallDifferenceTests {
    private func difference(
        _ endpoint: String, _ made: Int, of estimated: Int?, refused: Int = 0, isReading: Bool = true,
        isFinished: Bool = true, unmoved: Int = 0
    ) -> String? {
        CallDifference(
            EndpointCalls(endpoint: endpoint, made: made, refused: refused, estimated: estimated),
            ofReading: isReading, isFinished: isFinished, unmoved: unmoved)?.sentence
    }

    @Test func `An estimate that was right to a tenth, or to one call, is not worth a word`() {
        #expect(difference("livechat/rooms", 220, of: 200) == nil)
        #expect(difference("livechat/rooms", 180, of: 200) == nil)
        #expect(difference("livechat/rooms", 1, of: 0) == nil && difference("livechat/rooms", 2, of: 3) == nil)
        #expect(difference("livechat/rooms", 300, of: nil) == nil)
    }

    @Test func `A job that was interrupted has not made all its calls`() {
        #expect(difference("livechat/rooms", 3, of: 200, isFinished: false) == nil)
    }

    @Test func `What is known of the reason is said`() {
        #expect(
            difference("livechat/rooms", 221, of: 200)
                == "More calls of livechat/rooms than estimated, 221 instead of 200: the list changed while it was read."
        )
        #expect(
            difference("livechat/rooms", 221, of: 200, refused: 21)
                == "More calls of livechat/rooms than estimated, 221 instead of 200: the server refused 21 of them because "
                + "of its limit, and they were repeated.")
        #expect(
            difference("rooms.info", 1_200, of: 0)
                == "More calls of rooms.info than estimated, 1,200 instead of 0: the list could not settle rooms that were "
                + "open, not in it, or elsewhere than expected.")
        #expect(
            difference("livechat/room.visitor", 80, of: 100, isReading: false, unmoved: 20)
                == "Fewer calls of livechat/room.visitor than estimated, 80 instead of 100: 20 rooms did not have to be "
                + "moved, or could not be.")
        #expect(
            difference("livechat/visitors.info", 4, of: 1)
                == "More calls of livechat/visitors.info than estimated, 4 instead of 1.")
    }
}
