import DequeModule

/// The newest requests, as many as there is room for: anybody on this machine can send some, without a login too.
struct RequestLog: Sendable {
    private(set) var records: Deque<RequestRecord> = []
    /// How many older ones had to go.
    private(set) var dropped = 0
    private var size = 0
    private let greatestSize: Int

    /// `greatestSize` is in bytes, about: 64 MiB are some 200,000 requests.
    init(greatestSize: Int = 64 << 20) {
        self.greatestSize = greatestSize
    }

    /// - Returns: the number of the request, for ``change(_:_:)``.
    mutating func append(_ record: RequestRecord) -> Int {
        records.append(record)
        size += record.size
        while size > greatestSize, let oldest = records.popFirst() {
            size -= oldest.size
            dropped += 1
        }
        return dropped + records.count - 1
    }

    /// Completes a record, if it is still there.
    mutating func change(_ number: Int, _ change: (inout RequestRecord) -> Void) {
        let index = number - dropped
        guard records.indices.contains(index) else { return }
        size -= records[index].size
        change(&records[index])
        size += records[index].size
    }
}

extension RequestRecord {
    /// About how much memory it takes.
    fileprivate var size: Int {
        let texts = [method, path, route, rid, oldVisitorID, newVisitorID, userID]
        return 256 + texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) }
            + query.reduce(0) { $0 + 64 + $1.key.utf8.count + $1.value.utf8.count }
    }
}
