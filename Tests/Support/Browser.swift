import FoundationEssentials
import Subprocess
import SystemPackage

/// A headless Chromium, where one is installed.
package struct Browser: Sendable {
    private let executable: String

    /// The one on the usual path; `nil` if there is none.
    package static let installed: Browser? = {
        let names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
        let paths = names.flatMap { name in ["/usr/bin", "/usr/local/bin", "/snap/bin"].map { "\($0)/\(name)" } }
        return paths.first { FileManager.default.isExecutableFile(atPath: $0) }.map(Browser.init)
    }()

    /// Runs `body` with an empty page; the browser keeps its things in `folder` and ends with `body`.
    package func open<Value: Sendable>(
        in folder: TemporaryDirectory, _ body: (inout BrowserPage) async throws -> Value
    ) async throws -> Value {
        // It talks over descriptors 3 and 4, which the shell makes of the two that every process has.
        let script = """
            exec 3<&0 4>&1 </dev/null >/dev/null 2>&1
            exec "$0" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --remote-debugging-pipe \
                --user-data-dir="$1"
            """
        let environment: [Environment.Key: String] = ["PATH": "/usr/bin:/bin", "HOME": folder.path, "TZ": "UTC"]
        return try await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", script, executable, folder("browser")],
            environment: .custom(environment), input: .inputWriter, output: .sequence, error: .discarded
        ) { execution in
            let writer = execution.standardInputWriter
            let messages = execution.standardOutput.strings(
                separatedBy: .unicodeScalarSequence(["\0"]), bufferingPolicy: .unbounded)
            var page = BrowserPage(messages.makeAsyncIterator()) { _ = try await writer.write($0 + "\0") }
            do {
                try await page.attach()
                let value = try await body(&page)
                try await page.quit()
                return value
            } catch {
                try await page.quit()
                throw error
            }
        }.closureResult
    }
}
