import Glibc

/// The open descriptor that a path stands for: `/dev/stdin`, or what a shell makes of `<(jq …)`; `nil` for other paths.
///
/// It is used as it is. Opened again by its name, a pipe of another user is refused, and a socket cannot be opened at
/// all.
package func handedOverDescriptor(_ path: String) -> Int32? {
    if path == "/dev/stdin" { return 0 }
    for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
        return Int32(path.dropFirst(folder.count)).flatMap { $0 >= 0 ? $0 : nil }
    }
    return nil
}

/// Whether a descriptor came from the process that started this one; sets `errno` if it did not.
///
/// What this program opens closes on `exec`, so a descriptor that does is one of its own.
func isHandedOver(_ descriptor: Int32) -> Bool {
    let flags = fcntl(descriptor, F_GETFD)
    guard flags >= 0, flags & FD_CLOEXEC == 0 else {
        errno = EBADF
        return false
    }
    return true
}
