/* Preloaded into the real program: a slow disk, a name server that hangs, a folder that is foul.
 *
 * PHOTA_FOUL_FSYNC  seconds that each fsync and fdatasync takes longer
 * PHOTA_FOUL_DNS    seconds that each look-up of a name takes before it fails
 * PHOTA_FOUL_BELOW  a folder, and PHOTA_FOUL_ERROR what goes wrong below it:
 *                   links (no hard links, as on exFAT), read-only (EROFS), full (ENOSPC),
 *                   gone (ENOENT for what is made, as on a disk that was unplugged)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void wait_for(const char *variable) {
    const char *text = getenv(variable);
    double seconds = text ? atof(text) : 0;
    if (seconds <= 0) return;
    struct timespec time = {(time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}

int fsync(int fd) {
    wait_for("PHOTA_FOUL_FSYNC");
    return NEXT(fsync)(fd);
}

int fdatasync(int fd) {
    wait_for("PHOTA_FOUL_FSYNC");
    return NEXT(fdatasync)(fd);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
    if (getenv("PHOTA_FOUL_DNS") && node && strncmp(node, "127.", 4) != 0) {
        wait_for("PHOTA_FOUL_DNS");
        return EAI_AGAIN;
    }
    return NEXT(getaddrinfo)(node, service, hints, found);
}

/* Return whether a path, relative to an open folder, lies below the foul folder. */
static int is_below(int folder, const char *path) {
    const char *below = getenv("PHOTA_FOUL_BELOW");
    char whole[2 * PATH_MAX + 2], base[PATH_MAX], link[64];
    if (!below || !path) return 0;
    if (path[0] == '/') {
        snprintf(whole, sizeof whole, "%s", path);
    } else if (folder == AT_FDCWD) {
        if (!getcwd(base, sizeof base)) return 0;
        snprintf(whole, sizeof whole, "%s/%s", base, path);
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t size = readlink(link, base, sizeof base - 1);
        if (size < 0) return 0;
        base[size] = 0;
        snprintf(whole, sizeof whole, "%s/%s", base, path);
    }
    size_t length = strlen(below);
    return strncmp(whole, below, length) == 0 && (whole[length] == '/' || whole[length] == 0);
}

static int is_foul(const char *kind, int folder, const char *path) {
    const char *chosen = getenv("PHOTA_FOUL_ERROR");
    return chosen && strcmp(chosen, kind) == 0 && is_below(folder, path);
}

/* Set errno and return 1 when nothing can be made at the path. */
static int is_refused(int folder, const char *path) {
    if (is_foul("read-only", folder, path)) errno = EROFS;
    else if (is_foul("full", folder, path)) errno = ENOSPC;
    else if (is_foul("gone", folder, path)) errno = ENOENT;
    else return 0;
    return 1;
}

#define OPENS(name)                                                                     \
    int name(const char *path, int flags, ...) {                                        \
        va_list rest;                                                                   \
        va_start(rest, flags);                                                          \
        mode_t mode = va_arg(rest, mode_t);                                             \
        va_end(rest);                                                                   \
        if ((flags & (O_CREAT | O_WRONLY | O_RDWR)) && is_refused(AT_FDCWD, path))      \
            return -1;                                                                  \
        return NEXT(name)(path, flags, mode);                                           \
    }
OPENS(open)
OPENS(open64)

#define OPENATS(name)                                                                   \
    int name(int folder, const char *path, int flags, ...) {                            \
        va_list rest;                                                                   \
        va_start(rest, flags);                                                          \
        mode_t mode = va_arg(rest, mode_t);                                             \
        va_end(rest);                                                                   \
        if ((flags & (O_CREAT | O_WRONLY | O_RDWR)) && is_refused(folder, path))        \
            return -1;                                                                  \
        return NEXT(name)(folder, path, flags, mode);                                   \
    }
OPENATS(openat)
OPENATS(openat64)

int link(const char *from, const char *to) {
    if (is_foul("links", AT_FDCWD, to)) { errno = EPERM; return -1; }
    if (is_refused(AT_FDCWD, to)) return -1;
    return NEXT(link)(from, to);
}

int linkat(int a, const char *from, int b, const char *to, int flags) {
    if (is_foul("links", b, to)) { errno = EPERM; return -1; }
    if (is_refused(b, to)) return -1;
    return NEXT(linkat)(a, from, b, to, flags);
}

int rename(const char *from, const char *to) {
    return is_refused(AT_FDCWD, to) ? -1 : NEXT(rename)(from, to);
}

int mkdir(const char *path, mode_t mode) {
    return is_refused(AT_FDCWD, path) ? -1 : NEXT(mkdir)(path, mode);
}
