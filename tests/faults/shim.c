/* Counts every write-type call on paths below some folders, and at one of them kills the process or
   lets it fail. Preloaded by tests/faults/shim.py, which says in PHOTA_SHIM what is to happen:

     roots=/a:/b  log=FILE  do=kill|tear|fail  at=N  errno=E  for=SECONDS  nosync=1  slow=SECONDS  armed=0

   separated by newlines. "kill": before call N. "tear": call N writes half, then the kill. "fail":
   call N fails with E, and for so many seconds every other call that the trouble would meet.
   "nosync": syncs do nothing. "slow": each sync takes so long. "armed=0": calls count
   once the program has called phota_shim_arm(). Children never inherit it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { WRITE, SYNC, TAKES, GIVES, CHANGES }; /* what a call does to the disk */
static char roots[8][PATH_MAX];
static int root_count, log_fd = -1, nosync, wanted_errno;
static atomic_int armed = 1;
static long wanted_at = -1;
static double lasting, slow;
static char action;
static atomic_long counter;
static _Atomic double fails_until;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void nap(double seconds) {
    struct timespec t = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&t, &t) && errno == EINTR) continue;
}

static void set(const char *name, const char *value) {
    if (!strcmp(name, "roots")) {
        while (*value && root_count < 8) {
            size_t length = strcspn(value, ":");
            snprintf(roots[root_count++], PATH_MAX, "%.*s", (int)length, value);
            value += length + (value[length] == ':');
        }
    } else if (!strcmp(name, "log")) {
        int fd = (int)syscall(SYS_openat, AT_FDCWD, value,
                              O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        log_fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 900);
        if (fd >= 0) syscall(SYS_close, fd);
    } else if (!strcmp(name, "do")) {
        action = value[0];
    } else if (!strcmp(name, "at")) {
        wanted_at = atol(value);
    } else if (!strcmp(name, "errno")) {
        wanted_errno = atoi(value);
    } else if (!strcmp(name, "for")) {
        lasting = atof(value);
    } else if (!strcmp(name, "nosync")) {
        nosync = atoi(value);
    } else if (!strcmp(name, "slow")) {
        slow = atof(value);
    } else if (!strcmp(name, "armed")) {
        armed = atoi(value);
    }
}

void phota_shim_arm(void) { armed = 1; }

__attribute__((constructor)) static void begin(void) {
    const char *said = getenv("PHOTA_SHIM");
    if (said == NULL) return;
    char *copy = strdup(said), *rest = copy, *line;
    while ((line = strsep(&rest, "\n")) != NULL) {
        char *value = strchr(line, '=');
        if (value) {
            *value = 0;
            set(line, value + 1);
        }
    }
    free(copy);
    unsetenv("PHOTA_SHIM");
    unsetenv("LD_PRELOAD");
}

static int below(const char *path) {
    for (int i = 0; i < root_count; i++) {
        size_t length = strlen(roots[i]);
        if (!strncmp(path, roots[i], length) && (path[length] == '/' || !path[length])) return 1;
    }
    return 0;
}

static int path_of_fd(int fd, char *out) {
    char name[64];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, out, PATH_MAX - 1);
    if (length < 0) return 0;
    out[length] = 0;
    return out[0] == '/';
}

static int path_at(int dir, const char *path, char *out) {
    char base[PATH_MAX];
    if (path == NULL) return 0;
    if (path[0] == '/') {
        snprintf(out, PATH_MAX, "%s", path);
        return 1;
    }
    if (dir == AT_FDCWD ? getcwd(base, sizeof base) == NULL : !path_of_fd(dir, base)) return 0;
    return snprintf(out, 2 * PATH_MAX, "%s/%s", base, path) > 0;
}

static int meets(enum kind kind) {
    return wanted_errno != ENOSPC || kind == WRITE || kind == TAKES;
}

/* What becomes of a call on path: 0 goes on, 1 is to write half and die, 2 fails (errno is set). */
static int strike(const char *name, enum kind kind, const char *path) {
    if (!root_count || !armed || !below(path)) return 0;
    int before = errno;
    long n = atomic_fetch_add(&counter, 1) + 1;
    int failing = action == 'f' && meets(kind) &&
                  (now() < fails_until || (n >= wanted_at && wanted_at > 0 && fails_until == 0.0));
    if (failing && fails_until == 0.0) fails_until = now() + lasting + 1e-9;
    if (log_fd >= 0) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%ld %s %d %s%s\n", n, name, (int)kind,
                              failing ? "FAILED " : "", path);
        syscall(SYS_write, log_fd, line, length);
    }
    if (n == wanted_at && action == 't' && kind == WRITE) return 1;
    if (n == wanted_at && (action == 'k' || action == 't')) syscall(SYS_kill, getpid(), SIGKILL);
    errno = failing ? wanted_errno : before;
    return failing ? 2 : 0;
}

