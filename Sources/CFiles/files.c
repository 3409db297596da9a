#define _GNU_SOURCE
#include "CFiles.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

int files_exchange(int fromFolder, const char *from, int toFolder, const char *to) {
    return syscall(SYS_renameat2, fromFolder, from, toFolder, to, RENAME_EXCHANGE);
}

int files_rename_new(int fromFolder, const char *from, int toFolder, const char *to) {
    return syscall(SYS_renameat2, fromFolder, from, toFolder, to, RENAME_NOREPLACE);
}

bool files_is_mount_point(int folder, const char *name) {
#ifdef STATX_ATTR_MOUNT_ROOT
    struct statx status;
    return statx(folder, name, AT_SYMLINK_NOFOLLOW, 0, &status) == 0
        && (status.stx_attributes & status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) != 0;
#else
    (void)folder;
    (void)name;
    return false;
#endif
}

static _Atomic uid_t also_trusted = (uid_t)-1;

void files_trust_also(uid_t user) {
    also_trusted = user;
}

static bool is_beside(const char *path) {
    static const char *const endings[] = {"-wal", "-shm", "-journal"};
    size_t length = strlen(path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t size = strlen(endings[i]);
        if (length > size && strcmp(path + length - size, endings[i]) == 0) return true;
    }
    return false;
}

bool files_is_held(const char *path) {
    static const char held[] = "/proc/self/fd/";
    return strncmp(path, held, sizeof held - 1) == 0 && strchr(path + sizeof held - 1, '/') != NULL;
}

int files_open_trusted(const char *path, int flags, int mode) {
    int descriptor = open(path, flags | (files_is_held(path) ? O_NOFOLLOW : 0), mode);
    struct stat status;
    if (descriptor < 0 || fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return descriptor;
    bool trusted = status.st_uid == geteuid() || status.st_uid == 0 || status.st_uid == also_trusted;
    if (trusted && (status.st_nlink <= 1 || !is_beside(path))) return descriptor;
    // No lock of ours can be lost by that: it is another file than those that were opened before.
    close(descriptor);
    errno = EACCES;
    return -1;
}

bool files_has_access_list(int descriptor) {
    return fgetxattr(descriptor, "system.posix_acl_access", NULL, 0) > 0;
}

bool files_named_has_access_list(const char *path) {
    return getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

int files_hide_memory(void) {
    return prctl(PR_SET_DUMPABLE, 0);
}

int files_make_memory_file(void) {
    return memfd_create("result", MFD_CLOEXEC);
}
