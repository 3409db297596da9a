import FoundationEssentials
import HTTPTypes

extension FaultPlan.End {
    /// The answer the client gets; `nil` when the connection is closed instead.
    func answer(at date: Date) -> Answer? {
        switch self {
        case .drop: return nil
        case .gateway(let status): return Self.gateway(status)
        case .signInPage: return .html(.ok, Pages.signIn)
        case .proxyLimit(let wait, isDate: false): return Self.limited(String(wait.wholeSecondsUp))
        case .proxyLimit(let wait, isDate: true):
            // A second more, because the date is cut to whole seconds: coming back too early would be wrong.
            return Self.limited(date.advanced(by: wait).addingTimeInterval(1).httpHeader)
        case .emptyRefusal: return APIError.empty.answer
        }
    }

    private static func gateway(_ status: Int) -> Answer {
        let titles = [502: "502 Bad Gateway", 503: "503 Service Temporarily Unavailable", 504: "504 Gateway Time-out"]
        return proxy(HTTPResponse.Status(code: status), titles[status] ?? "\(status)")
    }

    private static func limited(_ retryAfter: String) -> Answer {
        var answer = proxy(.tooManyRequests, "429 Too Many Requests")
        answer.headers[.retryAfter] = retryAfter
        return answer
    }

    private static func proxy(_ status: HTTPResponse.Status, _ title: String) -> Answer {
        var answer = Answer.html(status, Pages.nginx(title))
        answer.headers[.contentType] = "text/html"
        answer.headers[.server] = "nginx"
        return answer
    }
}

extension Duration {
    /// Whole seconds, rounded up.
    var wholeSecondsUp: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) + (attoseconds > 0 ? 1 : 0)
    }
}

extension FaultPlan {
    /// The answer after what happens to it on its way.
    func disturb(_ answer: Answer) -> Answer {
        var answer = answer
        // Half of the text is never whole JSON.
        if losesRateHeaders { answer.headers.removeRateLimit() }
        if isTruncated { answer.body.removeLast((answer.body.count + 1) / 2) }
        return answer
    }
}

extension HTTPFields {
    fileprivate mutating func removeRateLimit() {
        for name in ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"] {
            if let name = HTTPField.Name(name) { self[name] = nil }
        }
    }
}
