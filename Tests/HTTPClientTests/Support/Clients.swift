import FoundationEssentials
import TestSupport

@testable import HTTPClient

extension Origin {
    init(_ url: String) throws {
        let parts = try URLComponents(string: url) ?? { throw CocoaError(.formatting) }()
        let isEncrypted = parts.scheme == "https"
        self.init(isEncrypted: isEncrypted, host: parts.host ?? "", port: parts.port ?? (isEncrypted ? 443 : 80))
    }
}

extension HTTPRequest {
    /// One that changes something, and one that does not.
    static let put = HTTPRequest(
        .put, "/door", content: Content(Array("open".utf8), type: "text/plain"), bodyLimit: 1 << 20)
    static let get = HTTPRequest(.get, "/door", bodyLimit: 1 << 20)
}

extension HTTPResult {
    /// The status of a whole answer, or why there is none and whether the request may have left.
    var outline: String {
        guard let failure else { return head.map { "status \($0.status)" } ?? "no head" }
        return (sentAt == nil ? "not sent, " : "sent, ") + "\(failure)"
    }
}

extension OriginClient {
    /// A client with its pool, which the test has to close; `shared` is the pool of another client.
    static func pooled(
        _ url: String, limit: Int = 8, longestIdleness: Duration = .seconds(600), timeout: Duration = .seconds(60),
        proxy: String? = nil, caFile: CAFile? = nil, over shared: ConnectionPool? = nil
    ) throws -> (client: OriginClient, pool: ConnectionPool) {
        let origin = try Origin(url)
        let options = ClientOptions(concurrency: limit, timeout: timeout, caFile: caFile, proxy: proxy)
        let pool =
            try shared
            ?? ConnectionPool(Connector(to: origin, options), limit: limit, longestIdleness: longestIdleness)
        return (try OriginClient(over: pool, to: origin, fields: [], options: options), pool)
    }
}

/// A client of the server at `url`, whose connections stay in use however slow the machine is.
func withClient<Result>(
    _ url: String, timeout: Duration = .seconds(60), proxy: String? = nil, caFile: String? = nil,
    _ body: (OriginClient) async throws -> Result
) async throws -> Result {
    let file = try caFile.map { CAFile(path: $0, bytes: try Array(Data(contentsOf: URL(filePath: $0)))) }
    let (client, pool) = try OriginClient.pooled(url, timeout: timeout, proxy: proxy, caFile: file)
    let result: Swift.Result<Result, any Error>
    do {
        result = .success(try await body(client))
    } catch {
        result = .failure(error)
    }
    await pool.close()
    return try result.get()
}
