/// Lets everybody through when the last has come.
actor Gate {
    private var missing: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(count: Int) {
        missing = count
    }

    func arrive() async {
        missing -= 1
        guard missing == 0 else {
            await withCheckedContinuation { waiting.append($0) }
            return
        }
        for continuation in waiting {
            continuation.resume()
        }
    }
}
