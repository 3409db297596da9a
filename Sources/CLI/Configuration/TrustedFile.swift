import CFiles
import Files
import FoundationEssentials
import Glibc
import Mapping
import Model

/// A file that has a say in where the token goes, so that nobody but its reader and root may have written it.
struct TrustedFile {
    let bytes: [UInt8]

    /// Reads a regular file, or what the caller hands over as a descriptor, such as `<(jq …)`.
    ///
    /// `kind` is how sentences call it, such as "configuration file"; `limit` in bytes.
    ///
    /// - Throws: `ConfigurationError`
    init(_ path: String, _ kind: String, atMost limit: Int) throws {
        let isHandedOver = handedOverDescriptor(path) != nil
        // Without waiting for a writer to a pipe of that name.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | (isHandedOver ? 0 : O_NONBLOCK))
        guard descriptor >= 0 else { throw Self.unreadable(path, kind) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw Self.unreadable(path, kind) }
        if let flaw = Self.flaw(in: status, descriptor, isHandedOver: isHandedOver, path) {
            throw ConfigurationError("The \(kind) \(path) \(flaw)")
        }
        bytes = try Self.bytes(of: descriptor, path, kind, atMost: limit)
    }

    private static func unreadable(_ path: String, _ kind: String) -> ConfigurationError {
        ConfigurationError("Cannot read the \(kind) \(path): \(unsafe String(cString: strerror(errno))).")
    }

    private static func bytes(
        of descriptor: Int32, _ path: String, _ kind: String, atMost limit: Int
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(path, kind) }
            guard count > 0 else { return bytes }
            bytes += chunk.prefix(count)
        }
        throw ConfigurationError("The \(kind) \(path) is too long to be one.")
    }
}

// MARK: - Who could have written it

extension TrustedFile {
    /// What keeps a file from being trusted, as the rest of a sentence and what to do; `nil` if nothing does.
    private static func flaw(in status: stat, _ descriptor: Int32, isHandedOver: Bool, _ path: String) -> String? {
        let mode = "mode " + octal(status.st_mode)
        let why = "and it has a say in where the token goes"
        let isFile = status.st_mode & S_IFMT == S_IFREG
        guard isFile || isHandedOver && status.st_mode & S_IFMT != S_IFDIR else {
            return "is not a regular file (\(mode)), \(why): put a copy into a file of yours and name that."
        }
        guard [geteuid(), 0].contains(status.st_uid) else {
            return
                "belongs to another user (\(owner(status.st_uid)), \(mode)), \(why). If you trust what is in it, run: "
                + "chown \(geteuid()) \(path.fileForShell)"
        }
        // What has no name any more, and what is no file, is reached by nobody else, whatever its permissions say.
        guard isFile, status.st_nlink > 0 else { return nil }
        guard isWritable(status, descriptor) else { return nil }
        return "can be written by others (\(mode)), \(why). Look through it, then run: chmod go-w \(path.fileForShell)"
    }

    private static func octal(_ mode: mode_t) -> String {
        let digits = String(mode & 0o7777, radix: 8)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }

    private static func owner(_ user: uid_t) -> String {
        guard let account = unsafe getpwuid(user) else { return "user \(user)" }
        return unsafe String(cString: account.pointee.pw_name)
    }

    private static func isWritable(_ status: stat, _ descriptor: Int32) -> Bool {
        if status.st_mode & S_IWOTH != 0 { return true }
        guard status.st_mode & S_IWGRP != 0 else { return false }
        // With an access list these bits are the most that anybody on it may do.
        return files_has_access_list(descriptor) || !isPrivateGroup(status.st_gid, of: status.st_uid)
    }
}
