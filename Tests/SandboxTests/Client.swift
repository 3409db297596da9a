import AsyncHTTPClient
import FoundationEssentials
import Logging
import NIOCore
import NIOHTTP1
import Testing

@testable import Sandbox

/// What came back, with its body as text.
struct Reply: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: String

    var json: JSON {
        get throws { try JSONParser.parse(body.utf8) }
    }

    func header(_ name: String) -> String? {
        headers.first(name: name)
    }

    /// The ids of the visitors in a page of them.
    var ids: [String?] {
        get throws {
            guard case .array(let rows) = try json["visitors"] else { return [] }
            return rows.map { $0["_id"]?.string }
        }
    }
}

/// The methods the tests use; the raw value is the method itself.
enum Verb: String, Sendable {
    case GET, HEAD, PUT, POST, DELETE, OPTIONS
}

/// Calls a sandbox over a real socket.
struct Client: Sendable {
    let address: SandboxAddress

    /// Sends a request, as a user of the sandbox unless `nil`, and with the key where that is needed.
    ///
    /// An empty value in `headers` leaves that header out.
    func send(
        _ method: Verb, _ path: String, _ body: String? = nil, as username: String? = "mgr",
        type: String = "application/json", headers: [String: String] = [:]
    ) async throws -> Reply {
        var request = HTTPClientRequest(url: address.url + path)
        request.method = HTTPMethod(rawValue: method.rawValue)
        if let user = address.users.first(where: { $0.username == username }) {
            request.headers.add(name: "X-User-Id", value: user.userID)
            request.headers.add(name: "X-Auth-Token", value: user.authToken)
        }
        if path.hasPrefix("/sandbox"), let key = address.controlKey {
            request.headers.add(name: "X-Sandbox-Key", value: key)
        }
        if let body {
            request.headers.replaceOrAdd(name: "Content-Type", value: type)
            request.body = .bytes(ByteBuffer(string: body))
        }
        for (name, value) in headers {
            request.headers.remove(name: name)
            if !value.isEmpty { request.headers.add(name: name, value: value) }
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 64 * 1024 * 1024)
        return Reply(
            status: Int(response.status.code), headers: response.headers, body: String(buffer: bytes)
        )
    }

    /// A user of the sandbox.
    func user(_ username: String) throws -> SandboxUser {
        try #require(address.users.first { $0.username == username })
    }

    /// Asks for a room to be moved.
    func move(_ rid: String, _ old: String, _ new: String, as username: String? = "mgr") async throws -> Reply {
        let body: JSON = ["rid": .string(rid), "oldVisitorId": .string(old), "newVisitorId": .string(new)]
        return try await send(
            .PUT, "/api/v1/livechat/room.visitor", String(decoding: body.bytes, as: UTF8.self), as: username
        )
    }
}

extension SandboxServer {
    /// A sandbox for tests: nothing random, no waiting, no limit unless asked for.
    static func forTests(
        profile: Profile = .v6_9, seed: Seed = .tests, rateLimit: RateLimit? = nil, instances: Int = 1,
        balancing: Balancing = .calls, faults: [Fault] = [], allowsQueuePreview: Bool = false,
        hasControl: Bool = true, time: SandboxTime = .system
    ) -> SandboxServer {
        var logger = Logger(label: "sandbox")
        logger.logLevel = .critical
        return SandboxServer(
            SandboxConfiguration(
                profile: profile, seed: seed, rateLimit: rateLimit, instances: instances, balancing: balancing,
                denialDelay: .zero, faults: faults,
                allowsQueuePreview: allowsQueuePreview, hasControl: hasControl, time: time, logger: logger
            )
        )
    }

    /// Serves for a client.
    func withClient<Result: Sendable>(
        _ body: @Sendable (Client) async throws -> Result
    ) async throws -> Result {
        try await serve { try await body(Client(address: $0)) }
    }
}

extension Seed {
    /// One room of every kind that the contract tells apart.
    static let tests = Seed(
        visitors: [
            Visitor(
                id: "old", username: "guest-1", token: "tok-old", name: "Ann", emails: ["Ann@example.org"],
                phones: ["+155501"], livechatData: ["customer": "C-77"], ts: "2024-01-01T00:00:00.000Z"
            ),
            Visitor(id: "new", username: "guest-2", token: "tok-new", name: "Ann B", ts: "2024-01-02T00:00:00.000Z"),
            Visitor(id: "other", username: "guest-3", token: "tok-other", ts: "2024-01-03T00:00:00.000Z"),
            Visitor(id: "gone", disabled: true),
        ],
        rooms: [
            Room(
                id: "open", open: true, visitorID: "old", servedBy: "agt", fname: "Ann", ts: "2024-03-01T10:00:00.000Z"),
            Room(id: "openByMgr", open: true, visitorID: "old", servedBy: "mgr", ts: "2024-03-02T10:00:00.000Z"),
            Room(id: "closed", visitorID: "old", servedBy: "mgr", fname: "Zoe (1)", ts: "2024-03-03T10:00:00.000Z"),
            Room(id: "closedByAgt", visitorID: "old", servedBy: "agt", ts: "2024-03-04T10:00:00.000Z"),
            Room(id: "queued", open: true, visitorID: "old", ts: "2024-03-05T10:00:00.000Z"),
            Room(
                id: "queuedSales", open: true, visitorID: "old", departmentID: "sales", ts: "2024-03-06T10:00:00.000Z"
            ),
            Room(
                id: "queuedSupport", open: true, visitorID: "old", departmentID: "support",
                ts: "2024-03-07T10:00:00.000Z"
            ),
            Room(id: "held", open: true, visitorID: "other", onHold: true, tags: ["vip"], livechatData: ["k": "v"]),
            Room(id: "unknownVisitor", visitorID: "never-stored"),
            Room(id: "voice", type: .voice, visitorID: "old"),
            Room(id: "channel", type: .channel, visitorID: nil, fname: "general"),
            Room(id: "archived", visitorID: "old", fname: "Old stuff", archived: true),
        ]
    )
}

extension Workspace {
    /// One with users of its own.
    init(_ seed: Seed) {
        self.init(seed, users: SandboxUser.makeAll())
    }
}
