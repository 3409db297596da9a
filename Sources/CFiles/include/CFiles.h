#ifndef CFILES_H
#define CFILES_H

#include <stdbool.h>

// System calls that Swift's Glibc module hides. Both set errno.

/// Lets two names change places. 0 if it is done.
int files_exchange(const char *from, const char *to);

/// Renames without ever taking the place of something that is there. 0 if it is done.
int files_rename_new(const char *from, const char *to);

/// True if a file system is mounted exactly there, a bound folder included; false if that cannot be told.
bool files_is_mount_point(const char *path);

#endif
