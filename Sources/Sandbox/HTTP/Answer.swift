import HTTPTypes

/// What goes back to the client, before the connection adds its `Date` and `Content-Length`.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: [UInt8]

    /// An answer of the API itself, with the headers all of them carry (TheServer, "HTTP").
    static func json(_ status: HTTPResponse.Status, _ body: JSON) -> Answer {
        Answer(status: status, headers: .api, body: body.bytes)
    }

    /// An answer that is none of the API: pages of other sites may not read it.
    static func aside(_ status: HTTPResponse.Status, _ body: JSON) -> Answer {
        let headers: HTTPFields = [
            .contentType: "application/json", .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
        ]
        return Answer(status: status, headers: headers, body: body.bytes)
    }

    /// A refusal that is none of the API.
    static func refusal(_ status: HTTPResponse.Status, _ sentence: String) -> Answer {
        aside(status, ["success": false, "error": .string(sentence)])
    }

    /// A page of whatever stands before the API.
    static func html(_ status: HTTPResponse.Status, _ page: String) -> Answer {
        Answer(status: status, headers: [.contentType: "text/html; charset=utf-8"], body: Array(page.utf8))
    }

    /// Plain text.
    static func text(_ status: HTTPResponse.Status, _ text: String) -> Answer {
        Answer(status: status, headers: [.contentType: "text/plain"], body: Array(text.utf8))
    }
}

extension HTTPFields {
    /// The headers of every API answer (TheServer, "HTTP").
    fileprivate static let api: HTTPFields = {
        var fields: HTTPFields = [
            .contentType: "application/json",
            .cacheControl: "no-store",
            .accessControlAllowOrigin: "*",
            .accessControlAllowHeaders: "Origin, X-Requested-With, Content-Type, Accept, X-User-Id, X-Auth-Token",
            .xContentTypeOptions: "nosniff",
        ]
        fields.set("Pragma", to: "no-cache")
        fields.set("X-XSS-Protection", to: "1")
        fields.set("X-Instance-ID", to: "sandboxInstance01")
        return fields
    }()

    /// Sets a header that has no constant of its own.
    ///
    /// A name that is no valid header name is ignored.
    mutating func set(_ name: String, to value: String) {
        guard let name = HTTPField.Name(name) else { return }
        self[name] = value
    }

    /// The value of a header that has no constant of its own.
    func value(of name: String) -> String? {
        HTTPField.Name(name).flatMap { self[$0] }
    }
}
