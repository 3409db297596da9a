import Testing

@testable import Journal

@Suite struct `A file system` {
    @Test(arguments: [
        ("nfs", "NFS"), ("nfs4", "NFS"), ("cifs", "SMB"), ("smb3", "SMB"), ("9p", "9p"), ("afs", "AFS"),
        ("ceph", "Ceph"), ("lustre", "Lustre"), ("gfs2", "GFS2"), ("ocfs2", "OCFS2"), ("glusterfs", "GlusterFS"),
        ("fuse.sshfs", "fuse.sshfs"), ("fuse.rclone", "fuse.rclone"), ("fuse.s3fs", "fuse.s3fs"),
        ("fuse.glusterfs", "fuse.glusterfs"), ("fuse", "fuse"), ("fuse.unheard-of", "fuse.unheard-of"),
    ])
    func `over a network has a name that a person knows`(_ type: String, _ kind: String) {
        #expect(NetworkFileSystem.kind(mountType: type) == kind)
    }

    @Test(arguments: [
        "ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "f2fs", "bcachefs", "squashfs", "vfat", "virtiofs",
        "fuseblk", "fuse.gocryptfs", "fuse.mergerfs", "fuse.ntfs-3g", "nfsd", "",
    ])
    func `on this machine is a disk`(_ type: String) {
        #expect(NetworkFileSystem.kind(mountType: type) == nil)
    }

    private static let mounts = """
        22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
        41 22 0:38 / /mnt/my\\040share rw,nosuid shared:7 master:2 - nfs4 server:/export rw,vers=4.2
        57 22 0:52 / /home/ann/remote rw,nosuid,nodev - fuse.sshfs ann@host: rw,user_id=1000
        58 22 0:53
        """

    @Test(
        arguments: [
            ("254:1", "ext4"), ("0:38", "nfs4"), ("0:52", "fuse.sshfs"), ("0:53", nil), ("0:3", nil), ("", nil),
        ] as [(String, String?)])
    func `is found by its device, however many fields stand before its type`(_ device: String, _ type: String?) {
        #expect(NetworkFileSystem.mountType(device: device, in: Self.mounts) == type)
    }

    @Test func `that is no network lets a journal in`() {
        #expect(NetworkFileSystem.kind(at: "/dev") == nil)
        #expect(NetworkFileSystem.kind(at: "/no such folder") == nil)
    }
}
