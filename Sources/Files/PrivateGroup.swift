import Glibc

/// Whether a user is alone in a group: many systems give each user a group of the same name, and let it write.
package func isPrivateGroup(_ group: UInt32, of user: UInt32) -> Bool {
    guard let account = unsafe getpwuid(user), unsafe account.pointee.pw_gid == group else { return false }
    let name = unsafe String(cString: account.pointee.pw_name)
    guard let entry = unsafe getgrgid(group), unsafe String(cString: entry.pointee.gr_name) == name else {
        return false
    }
    var members = unsafe entry.pointee.gr_mem
    while let member = unsafe members?.pointee {
        guard unsafe String(cString: member) == name else { return false }
        unsafe members = members?.successor()
    }
    return !hasOthers(group, than: user)
}

/// Whether the group is that of the account of another user.
private func hasOthers(_ group: UInt32, than user: UInt32) -> Bool {
    setpwent()
    defer { endpwent() }
    while let account = unsafe getpwent() {
        if unsafe account.pointee.pw_gid == group, unsafe account.pointee.pw_uid != user { return true }
    }
    return false
}
