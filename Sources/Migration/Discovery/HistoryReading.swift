import Model
import RocketChat

/// Reads histories of visitors through whichever anchor the server grants.
struct HistoryReading<API: RoomFinder>: Sendable {
    let api: API
    let asker: RetryingClient
    let anchors: Anchors

    /// One page of the rooms of a visitor, oldest first; a refusal is one by every anchor.
    ///
    /// - Returns: `nil` if the run was asked to stop meanwhile.
    /// - Throws: `Stop` when the server is no use to a history that is known to be good either.
    func page(of visitor: VisitorID, offset: Int, count: Int) async throws -> RetryingClient.Answer<RoomPage>? {
        var tried: Set<RoomID> = []
        while let anchor = anchors.first(besides: tried) {
            let answer = try await asker.askOrRefusal(.chatHistory) {
                await api.history(of: visitor, anchor: anchor, offset: offset, count: count)
            } probe: {
                await api.history(of: Probe.visitor, anchor: anchor, offset: 0, count: 1)
            }
            guard case .refused(let reason, _)? = answer else { return answer }
            guard reason.isDiscoveryRefusal else { return answer }
            tried.insert(anchor)
            if reason == .roomNotFound || reason == .roomNotAllowed { anchors.refuse(anchor) }
        }
        return .refused(.discoveryRefused, "the caller may not read histories through any room that is known")
    }
}

extension ReasonCode {
    /// The words of the server itself: another anchor may be granted.
    fileprivate var isDiscoveryRefusal: Bool {
        switch self {
        case .roomNotFound, .roomNotAllowed, .invalidRequest, .refusedByServer, .newVisitorNotFound: true
        default: false
        }
    }
}
