// Loaded into a program (LD_PRELOAD), it makes every sync of a file take SYNC_MICROSECONDS more, as on a slower disk.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static int slowly(const char *name, int file) {
    const char *delay = getenv("SYNC_MICROSECONDS");
    int (*sync)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int result = sync(file);
    usleep(delay ? atoi(delay) : 0);
    return result;
}

int fsync(int file) { return slowly("fsync", file); }

int fdatasync(int file) { return slowly("fdatasync", file); }
