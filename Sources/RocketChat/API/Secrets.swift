import HTTPClient

/// The secret half of a caller's credentials; it prints as `<redacted>` however it is printed.
package struct AuthToken: Sendable, Equatable, Redacted {
    /// For the `X-Auth-Token` header and for taking the token out of texts.
    let secret: String

    package init(_ secret: String) {
        self.secret = secret
    }
}

/// A visitor's bearer secret for the widget API: good for telling whether two visitors share one, and for
/// naming a visitor whose record is written; it is never kept.
package struct VisitorToken: Sendable, Hashable, Redacted {
    /// For the body of a write and for taking the token out of texts.
    let secret: String

    package init(_ secret: String) {
        self.secret = secret
    }
}

/// Who calls the server, as two headers (TheServer, "Credentials").
package struct Credentials: Sendable, Equatable {
    package var userID: String
    package var authToken: AuthToken

    package init(userID: String, authToken: AuthToken) {
        self.userID = userID
        self.authToken = authToken
    }
}
