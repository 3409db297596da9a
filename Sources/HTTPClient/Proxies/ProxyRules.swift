/// Decides through which proxy a server is reached, from the environment as curl reads it.
///
/// `https_proxy`, then `HTTPS_PROXY` for https; `http_proxy` in lower case alone for plain http; `all_proxy`, then
/// `ALL_PROXY` for both; what is empty counts as absent. `no_proxy`, then `NO_PROXY` lists the hosts that are reached
/// directly, whoever names the proxy.
///
/// One rule is stricter than curl's: plain http stays on this machine unless the user allows more, so a proxy of the
/// environment is not used for it on loopback, and one that the user names has to be on loopback too.
package struct ProxyRules: Sendable {
    private let environment: [String: String]

    package init(environment: [String: String]) {
        self.environment = environment.filter { !$0.value.isEmpty }
    }

    /// The proxy for a server, or `nil` for none.
    ///
    /// `named` is the one that the user names for this tool; it comes before those of the environment, and is empty to
    /// go without any.
    package func proxy(
        for origin: Origin, named: String?, allowInsecureHTTP: Bool
    ) throws(ClientSetupError) -> String? {
        let exemptions = ProxyExemptions(first(of: "no_proxy", "NO_PROXY") ?? "")
        guard !exemptions.cover(origin.host, port: origin.port) else { return nil }
        let isPlainLoopback = !origin.isEncrypted && Origin.isLoopback(origin.host)
        guard let named else {
            guard !isPlainLoopback else { return nil }
            return origin.isEncrypted
                ? first(of: "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
                : first(of: "http_proxy", "all_proxy", "ALL_PROXY")
        }
        guard !named.isEmpty else { return nil }
        // What is no proxy at all is refused where the client is made.
        if let proxy = try? ProxyAddress(parsing: named), isPlainLoopback, !allowInsecureHTTP,
            !Origin.isLoopback(proxy.host)
        {
            throw .insecureProxy("\(proxy)")
        }
        return named
    }

    private func first(of names: String...) -> String? {
        names.lazy.compactMap { environment[$0] }.first
    }
}
