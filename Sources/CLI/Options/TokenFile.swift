import Glibc
import Mapping

/// Reads an auth token: from a file that others cannot read, from standard input, or from the user of a terminal.
enum TokenFile {
    private static let longest = 4096

    /// `-` is standard input, and so is every other name of it.
    static func read(_ path: String) throws -> String {
        if let handedOver = handedOver(path) {
            let isInput = handedOver == STDIN_FILENO
            let name = isInput ? "Standard input, which was named for the token," : "The token file \(path)"
            return try token(in: handedOver, name, isInput ? "Standard input" : name)
        }
        // Without waiting for a writer to a pipe of that name.
        let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let why = errno
            guard !isToken(path) else {
                throw ConfigurationError(
                    "What is named as the token file looks like the token itself, so it is not repeated here. Put the token "
                        + "into a file that only you can read, and name that with --auth-token-file.")
            }
            throw ConfigurationError("Cannot read the token file \(path): \(unsafe String(cString: strerror(why))).")
        }
        defer { close(descriptor) }
        guard let status = status(of: descriptor), status.st_mode & S_IFMT == S_IFREG else {
            throw ConfigurationError("The token file \(path) is not a file.")
        }
        return try token(in: descriptor, "The token file \(path)", "The token file \(path)")
    }

    /// Whether a path means standard input.
    static func isStandardInput(_ path: String) -> Bool { handedOver(path) == STDIN_FILENO }

    /// Whether a path is rather a token: long, and of letters and digits alone.
    static func isToken(_ path: String) -> Bool {
        let text = PastedValue(token: path).text
        return text.utf8.count >= shortestShown
            && text.utf8.allSatisfy { byte in
                (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || "-_".utf8.contains(byte)
            }
    }

    /// The server's tokens have 43 characters; names of files are shorter, or have a full stop or a slash in them.
    private static let shortestShown = 30

    private static func handedOver(_ path: String) -> Int32? {
        path == "-" ? STDIN_FILENO : handedOverDescriptor(path)
    }

    private static func status(of descriptor: Int32) -> stat? {
        var status = stat()
        return unsafe fstat(descriptor, &status) == 0 ? status : nil
    }

    /// Whether others than the caller and the file's owner can do anything with it.
    ///
    /// Where the owner is somebody else, the group is how the file comes to the caller: systemd and Kubernetes hand their
    /// secrets over like this.
    private static func isExposed(_ status: stat) -> Bool {
        status.st_mode & (status.st_uid == geteuid() ? 0o077 : 0o007) != 0
    }

    /// The first line, without what people leave around a token.
    ///
    /// `name` is how a sentence begins, `place` how a remark does.
    private static func token(in descriptor: Int32, _ name: String, _ place: String) throws -> String {
        // A closed standard input was given a place holder that cannot be read.
        guard let status = status(of: descriptor), fcntl(descriptor, F_GETFL) & O_ACCMODE != O_WRONLY else {
            throw ConfigurationError("\(name) is closed: nothing can be read from it.")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            guard !isExposed(status) else {
                throw ConfigurationError("\(name) can be read by others: run chmod 600 on the file first.")
            }
            guard status.st_size <= longest else { throw ConfigurationError("\(name) does not hold a token.") }
        case S_IFDIR: throw ConfigurationError("\(name) is not a file.")
        default: break
        }
        let bytes =
            try isatty(descriptor) == 1
            ? HiddenLine.ask("Auth token (not shown): ", on: descriptor) : firstLine(of: descriptor, name)
        guard bytes.count <= longest, let text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigurationError("\(name) does not hold a token.")
        }
        let token = PastedValue(token: text)
        guard !token.text.isEmpty else { throw ConfigurationError("\(name) is empty.") }
        token.remark(on: place)
        return token.text
    }

    /// The bytes up to the end of the first line that holds any, and perhaps some behind it.
    private static func firstLine(of descriptor: Int32, _ name: String) throws -> [UInt8] {
        // A token has some fifty characters; what is much longer is something else.
        var bytes: [UInt8] = []
        while bytes.count <= longest, !bytes.drop(while: \.isBlank).contains(UInt8(ascii: "\n")) {
            var chunk = [UInt8](repeating: 0, count: longest)
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                wait(for: descriptor)
                continue
            }
            guard count >= 0 else {
                throw ConfigurationError("\(name) cannot be read: \(unsafe String(cString: strerror(errno))).")
            }
            guard count > 0 else { break }
            bytes += chunk.prefix(count)
        }
        return bytes
    }

    /// Waits for a descriptor that its owner made to answer at once.
    private static func wait(for descriptor: Int32) {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&waiting, 1, -1)
    }
}

extension UInt8 {
    /// A space, a line end, or part of the mark of an editor.
    fileprivate var isBlank: Bool { [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains(self) }
}
