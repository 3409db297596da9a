#ifndef CFILES_H
#define CFILES_H

#include <stdbool.h>

// System calls that Swift's Glibc module hides. They set errno.

/// Lets two names change places. 0 if it is done.
int files_exchange(const char *from, const char *to);

/// Renames without ever taking the place of something that is there. 0 if it is done.
int files_rename_new(const char *from, const char *to);

/// True if a file system is mounted exactly there, a bound folder included; false if that cannot be told.
bool files_is_mount_point(const char *path);

/// True if a file that is open has a list of who may use it besides owner, group and others.
bool files_has_access_list(int descriptor);

/// The same of a file or folder by its name.
bool files_named_has_access_list(const char *path);

/// Keeps the memory of this process from other processes of its user, and out of files that a crash leaves. 0 if it is done.
int files_hide_memory(void);

#endif
