extension Sequence where Element: Sendable {
    /// Calls `body` for every element, for at most `limit` of them at a time, and `take` with each result as it comes.
    ///
    /// The first error ends it and cancels what is under way; so does a `take` that returns false.
    ///
    /// - Returns: false if `take` ended it.
    func forEachConcurrently<Result: Sendable>(
        limit: Int, _ body: @escaping @Sendable (Element) async throws -> Result, take: (Result) throws -> Bool
    ) async throws -> Bool {
        precondition(limit >= 1, "Work needs room for at least one at a time")
        return try await withThrowingTaskGroup(of: Result.self) { group in
            var rest = makeIterator()
            for _ in 0..<limit {
                guard let element = rest.next() else { break }
                group.addTask { try await body(element) }
            }
            while let result = try await group.next() {
                guard try take(result) else {
                    group.cancelAll()
                    return false
                }
                if let element = rest.next() { group.addTask { try await body(element) } }
            }
            return true
        }
    }
}
