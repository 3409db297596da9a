import FoundationEssentials
import Glibc

/// Tells file systems that are somewhere else from disks of this machine.
///
/// SQLite's write-ahead log needs memory that all who use it share, and one run per journal needs a lock that holds for
/// all: over a network neither can be relied on, and what goes wrong shows only later.
enum NetworkFileSystem {
    /// The kind of network file system that a folder is on, or `nil` for a local one and where that is not to be known.
    static func kind(at folder: String) -> String? {
        var status = stat()
        guard unsafe stat(folder, &status) == 0,
            let mounts = try? String(contentsOf: URL(filePath: "/proc/self/mountinfo"), encoding: .utf8),
            let type = mountType(device: device(status.st_dev), in: mounts)
        else { return nil }
        return kind(mountType: type)
    }

    /// The kind by the type of the mount, as `/proc/filesystems` and mount(8) name it.
    ///
    /// Of those that a process serves, the unknown ones count as a network: being wrong there costs a journal.
    static func kind(mountType type: String) -> String? {
        if type == "fuse" || type.hasPrefix("fuse.") {
            return localFUSE.contains(type) ? nil : type
        }
        return names[type]
    }

    /// The type of the mount with a device number such as `0:52`, from the text of `/proc/self/mountinfo` (proc(5)).
    static func mountType(device: String, in mounts: String) -> String? {
        for mount in mounts.split(separator: "\n") {
            let fields = mount.split(separator: " ")
            // Any number of optional fields stand before the dash.
            guard fields.count > 2, fields[2] == device,
                let type = fields.drop(while: { $0 != "-" }).dropFirst().first
            else { continue }
            return String(type)
        }
        return nil
    }

    private static let names = [
        "nfs": "NFS", "nfs4": "NFS", "cifs": "SMB", "smb3": "SMB", "smbfs": "SMB", "9p": "9p", "afs": "AFS",
        "ceph": "Ceph", "coda": "Coda", "ncpfs": "NCP", "lustre": "Lustre", "gpfs": "GPFS", "gfs2": "GFS2",
        "ocfs2": "OCFS2", "beegfs": "BeeGFS", "glusterfs": "GlusterFS", "pvfs2": "OrangeFS", "orangefs": "OrangeFS",
    ]

    /// Disks of this machine that a process happens to serve.
    private static let localFUSE: Set = [
        "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.securefs", "fuse.mergerfs", "fuse.bindfs",
        "fuse.fuse-overlayfs", "fuse.ntfs-3g", "fuse.exfat", "fuse.zfs",
    ]

    /// A device number as major and minor, taken apart as makedev(3) puts it together.
    private static func device(_ number: dev_t) -> String {
        let major = (number >> 8) & 0xFFF | (number >> 32) & ~0xFFF
        let minor = number & 0xFF | (number >> 12) & ~0xFF
        return "\(major):\(minor)"
    }
}
