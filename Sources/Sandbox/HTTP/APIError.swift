import HTTPTypes

/// A failure in one of the server's envelopes (TheServer, "Envelopes").
struct APIError: Error {
    let status: HTTPResponse.Status
    let body: JSON

    /// A plain error: no `errorType`.
    static func plain(_ message: String) -> APIError {
        APIError(status: .badRequest, body: ["success": false, "error": .string(message)])
    }

    /// An error with a code: `<reason> [<code>]`, or only `[<code>]`, and the code again as `errorType`.
    static func coded(_ code: String, reason: String? = nil) -> APIError {
        let message = (reason.map { $0 + " " } ?? "") + "[\(code)]"
        return APIError(
            status: .badRequest,
            body: ["success": false, "error": .string(message), "errorType": .string(code)]
        )
    }

    /// A handler that failed without a message.
    static let empty = APIError(status: .badRequest, body: ["success": false])

    /// The caller has not the permission of the route.
    static let forbidden = APIError(
        status: .forbidden,
        body: [
            "success": false,
            "error": "User does not have the permissions required for this action [error-unauthorized]",
        ]
    )

    /// What `livechat/rooms` answers to callers who may not list (TheReads, "All rooms").
    static let unauthorizedList = APIError(status: .forbidden, body: ["success": false, "error": "unauthorized"])

    /// No, wrong or expired credentials.
    static let unauthenticated = APIError(
        status: .unauthorized,
        body: ["status": "error", "message": "You must be logged in to do this."]
    )

    /// A failed login (TheServer, "Login").
    static let loginFailed = APIError(
        status: .unauthorized,
        body: ["status": "error", "error": "Unauthorized", "message": "Unauthorized"]
    )

    /// The window is used up.
    static func tooManyRequests(waitSeconds: Int) -> APIError {
        let message = """
            Error, too many requests. Please slow down. You must wait \(waitSeconds) seconds \
            before trying this endpoint again. [error-too-many-requests]
            """
        return APIError(status: .tooManyRequests, body: ["success": false, "error": .string(message)])
    }

    var answer: Answer { .json(status, body) }
}