static int strike_fd(const char *name, enum kind kind, int fd) {
    char path[PATH_MAX];
    return root_count && path_of_fd(fd, path) ? strike(name, kind, path) : 0;
}

static int strike_at(const char *name, enum kind kind, int dir, const char *path) {
    char whole[2 * PATH_MAX];
    return root_count && path_at(dir, path, whole) ? strike(name, kind, whole) : 0;
}

#define die() syscall(SYS_kill, getpid(), SIGKILL)
#define REAL(name)                                                                             \
    static __typeof__(&name) real;                                                             \
    if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *bytes, size_t count) {
    REAL(write);
    int what = strike_fd("write", WRITE, fd);
    if (what == 2) return -1;
    if (what == 1) {
        real(fd, bytes, count / 2);
        die();
    }
    return real(fd, bytes, count);
}

#define PWRITE(name, offset_type)                                                              \
    ssize_t name(int fd, const void *bytes, size_t count, offset_type offset) {                \
        REAL(name);                                                                            \
        int what = strike_fd("pwrite", WRITE, fd);                                             \
        if (what == 2) return -1;                                                              \
        if (what == 1) {                                                                       \
            real(fd, bytes, count / 2, offset);                                                \
            die();                                                                             \
        }                                                                                      \
        return real(fd, bytes, count, offset);                                                 \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(writev);
    int what = strike_fd("writev", WRITE, fd);
    if (what == 2) return -1;
    if (what == 1) {
        real(fd, parts, count / 2);
        die();
    }
    return real(fd, parts, count);
}

#define PWRITEV(name, offset_type)                                                             \
    ssize_t name(int fd, const struct iovec *parts, int count, offset_type offset) {           \
        REAL(name);                                                                            \
        if (strike_fd("pwritev", TAKES, fd) == 2) return -1;                                   \
        return real(fd, parts, count, offset);                                                 \
    }
PWRITEV(pwritev, off_t)
PWRITEV(pwritev64, off64_t)

