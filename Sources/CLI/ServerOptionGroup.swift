import ArgumentParser
import FoundationEssentials
import Glibc
import RocketChat

/// The server and who calls it; shared by every command that talks to one.
struct ServerOptionGroup: ParsableArguments {
    @Option(help: "Base URL of the server; a path prefix is allowed. [ROCKETCHAT_URL]")
    var url: String?

    @Option(help: "Id of the calling user. [ROCKETCHAT_USER_ID]")
    var userID: String?

    @Option(
        help:
            "File with the auth token, not readable by others; - for standard input. [ROCKETCHAT_AUTH_TOKEN has the token itself]"
    )
    var authTokenFile: String?

    @Option(help: "PEM file of the certificate authorities to trust. [SSL_CERT_FILE]")
    var caFile: String?

    @Option(help: "Proxy for the connection, empty for none. [HTTPS_PROXY, but not for hosts in NO_PROXY]")
    var proxy: String?

    @Flag(help: "Allow plain http to a host that is not this one: the token then travels in clear text.")
    var allowInsecureHTTP = false

    func address(_ settings: Settings) throws -> ServerAddress {
        guard
            let found = url.map({ Settings.Found(text: $0, source: .option("--url")) })
                ?? settings.find("url", or: ["ROCKETCHAT_URL"])
        else {
            throw ConfigurationError("No server: name it with --url or ROCKETCHAT_URL.")
        }
        let isInsecureAllowed = try settings.flag(allowInsecureHTTP, "allow-insecure-http")
        do {
            return try ServerAddress(parsing: found.text, allowInsecureHTTP: isInsecureAllowed)
        } catch {
            // What is before an @ may be a password.
            let text = found.text.contains("@") ? "no address that can be used" : "'\(found.text)'"
            throw ConfigurationError("\(found.named("url")) is \(text): \(error).")
        }
    }

    func credentials(_ settings: Settings) throws -> Credentials {
        guard let user = userID ?? settings.option("user-id", or: "ROCKETCHAT_USER_ID") else {
            throw ConfigurationError("No user: name it with --user-id or ROCKETCHAT_USER_ID.")
        }
        return Credentials(userID: user, authToken: AuthToken(try token(settings)))
    }

    func clientOptions(_ settings: Settings, concurrency: Int, timeout: Duration) throws -> ClientOptions {
        ClientOptions(
            concurrency: concurrency, timeout: timeout,
            caFile: caFile ?? settings.option("ca-file", or: "SSL_CERT_FILE"),
            proxy: try proxy(settings), version: ToolVersion.current)
    }

    /// The flag's proxy, that of the environment by whichever name, then the file's.
    private func proxy(_ settings: Settings) throws -> String? {
        let (address, isInsecureAllowed) = (
            try address(settings), try settings.flag(allowInsecureHTTP, "allow-insecure-http")
        )
        let rules = ProxyRules(environment: ProcessInfo.processInfo.environment)
        let named = proxy ?? settings.variable(Settings.environmentName("proxy"))
        let proxy = try rules.proxy(for: address, named: named, allowInsecureHTTP: isInsecureAllowed)
        guard proxy == nil, named == nil, let configured = settings.file?["proxy"] else { return proxy }
        return try rules.proxy(for: address, named: configured, allowInsecureHTTP: isInsecureAllowed)
    }

    /// Where the token is to be read from, if that is said.
    func tokenFile(_ settings: Settings) -> String? {
        authTokenFile ?? settings.option("auth-token-file")
    }

    /// The flag's file, what the environment says, the credentials directory of systemd, then the configuration's file.
    private func token(_ settings: Settings) throws -> String {
        if let file = authTokenFile ?? settings.variable(Settings.environmentName("auth-token-file")) {
            return try TokenFile.read(file)
        }
        if let token = settings.variable(Settings.tokenVariable) {
            return token
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

/// Reads an auth token from a file that others cannot read.
enum TokenFile {
    private static let longest = 4096

    /// Whether others than the caller and the file's owner can do anything with it.
    ///
    /// Where the owner is somebody else, the group is how the file comes to the caller: systemd and Kubernetes hand their
    /// secrets over like this.
    private static func isExposed(_ status: stat) -> Bool {
        status.st_mode & (status.st_uid == geteuid() ? 0o077 : 0o007) != 0
    }

    /// `-` is standard input.
    static func read(_ path: String) throws -> String {
        guard path != "-" else { return try read("/dev/stdin") }
        // Without waiting for whoever may write to a pipe of that name.
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ConfigurationError("Cannot read the token file \(path): \(unsafe String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw ConfigurationError("The token file \(path) is not a file.")
        }
        if status.st_mode & S_IFMT == S_IFIFO, isHandedOver(path) {
            guard fcntl(descriptor, F_SETFL, O_RDONLY) == 0 else {
                throw ConfigurationError("The token file \(path) cannot be waited for.")
            }
            return try token(in: descriptor, path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw ConfigurationError("The token file \(path) is not a file.")
        }
        guard !isExposed(status) else {
            throw ConfigurationError("Others can read the token file \(path): run chmod 600 on it first.")
        }
        guard status.st_size <= longest else {
            throw ConfigurationError("The token file \(path) does not hold a token.")
        }
        return try token(in: descriptor, path)
    }

    /// Whether a shell gave this process the pipe, as it does for `<(pass show chat)`: nobody else can read from it.
    private static func isHandedOver(_ path: String) -> Bool {
        path == "/dev/stdin" || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/")
    }

    /// The first line, of which everything that is no space is the token.
    private static func token(in descriptor: Int32, _ path: String) throws -> String {
        let name = path == "/dev/stdin" ? "Standard input, which was named for the token," : "The token file \(path)"
        // A token has some fifty characters; what is much longer is something else.
        var bytes: [UInt8] = []
        while bytes.count <= longest, !bytes.contains(UInt8(ascii: "\n")) {
            var chunk = [UInt8](repeating: 0, count: longest)
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else {
                throw ConfigurationError("\(name) cannot be read: \(unsafe String(cString: strerror(errno))).")
            }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        guard bytes.count <= longest, let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError("\(name) does not hold a token.")
        }
        let token = text.split(whereSeparator: \.isNewline).first.map { $0.filter { !$0.isWhitespace } } ?? ""
        guard !token.isEmpty else { throw ConfigurationError("\(name) is empty.") }
        return token
    }
}
