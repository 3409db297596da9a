/// The server that a client talks to: scheme, host and port (RFC 6454).
package struct Origin: Sendable, Hashable {
    /// True if what is sent travels encrypted.
    package let isEncrypted: Bool
    /// The name or the literal address, an IPv6 one in brackets, as it goes over the wire.
    package let host: String
    package let port: Int

    package init(isEncrypted: Bool, host: String, port: Int) {
        self.isEncrypted = isEncrypted
        self.host = host
        self.port = port
    }

    /// Host, and port if it is not the scheme's own, as the `Host` header has it.
    var authority: String {
        port == (isEncrypted ? 443 : 80) ? host : "\(host):\(port)"
    }

    /// True for a host that is this machine, given as a name or as a literal address with or without brackets.
    package static func isLoopback(_ host: String) -> Bool {
        if ["localhost", "[::1]", "::1"].contains(host) {
            return true
        }
        // All of 127.0.0.0/8, but not a name that only begins like it.
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets[0] == "127"
            && octets.allSatisfy { octet in
                UInt8(octet).map(String.init) == String(octet)
            }
    }
}