#define ONE_FD(name, kind)                                                                     \
    int name(int fd) {                                                                         \
        REAL(name);                                                                            \
        if (strike_fd(#name, kind, fd) == 2) return -1;                                        \
        if (slow > 0.0) nap(slow);                                                             \
        return nosync ? 0 : real(fd);                                                          \
    }
ONE_FD(fsync, SYNC)
ONE_FD(fdatasync, SYNC)

#define TRUNCATE(name, offset_type)                                                            \
    int name(int fd, offset_type length) {                                                     \
        REAL(name);                                                                            \
        struct stat now_is;                                                                    \
        int grows = !fstat(fd, &now_is) && length > now_is.st_size;                            \
        if (strike_fd("ftruncate", grows ? TAKES : GIVES, fd) == 2) return -1;                 \
        return real(fd, length);                                                               \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

#define FALLOCATE(name, offset_type)                                                           \
    int name(int fd, int mode, offset_type offset, offset_type length) {                       \
        REAL(name);                                                                            \
        if (strike_fd("fallocate", TAKES, fd) == 2) return -1;                                 \
        return real(fd, mode, offset, length);                                                 \
    }
FALLOCATE(fallocate, off_t)
FALLOCATE(fallocate64, off64_t)

#define POSIX_FALLOCATE(name, offset_type)                                                     \
    int name(int fd, offset_type offset, offset_type length) {                                 \
        REAL(name);                                                                            \
        if (strike_fd("fallocate", TAKES, fd) == 2) return errno;                              \
        return real(fd, offset, length);                                                       \
    }
POSIX_FALLOCATE(posix_fallocate, off_t)
POSIX_FALLOCATE(posix_fallocate64, off64_t)

#define SENDFILE(name, offset_type)                                                            \
    ssize_t name(int to, int from, offset_type *offset, size_t count) {                        \
        REAL(name);                                                                            \
        int what = strike_fd("sendfile", WRITE, to);                                           \
        if (what == 2) return -1;                                                              \
        if (what == 1) {                                                                       \
            real(to, from, offset, count / 2);                                                 \
            die();                                                                             \
        }                                                                                      \
        return real(to, from, offset, count);                                                  \
    }
SENDFILE(sendfile, off_t)
SENDFILE(sendfile64, off64_t)

ssize_t copy_file_range(int from, off64_t *at, int to, off64_t *into, size_t count,
                        unsigned int flags) {
    REAL(copy_file_range);
    if (strike_fd("copy_file_range", TAKES, to) == 2) return -1;
    return real(from, at, to, into, count, flags);
}

static int makes(int dir, const char *path, int flags) {
    char whole[2 * PATH_MAX];
    struct stat found;
    if (!(flags & (O_CREAT | O_TRUNC)) && (flags & O_TMPFILE) != O_TMPFILE) return 0;
    if ((flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT)) return 0;
    int is_new = path_at(dir, path, whole) && stat(whole, &found) != 0;
    return strike_at("open", is_new ? TAKES : CHANGES, dir, path);
}

#define MODE                                                                                   \
    va_list more;                                                                              \
    va_start(more, flags);                                                                     \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;                    \
    va_end(more)

#define OPEN(name)                                                                             \
    int name(const char *path, int flags, ...) {                                               \
        REAL(name);                                                                            \
        MODE;                                                                                  \
        return makes(AT_FDCWD, path, flags) == 2 ? -1 : real(path, flags, mode);               \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                           \
    int name(int dir, const char *path, int flags, ...) {                                      \
        REAL(name);                                                                            \
        MODE;                                                                                  \
        return makes(dir, path, flags) == 2 ? -1 : real(dir, path, flags, mode);               \
    }
OPENAT(openat)
OPENAT(openat64)

#define CREAT(name)                                                                            \
    int name(const char *path, mode_t mode) {                                                  \
        REAL(name);                                                                            \
        int what = makes(AT_FDCWD, path, O_CREAT | O_TRUNC | O_WRONLY);                        \
        return what == 2 ? -1 : real(path, mode);                                              \
    }
CREAT(creat)
CREAT(creat64)

static int opens(const char *path, const char *mode) {
    int flags = mode[0] == 'r' ? 0 : O_WRONLY | O_CREAT | (mode[0] == 'w' ? O_TRUNC : 0);
    return makes(AT_FDCWD, path, flags);
}

#define FOPEN(name)                                                                            \
    FILE *name(const char *path, const char *mode) {                                           \
        REAL(name);                                                                            \
        return opens(path, mode) == 2 ? NULL : real(path, mode);                               \
    }
FOPEN(fopen)
FOPEN(fopen64)

int rename(const char *old, const char *new) {
    REAL(rename);
    return strike_at("rename", TAKES, AT_FDCWD, new) == 2 ? -1 : real(old, new);
}

int renameat(int old_dir, const char *old, int new_dir, const char *new) {
    REAL(renameat);
    return strike_at("rename", TAKES, new_dir, new) == 2 ? -1 : real(old_dir, old, new_dir, new);
}

int renameat2(int old_dir, const char *old, int new_dir, const char *new, unsigned int flags) {
    REAL(renameat2);
    if (strike_at("rename", TAKES, new_dir, new) == 2) return -1;
    return real(old_dir, old, new_dir, new, flags);
}

int link(const char *old, const char *new) {
    REAL(link);
    return strike_at("link", TAKES, AT_FDCWD, new) == 2 ? -1 : real(old, new);
}

int linkat(int old_dir, const char *old, int new_dir, const char *new, int flags) {
    REAL(linkat);
    if (strike_at("link", TAKES, new_dir, new) == 2) return -1;
    return real(old_dir, old, new_dir, new, flags);
}

int symlink(const char *old, const char *new) {
    REAL(symlink);
    return strike_at("symlink", TAKES, AT_FDCWD, new) == 2 ? -1 : real(old, new);
}
int mkdir(const char *path, mode_t mode) {
    REAL(mkdir);
    return strike_at("mkdir", TAKES, AT_FDCWD, path) == 2 ? -1 : real(path, mode);
}

int mkdirat(int dir, const char *path, mode_t mode) {
    REAL(mkdirat);
    return strike_at("mkdir", TAKES, dir, path) == 2 ? -1 : real(dir, path, mode);
}

#define ONE_PATH(name, kind)                                                                   \
    int name(const char *path) {                                                               \
        REAL(name);                                                                            \
        return strike_at(#name, kind, AT_FDCWD, path) == 2 ? -1 : real(path);                  \
    }
ONE_PATH(unlink, GIVES)
ONE_PATH(rmdir, GIVES)
ONE_PATH(remove, GIVES)

int unlinkat(int dir, const char *path, int flags) {
    REAL(unlinkat);
    return strike_at("unlink", GIVES, dir, path) == 2 ? -1 : real(dir, path, flags);
}

int chmod(const char *path, mode_t mode) {
    REAL(chmod);
    return strike_at("chmod", CHANGES, AT_FDCWD, path) == 2 ? -1 : real(path, mode);
}

int fchmod(int fd, mode_t mode) {
    REAL(fchmod);
    return strike_fd("chmod", CHANGES, fd) == 2 ? -1 : real(fd, mode);
}

int fchmodat(int dir, const char *path, mode_t mode, int flags) {
    REAL(fchmodat);
    return strike_at("chmod", CHANGES, dir, path) == 2 ? -1 : real(dir, path, mode, flags);
}

#define SET_LENGTH(name, offset_type)                                                          \
    int name(const char *path, offset_type length) {                                           \
        REAL(name);                                                                            \
        return strike_at("truncate", CHANGES, AT_FDCWD, path) == 2 ? -1 : real(path, length);  \
    }
SET_LENGTH(truncate, off_t)
SET_LENGTH(truncate64, off64_t)
