import ArgumentParser
import FoundationEssentials
import Glibc
import HTTPClient
import RocketChat

/// The server and who calls it; shared by every command that talks to one.
struct ServerOptionGroup: ParsableArguments {
    @Option(help: "Base URL of the server; a path prefix is allowed. [ROCKETCHAT_URL]")
    var url: String?

    @Option(help: "Id of the calling user. [ROCKETCHAT_USER_ID]")
    var userID: String?

    @Option(
        help:
            "File with the auth token, not readable by others; - for standard input, where a terminal is asked. [ROCKETCHAT_AUTH_TOKEN has the token itself]"
    )
    var authTokenFile: String?

    @Option(help: "PEM file of the certificate authorities to trust. [SSL_CERT_FILE]")
    var caFile: String?

    @Option(help: "Proxy for the connection, empty for none. [HTTPS_PROXY, but not for hosts in NO_PROXY]")
    var proxy: String?

    @Flag(
        inversion: .prefixedNo, exclusivity: .chooseLast,
        help: "Allow plain http to a host that is not this one: the token then travels in clear text.")
    var allowInsecureHTTP: Bool?

    func address(_ settings: Settings) throws -> ServerAddress {
        guard let found = settings.find(url, "url", or: ["ROCKETCHAT_URL"]) else {
            throw ConfigurationError("No server: name it with --url or ROCKETCHAT_URL.")
        }
        let isInsecureAllowed = try settings.flag(allowInsecureHTTP, "allow-insecure-http")
        let name = found.named("url")
        let value = PastedValue(found.text, for: .address)
        value.remark(on: name)
        do {
            let address = try ServerAddress(parsing: value.text, allowInsecureHTTP: isInsecureAllowed)
            if let part = address.leftOut {
                Output.remark("\(name) ends in \(part), which belongs to the API: the server is \(address).")
            }
            return address
        } catch {
            let isLogin = found.text.unicodeScalars.contains("@")
            let text = isLogin ? "no address that can be used" : "'\(found.text.withoutSecretsOfServer)'"
            throw ConfigurationError("\(name) is \(text): \(error).")
        }
    }

    /// The server that the environment or the configuration file names; `nil` if none of them names one that can be used.
    static func configuredAddress(_ settings: Settings) -> ServerAddress? {
        // Whether its token may travel in clear text is a question for the command that sends it, and so is what is wrong
        // with the address.
        settings.option("url", or: "ROCKETCHAT_URL").flatMap {
            try? ServerAddress(parsing: PastedValue($0, for: .address).text, allowInsecureHTTP: true)
        }
    }

    func credentials(_ settings: Settings) throws -> Credentials {
        guard let user = settings.find(userID, "user-id", or: ["ROCKETCHAT_USER_ID"]) else {
            throw ConfigurationError("No user: name it with --user-id or ROCKETCHAT_USER_ID.")
        }
        let value = PastedValue(user.text, for: .user)
        guard !value.text.isEmpty else {
            throw ConfigurationError("\(user.named("user-id")) is empty: it has to be the id of the calling user.")
        }
        value.remark(on: user.named("user-id"))
        return Credentials(userID: value.text, authToken: AuthToken(try token(settings)))
    }

    func clientOptions(_ settings: Settings, concurrency: Int, timeout: Duration) throws -> ClientOptions {
        ClientOptions(
            concurrency: concurrency, timeout: timeout, caFile: try authorities(settings),
            proxy: try proxy(settings), userAgent: ToolVersion.userAgent)
    }

    private func authorities(_ settings: Settings) throws -> CAFile? {
        guard let path = caFile ?? settings.option("ca-file", or: "SSL_CERT_FILE") else { return nil }
        // All authorities of a system together take a quarter of a megabyte.
        return CAFile(path: path, bytes: try TrustedFile(path, "CA file", atMost: 16 << 20).bytes)
    }

    /// The flag's proxy, that of the environment by whichever name, then the file's.
    private func proxy(_ settings: Settings) throws -> String? {
        let (address, isInsecureAllowed) = (
            try address(settings), try settings.flag(allowInsecureHTTP, "allow-insecure-http")
        )
        let rules = ProxyRules(environment: ProcessInfo.processInfo.environment)
        let named = proxy ?? settings.variable(Settings.environmentName("proxy"))
        let proxy = try rules.proxy(for: address.origin, named: named, allowInsecureHTTP: isInsecureAllowed)
        guard proxy == nil, named == nil, let configured = settings.file?["proxy"] else { return proxy }
        return try rules.proxy(for: address.origin, named: configured, allowInsecureHTTP: isInsecureAllowed)
    }

    /// Refuses a token that comes from standard input, where something else is read from.
    func requireOtherToken(_ settings: Settings, than what: String) throws {
        guard let file = authTokenFile ?? settings.option("auth-token-file"), TokenFile.isStandardInput(file) else {
            return
        }
        throw ConfigurationError(
            "The \(what) and the token cannot both come from standard input: put one of them into a file.")
    }

    /// The flag's file, what the environment says, the credentials directory of systemd, then the configuration's file.
    private func token(_ settings: Settings) throws -> String {
        if let file = authTokenFile ?? settings.variable(Settings.environmentName("auth-token-file")) {
            return try TokenFile.read(file)
        }
        if let text = settings.variable(Settings.tokenVariable) {
            let token = PastedValue(token: text)
            guard !token.text.isEmpty else {
                throw ConfigurationError(
                    "\(Settings.tokenVariable) is empty: it has to be the auth token of the calling user.")
            }
            token.remark(on: Settings.tokenVariable)
            return token.text
        }
        if let folder = settings.variable("CREDENTIALS_DIRECTORY") {
            let path = folder + "/rocketchat-auth-token"
            if unsafe access(path, F_OK) == 0 {
                return try TokenFile.read(path)
            }
        }
        if let file = settings.file?["auth-token-file"] {
            return try TokenFile.read(file)
        }
        throw ConfigurationError(
            "No auth token: put it into a file that only you can read and name that with --auth-token-file, "
                + "or set ROCKETCHAT_AUTH_TOKEN.")
    }
}

extension ClientSetupError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unusableCAFile(let path): "\(path) is no file of PEM certificates"
        case .unusableProxy:
            "the proxy address is none of http://[user:password@]host:port and socks5://host:port (--proxy, HTTPS_PROXY)"
        case .insecureProxy(let proxy):
            "plain http through the proxy \(proxy) would show the auth token to it; leave the proxy out, or use "
                + "--allow-insecure-http"
        case .unnamedServerBehindProxy:
            "through a proxy the certificate of a server can only be checked by its name: name the server by that instead "
                + "of its address, or go without the proxy (--proxy '')"
        }
    }
}
