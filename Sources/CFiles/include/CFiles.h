#ifndef CFILES_H
#define CFILES_H

#include <stdbool.h>
#include <sys/types.h>

// System calls that Swift's Glibc module hides. They set errno.

/// Lets two names change places. 0 if it is done.
int files_exchange(int fromFolder, const char *from, int toFolder, const char *to);

/// Renames without ever taking the place of something that is there. 0 if it is done.
int files_rename_new(int fromFolder, const char *from, int toFolder, const char *to);

/// True if a file system is mounted exactly there, a bound folder included; false if that cannot be told.
bool files_is_mount_point(int folder, const char *name);

/// True of the path of a name in a folder that this process holds open: `/proc/self/fd/7/name`.
bool files_is_held(const char *path);

/// Opens a file as `open` does, but only one that cannot be another user's: it is looked at when it is open already.
///
/// For SQLite, which opens files by their names. Regular files have to belong to the caller, to root or to a user of
/// `files_trust_also`; what SQLite keeps beside a database (`-wal`, `-shm`, `-journal`) has no other name besides. -1 with
/// `EACCES` for any other. No link is followed at a name for which `files_is_held`.
int files_open_trusted(const char *path, int flags, int mode);

/// Lets `files_open_trusted` open files of one more user, from now on: who reads a journal reads what is beside it.
void files_trust_also(uid_t user);

/// True if a file that is open has a list of who may use it besides owner, group and others.
bool files_has_access_list(int descriptor);

/// The same of a file or folder by its name.
bool files_named_has_access_list(const char *path);

/// Keeps the memory of this process from other processes of its user, and out of files that a crash leaves. 0 if it is done.
int files_hide_memory(void);

/// Opens an empty file that is only in memory and goes with its descriptors; -1 if there is none to be had.
int files_make_memory_file(void);

#endif
