import HTTPTypes

/// Refuses requests that pages of other sites make a browser send.
///
/// A browser lets every page send requests to this machine. It says where they come from in `Origin` and
/// `Sec-Fetch-Site`; for a page whose own name leads to this machine, only `Host` shows it.
struct OriginCheck {
    /// The port that the request arrived at.
    let port: Int

    /// The answer to a request that the sandbox must not handle; `nil` for others.
    func refusal(of head: HTTPRequest) -> Answer? {
        // A second Host stays among the fields.
        guard let host = head.authority?.lowercased(), hosts.contains(host), head.headerFields[Self.host].isEmpty else {
            let sentence = "This sandbox answers requests to 127.0.0.1:\(port) and localhost:\(port) only."
            return .refusal(.misdirectedRequest, sentence)
        }
        let origins = hosts.map { "http://" + $0 }
        guard head.headerFields[values: .origin].allSatisfy({ origins.contains($0.lowercased()) }),
            head.headerFields[Self.site].allSatisfy({ ["same-origin", "none"].contains($0) })
        else { return .refusal(.forbidden, "This sandbox answers no requests from pages of other sites.") }
        return nil
    }

    /// Without a port in the header it is that of http.
    private var hosts: [String] {
        ["127.0.0.1", "localhost"].flatMap { port == 80 ? [$0, "\($0):80"] : ["\($0):\(port)"] }
    }

    private static let host = "Host"
    private static let site = "Sec-Fetch-Site"
}

extension HTTPFields {
    /// The values of all fields of a name that has no constant of its own.
    fileprivate subscript(name: String) -> [String] {
        HTTPField.Name(name).map { self[values: $0] } ?? []
    }
}
