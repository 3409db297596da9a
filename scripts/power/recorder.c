/*
 * Preloaded into a program, it records what that does to the files of one folder, in the order in which it happens: what
 * is written, cut off, renamed and removed, where each sync begins and ends, and every request that leaves meanwhile. Or it
 * lets the n-th of these calls fail. See scripts/power/cut.
 *
 *   POWER_FOLDER  the folder, without links
 *   POWER_LOG     one line for each event; not in that folder
 *   POWER_FAIL    N:ERRNO, the N-th write, cut or sync fails once with that number
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* One event at a time: the order of the lines is the order of the calls. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;
static const char *folder;
static long fail_at, fail_with, calls;

#define REAL(name) ((__typeof__(&name))next(#name))

static void *next(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

__attribute__((constructor)) static void begin(void) {
    folder = getenv("POWER_FOLDER");
    const char *path = getenv("POWER_LOG"), *fail = getenv("POWER_FAIL");
    if (folder == NULL || path == NULL) return;
    log_file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fail != NULL) sscanf(fail, "%ld:%ld", &fail_at, &fail_with);
}

/* The path of an open file. */
static bool path_of(int file, char *path) {
    char name[32];
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(name, path, PATH_MAX - 1);
    if (length < 0) return false;
    path[length] = 0;
    return true;
}

