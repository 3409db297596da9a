import TestSupport

/// nginx in front of the sandbox, as in front of a Rocket.Chat: it ends TLS and has pages of its own.
struct Nginx: Sendable {
    private static let server = LocalServer("nginx")

    static var isPossible: Bool { server != nil && CertificateAuthority.isPossible }

    var port = Port.free()
    var certificate: CertificateAuthority.Certificate
    /// The ports that requests go to; the next one is tried when one does not answer.
    var upstreams: [Int]
    /// How long it waits for an answer.
    var timeout = "30s"
    /// How many requests a client may send, as `limit_req` has it, such as `rate=5r/s`, and what it answers to others.
    var limit: (rate: String, burst: Int, status: Int)?
    /// The path that it serves, with a slash at both ends.
    var path = "/"
    /// More directives for what it serves.
    var rules = ""

    func serve<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        let folder = try TemporaryDirectory()
        try folder.write(configuration, as: "nginx.conf")
        guard let server = Self.server else { throw LocalServer.NotServing(said: "nginx is not installed") }
        return try await server.serve(
            ["-p", folder.path, "-c", "nginx.conf", "-e", "stderr"], on: port, in: folder.path, body)
    }

    private var configuration: String {
        """
        daemon off;
        master_process off;
        pid nginx.pid;
        error_log stderr error;
        events { worker_connections 256; }
        http {
            access_log off;
            client_body_temp_path body;
            proxy_temp_path proxy;
            fastcgi_temp_path fastcgi;
            uwsgi_temp_path uwsgi;
            scgi_temp_path scgi;
            \(limit.map { "limit_req_zone $binary_remote_addr zone=clients:1m \($0.rate);" } ?? "")
            upstream chat {
                \(upstreams.map { "server 127.0.0.1:\($0) max_fails=0;" }.joined(separator: "\n        "))
            }
            server {
                listen 127.0.0.1:\(port) ssl;
                ssl_certificate \(certificate.file);
                ssl_certificate_key \(certificate.key);
                location \(path) {
                    \(rules)
                    \(limit.map { "limit_req zone=clients burst=\($0.burst) nodelay; limit_req_status \($0.status);" } ?? "")
                    proxy_pass http://chat/;
                    proxy_set_header Host 127.0.0.1:\(upstreams[0]);
                    proxy_read_timeout \(timeout);
                }
            }
        }
        """
    }
}
