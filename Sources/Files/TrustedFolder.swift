import CFiles
import FoundationEssentials
import Glibc
import Model
import Synchronization

/// A folder in which names stay what they are while they are used.
///
/// A file is looked at, and then used by its name. In a folder that other users may write to, they can exchange the file in
/// between: what is written goes to a file of theirs, what is read or removed is not what was looked at. So everything is
/// done in folders that belong to the caller or to root, and that no other user may write to; the same holds for each
/// folder and link on the way there. Where a folder is sticky, others can add names and not change those of the caller:
/// there the files that are used have to be the caller's own.
///
/// For root the folder has to be root's own. `ssh`, `sudo` and `logrotate` look at their files in this way.
package struct TrustedFolder: Sendable {
    /// True if other users may add names, so that every file that is used has to be the caller's own.
    package let isSticky: Bool

    /// True if folders are used whatever others may do in them, because a person asked for that.
    private static let allowsShared = Atomic(false)

    /// Uses folders whatever others may do in them, from now on.
    package static func allowShared() { allowsShared.store(true, ordering: .relaxed) }

    /// Looks at the folder in which a name is, or is to be.
    ///
    /// A folder that is not there is no fault: what is done there says so.
    package init(of name: String) throws(FolderFault) {
        try self.init(parent: name.hasPrefix("/") ? name : Self.workingFolder + "/" + name)
    }

    /// Looks at a folder itself.
    package init(_ folder: String) throws(FolderFault) {
        try self.init(of: folder + "/.")
    }

    /// Looks at a folder that is open, whatever its name means by now.
    package static func require(_ folder: HeldFolder) throws(FolderFault) {
        var status = stat()
        guard !allowsShared.load(ordering: .relaxed), unsafe fstat(folder.descriptor, &status) == 0 else { return }
        _ = try look(at: folder.path, status, isListed: files_has_access_list(folder.descriptor))
    }

    private static var workingFolder: String { FileManager.default.currentDirectoryPath }

    private init(parent path: String) throws(FolderFault) {
        var rest = path.split(separator: "/").dropLast().map(String.init)[...]
        guard !Self.allowsShared.load(ordering: .relaxed) else {
            isSticky = false
            return
        }
        var folder = "/"
        var isSticky = try Self.look(at: folder)
        var links = 0
        while let name = rest.popFirst() {
            guard name != "." else { continue }
            guard name != ".." else {
                folder = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? ""
                if folder.isEmpty { folder = "/" }
                isSticky = try Self.look(at: folder)
                continue
            }
            let next = folder == "/" ? "/" + name : folder + "/" + name
            var status = stat()
            guard unsafe lstat(next, &status) == 0 else { break }
            if isSticky, !Self.isOwn(status.st_uid) {
                throw FolderFault(next, .owner(Self.userName(status.st_uid)))
            }
            if status.st_mode & S_IFMT == S_IFLNK {
                links += 1
                // A link that cannot be read leads nowhere.
                guard links <= 40, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: next) else {
                    break
                }
                if target.hasPrefix("/") { folder = "/" }
                rest = target.split(separator: "/").map(String.init) + rest
                isSticky = try Self.look(at: folder)
                continue
            }
            folder = next
            isSticky = try Self.look(at: folder)
        }
        self.isSticky = isSticky
    }

    /// - Returns: whether others may add names there without changing those of the caller.
    private static func look(at folder: String) throws(FolderFault) -> Bool {
        var status = stat()
        guard unsafe stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return false }
        let isListed = unsafe files_named_has_access_list(folder)
        return try look(at: folder, status, isListed: isListed)
    }

    private static func look(at folder: String, _ status: stat, isListed: Bool) throws(FolderFault) -> Bool {
        guard isOwn(status.st_uid) || status.st_uid == ownerOfRoot else {
            throw FolderFault(folder, .owner(userName(status.st_uid)))
        }
        let others = status.st_mode & S_IWOTH != 0
        // Where there is an access list, the bits of the group are the most that anybody in the list may do.
        let isListed = isListed && status.st_mode & S_IWGRP != 0
        let group = status.st_mode & S_IWGRP != 0 && !isPrivate(status.st_gid)
        guard others || group || isListed else { return false }
        guard status.st_mode & S_ISVTX != 0 else {
            guard !isListed || others else { throw FolderFault(folder, .listed(mode: status.st_mode & 0o7777)) }
            throw FolderFault(
                folder, .writable(mode: status.st_mode & 0o7777, group: group ? groupName(status.st_gid) : nil))
        }
        return true
    }

    /// The owner of `/`, from whom nothing is safe.
    ///
    /// It is root, except in containers that show the system's files as those of a user without a name.
    private static let ownerOfRoot: uid_t? = {
        var status = stat()
        return unsafe stat("/", &status) == 0 ? status.st_uid : nil
    }()

    /// True for the caller, and for root, who can do everything in any case.
    package static func isOwn(_ user: UInt32) -> Bool { user == geteuid() || user == 0 }

    /// True if no other user than the caller is in the group.
    private static func isPrivate(_ group: gid_t) -> Bool {
        isPrivateGroup(group, of: geteuid()) || group == 0 && isPrivateGroup(0, of: 0)
    }

    private static func userName(_ user: uid_t) -> String {
        guard let entry = unsafe getpwuid(user) else { return "user \(user)" }
        return unsafe String(cString: entry.pointee.pw_name)
    }

    private static func groupName(_ group: gid_t) -> String {
        guard let entry = unsafe getgrgid(group) else { return "\(group)" }
        return unsafe String(cString: entry.pointee.gr_name)
    }
}

/// Why names in a folder may change while they are used.
package struct FolderFault: Error, Sendable, Equatable {
    package enum Cause: Sendable, Equatable {
        /// It, or a link to it, belongs to another user.
        case owner(String)
        /// Others may write to it; with the name of their group, if it is that.
        case writable(mode: UInt32, group: String?)
        /// It has an access list (ACL) that lets others write to it.
        case listed(mode: UInt32)
    }

    package let folder: String
    package let cause: Cause

    init(_ folder: String, _ cause: Cause) {
        self.folder = folder
        self.cause = cause
    }
}

extension FolderFault: CustomStringConvertible {
    package var description: String {
        switch cause {
        case .owner(let user):
            "\(folder.shown) belongs to \(user), who could exchange what is written and read there. Use a folder of your own, "
                + "or run this as that user."
        case .listed(let mode):
            "The folder \(folder.shown) has an access list by which others may write to it (mode "
                + "\(String(mode, radix: 8)); getfacl shows it), and could exchange what is written and read there. To close "
                + "it: chmod g-w \(folder.fileForShell). If you trust all of them, add --allow-shared-folder."
        case .writable(let mode, let group):
            "\(group.map { "The group \($0.shown)" } ?? "Every user") may write to the folder \(folder.shown) (mode "
                + "\(String(mode, radix: 8))), and could exchange what is written and read there. To close it: chmod "
                + "\(group == nil ? "o-w" : "g-w") \(folder.fileForShell). If you trust all of them, add --allow-shared-folder."
        }
    }
}