static bool is_inside(const char *path) {
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

/* True for a file of the folder. */
static bool is_ours(int file) {
    char path[PATH_MAX];
    return log_file >= 0 && path_of(file, path) && is_inside(path);
}

static bool is_socket(int file) {
    struct stat status;
    return log_file >= 0 && fstat(file, &status) == 0 && S_ISSOCK(status.st_mode);
}

static unsigned long inode(int file) {
    struct stat status;
    return fstat(file, &status) == 0 ? status.st_ino : 0;
}

static unsigned long inode_at(int at, const char *path) {
    struct stat status;
    return fstatat(at, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_ino : 0;
}

static void say(const char *format, ...) {
    char text[2 * PATH_MAX];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length > 0) syscall(SYS_write, log_file, text, length);
}

static void say_bytes(const unsigned char *bytes, size_t count) {
    static const char digits[] = "0123456789abcdef";
    char text[8192];
    for (size_t done = 0; done < count;) {
        size_t part = count - done < sizeof text / 2 ? count - done : sizeof text / 2;
        for (size_t i = 0; i < part; i++) {
            text[2 * i] = digits[bytes[done + i] >> 4];
            text[2 * i + 1] = digits[bytes[done + i] & 15];
        }
        syscall(SYS_write, log_file, text, 2 * part);
        done += part;
    }
    syscall(SYS_write, log_file, "\n", 1);
}

/* The folder of a path as it is open, and the last part of it. */
static unsigned long parent(int at, const char *path, const char **name, bool *is_watched) {
    char whole[PATH_MAX], resolved[PATH_MAX];
    const char *slash = strrchr(path, '/');
    *name = slash == NULL ? path : slash + 1;
    size_t length = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    snprintf(whole, sizeof whole, "%.*s", (int)length, slash == NULL ? "." : path);
    int file = syscall(SYS_openat, at, whole, O_PATH | O_CLOEXEC);
    *is_watched = file >= 0 && path_of(file, resolved) && is_inside(resolved);
    unsigned long number = file < 0 ? 0 : inode(file);
    if (file >= 0) syscall(SYS_close, file);
    return number;
}

/* Called with the lock held. True if this call is the one that has to fail; then errno is set. */
static bool fails(const char *kind, int file) {
    if (fail_at == 0 || ++calls != fail_at) return false;
    char path[PATH_MAX];
    say("failed %s %s\n", kind, path_of(file, path) ? path : "");
    errno = fail_with;
    return true;
}

/* MARK: Contents */

static void wrote(int file, long offset, const void *bytes, ssize_t count) {
    if (count <= 0) return;
    say("write %lu %ld ", inode(file), offset);
    say_bytes(bytes, count);
}

ssize_t write(int file, const void *bytes, size_t count) {
    __typeof__(&write) real = REAL(write);
    if (is_socket(file)) {
        pthread_mutex_lock(&lock);
        say("sent %d ", file);
        say_bytes(bytes, count);
        pthread_mutex_unlock(&lock);
        return real(file, bytes, count);
    }
    if (!is_ours(file)) return real(file, bytes, count);
    pthread_mutex_lock(&lock);
    ssize_t done = -1;
    if (!fails("write", file)) {
        done = real(file, bytes, count);
        off_t end = lseek(file, 0, SEEK_CUR);
        if (done > 0) wrote(file, end - done, bytes, done);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    __typeof__(&pwrite64) real = REAL(pwrite64);
    if (!is_ours(file)) return real(file, bytes, count, offset);
    pthread_mutex_lock(&lock);
    ssize_t done = -1;
    if (!fails("write", file)) {
        done = real(file, bytes, count, offset);
        wrote(file, offset, bytes, done);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) { return pwrite64(file, bytes, count, offset); }

ssize_t writev(int file, const struct iovec *parts, int count) {
    __typeof__(&writev) real = REAL(writev);
    if (is_socket(file)) {
        pthread_mutex_lock(&lock);
        for (int i = 0; i < count; i++) {
            say("sent %d ", file);
            say_bytes(parts[i].iov_base, parts[i].iov_len);
        }
        pthread_mutex_unlock(&lock);
    } else if (is_ours(file)) {
        ssize_t done = 0;
        for (int i = 0; i < count; i++) {
            ssize_t part = write(file, parts[i].iov_base, parts[i].iov_len);
            if (part < 0) return done > 0 ? done : part;
            done += part;
        }
        return done;
    }
    return real(file, parts, count);
}

static int cut(int file, off64_t length) {
    if (!is_ours(file)) return syscall(SYS_ftruncate, file, length);
    pthread_mutex_lock(&lock);
    int result = -1;
    if (!fails("cut", file)) {
        result = syscall(SYS_ftruncate, file, length);
        if (result == 0) say("cut %lu %ld\n", inode(file), (long)length);
    }
    int error = errno;
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int ftruncate(int file, off_t length) { return cut(file, length); }
int ftruncate64(int file, off64_t length) { return cut(file, length); }

/* MARK: Syncs */

static int sync_file(int file, int (*real)(int)) {
    if (!is_ours(file)) return real(file);
    unsigned long number = inode(file);
    pthread_mutex_lock(&lock);
    bool is_refused = fails("sync", file);
    int error = errno;
    if (!is_refused) say("sync %lu\n", number);
    pthread_mutex_unlock(&lock);
    errno = error;
    if (is_refused) return -1;
    int result = real(file);
    error = errno;
    if (result == 0) {
        pthread_mutex_lock(&lock);
        say("synced %lu\n", number);
        pthread_mutex_unlock(&lock);
    }
    errno = error;
    return result;
}

int fsync(int file) { return sync_file(file, REAL(fsync)); }
int fdatasync(int file) { return sync_file(file, REAL(fdatasync)); }

/* MARK: Names */

static void named(const char *kind, int at, const char *path) {
    const char *name;
    bool is_watched;
    unsigned long above = parent(at, path, &name, &is_watched), number = inode_at(at, path);
    if (is_watched && number != 0) say("%s %lu %lu %s\n", kind, above, number, name);
}

static int opened(int at, const char *path, int flags, mode_t mode) {
    if (log_file < 0 || !(flags & O_CREAT)) return syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&lock);
    bool was_there = inode_at(at, path) != 0;
    int file = syscall(SYS_openat, at, path, flags, mode), error = errno;
    if (file >= 0) {
        if (!was_there) named("name", at, path);
        if ((flags & O_TRUNC) && was_there && is_ours(file)) say("cut %lu 0\n", inode(file));
    }
    pthread_mutex_unlock(&lock);
    errno = error;
    return file;
}

#define MODE(flags)                                    \
    mode_t mode = 0;                                   \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {           \
        va_list arguments;                             \
        va_start(arguments, flags);                    \
        mode = va_arg(arguments, mode_t);              \
        va_end(arguments);                             \
    }

int open(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return opened(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return opened(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return opened(at, path, flags | O_LARGEFILE, mode); }

/* True while this file itself asks the kernel. */
static __thread bool asks_itself;

static int renamed(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    if (log_file < 0) {
        asks_itself = true;
        int result = syscall(SYS_renameat2, from_at, from, to_at, to, flags);
        asks_itself = false;
        return result;
    }
    pthread_mutex_lock(&lock);
    const char *from_name, *to_name;
    bool from_watched, to_watched;
    unsigned long from_above = parent(from_at, from, &from_name, &from_watched);
    unsigned long to_above = parent(to_at, to, &to_name, &to_watched);
    unsigned long moved = inode_at(from_at, from), other = inode_at(to_at, to);
    asks_itself = true;
    int result = syscall(SYS_renameat2, from_at, from, to_at, to, flags), error = errno;
    asks_itself = false;
    if (result == 0 && (from_watched || to_watched))
        say("rename %lu %lu %lu %lu %u %s/%s\n", from_above, to_above, moved, other, flags, from_name, to_name);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int rename(const char *from, const char *to) { return renamed(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int a, const char *from, int b, const char *to) { return renamed(a, from, b, to, 0); }
int renameat2(int a, const char *from, int b, const char *to, unsigned flags) { return renamed(a, from, b, to, flags); }

static int removed(int at, const char *path, int flags) {
    if (log_file < 0) return syscall(SYS_unlinkat, at, path, flags);
    pthread_mutex_lock(&lock);
    const char *name;
    bool is_watched;
    unsigned long above = parent(at, path, &name, &is_watched);
    int result = syscall(SYS_unlinkat, at, path, flags), error = errno;
    if (result == 0 && is_watched) say("remove %lu %s\n", above, name);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int unlink(const char *path) { return removed(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return removed(AT_FDCWD, path, AT_REMOVEDIR); }
int unlinkat(int at, const char *path, int flags) { return removed(at, path, flags); }

int linkat(int a, const char *from, int b, const char *to, int flags) {
    int result = syscall(SYS_linkat, a, from, b, to, flags), error = errno;
    if (result == 0 && log_file >= 0) {
        pthread_mutex_lock(&lock);
        named("link", b, to);
        pthread_mutex_unlock(&lock);
    }
    errno = error;
    return result;
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int mkdirat(int at, const char *path, mode_t mode) {
    int result = syscall(SYS_mkdirat, at, path, mode), error = errno;
    if (result == 0 && log_file >= 0) {
        pthread_mutex_lock(&lock);
        named("folder", at, path);
        pthread_mutex_unlock(&lock);
    }
    errno = error;
    return result;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

/* What a program asks of the kernel by number, because its C library has no name for it. */
long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long a = va_arg(list, long), b = va_arg(list, long), c = va_arg(list, long), d = va_arg(list, long);
    long e = va_arg(list, long), f = va_arg(list, long);
    va_end(list);
    static long (*real)(long, ...);
    if (real == NULL) real = (long (*)(long, ...))next("syscall");
    if (number == SYS_renameat2 && log_file >= 0 && !asks_itself) {
        return renamed(a, (const char *)b, c, (const char *)d, e);
    }
    return real(number, a, b, c, d, e, f);
}
