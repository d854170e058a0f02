"""What a decoder gives up for good before it sees the first byte of a file."""

from __future__ import annotations

import ctypes
import mmap
import platform
import resource
import struct
import sys

GIB = 1 << 30
OWN = GIB * 5 // 4
"""Addresses beyond those of a start: 150 MP lie in a decoder's own memory as Pillow has them, four
bytes each, and once more as bytes of three or four. Up to 128 MP that is less than a gibibyte."""
MOST_ROOM = 5 * GIB
"""Addresses that buffers may take beyond a decoder's own: 150 MP of them, four times."""

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_SET_FILTER, _ALL_THREADS = 1, 1

# BPF as the kernel reads it: linux/filter.h, linux/seccomp.h, linux/audit.h.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050001
_NOT_THERE = 0x00050026
"""``ENOSYS``: the C library then starts threads by the older call."""
_NUMBER, _ARCHITECTURE, _FIRST, _THIRD = 0, 4, 16, 32
_PROT_EXEC, _CLONE_THREAD = 4, 0x10000

_Calls = dict[str, int | tuple[int, ...]]
_X86: _Calls = {
    "seccomp": 317,
    "clone": 56,
    "clone3": 435,
    "mmap": (9, 10),  # and mprotect
    # read write close fstat poll lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn pread64
    # readv writev sched_yield mremap madvise dup nanosleep getitimer setitimer getpid
    "free": (
        *(0, 1, 3, 5, 7, 8, 11, 12, 13, 14, 15, 17, 19, 20, 24, 25, 28, 32, 35, 36, 38, 39),
        # sendto recvfrom sendmsg recvmsg exit uname fcntl gettimeofday getrlimit getrusage sysinfo
        # times sigaltstack gettid futex sched_getaffinity set_tid_address restart_syscall
        *(44, 45, 46, 47, 60, 63, 72, 96, 97, 98, 99, 100, 131, 186, 202, 204, 218, 219),
        # clock_gettime clock_getres clock_nanosleep exit_group tgkill newfstatat ppoll
        # set_robust_list prlimit64 getcpu getrandom membarrier statx rseq
        *(228, 229, 230, 231, 234, 262, 271, 273, 302, 309, 318, 324, 332, 334),
    ),
}
_ARM: _Calls = {
    "seccomp": 277,
    "clone": 220,
    "clone3": 435,
    "mmap": (222, 226),
    "free": (
        *(63, 64, 57, 80, 73, 62, 215, 214, 134, 135, 139, 67, 65, 66, 124, 216, 233, 23, 101),
        *(102, 103, 172, 206, 207, 211, 212, 93, 160, 25, 169, 163, 165, 179, 153, 132, 178, 98),
        *(123, 96, 128, 113, 114, 115, 94, 131, 79, 99, 261, 168, 278, 283, 291, 293),
    ),
}
_MACHINES = {"x86_64": (0xC000003E, _X86), "aarch64": (0xC00000B7, _ARM)}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def before_imports() -> None:
    """Leave no core file and write no file; for the time of a start, too."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def lock_up() -> bool:
    """Give up new rights, programs, files and sockets; return whether the kernel holds to it."""
    return _filter_calls() if sys.platform == "linux" else False


class Memory:
    """Holds this process to so much beyond what it had at first, and the buffers it is lent."""

    def __init__(self) -> None:
        self._own = _addresses()
        self._most = self._own + OWN + MOST_ROOM
        resource.setrlimit(resource.RLIMIT_AS, (self._own + OWN, self._most))

    def allow(self, buffers: int) -> None:
        """Let there be so many bytes of buffers beside its own memory."""
        limit = min(self._own + OWN + buffers, self._most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, self._most))


def _addresses() -> int:
    """Find out how large this process is; a sandbox may have no /proc that would tell."""
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    page = mmap.PAGESIZE
    low, high = 0, 1 << 28  # in pages
    while high - low > 256:
        middle = (low + high) // 2
        resource.setrlimit(resource.RLIMIT_AS, (middle * page, most))
        try:
            mmap.mmap(-1, page).close()
        except (OSError, MemoryError):
            low = middle
        else:
            high = middle
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    return high * page


def _filter_calls() -> bool:
    known = _MACHINES.get(platform.machine())
    system = ctypes.CDLL(None, use_errno=True)
    system.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if system.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or known is None:
        return False
    audit, calls = known
    lines = _lines(audit, calls)
    code = b"".join(struct.pack("HBBI", *line) for line in lines)
    held = ctypes.create_string_buffer(code)
    program = _Program(len(lines), ctypes.cast(held, ctypes.c_void_p))
    # All threads: libraries have begun some of their own.
    done = system.syscall(calls["seccomp"], _SET_FILTER, _ALL_THREADS, ctypes.byref(program))
    return bool(done == 0)


def _lines(audit: int, calls: _Calls) -> list[tuple[int, int, int, int]]:
    """Return the kernel's program: a list of calls that are free, every other one is refused."""
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, 0x40000000),  # the numbers of another ABI
        (_RETURN, 0, 0, _KILL),
        (_EQUAL, 0, 1, _one(calls["clone3"])),
        (_RETURN, 0, 0, _NOT_THERE),
    ]
    for number in _many(calls["mmap"]):
        lines += [
            (_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _THIRD),
            (_ANY_BIT, 0, 1, _PROT_EXEC),
            (_RETURN, 0, 0, _REFUSE),
            (_RETURN, 0, 0, _ALLOW),
        ]
    lines += [
        (_EQUAL, 0, 4, _one(calls["clone"])),
        (_LOAD, 0, 0, _FIRST),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    for number in _many(calls["free"]):
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    return [*lines, (_RETURN, 0, 0, _REFUSE)]


def _one(numbers: int | tuple[int, ...]) -> int:
    return numbers if isinstance(numbers, int) else numbers[0]


def _many(numbers: int | tuple[int, ...]) -> tuple[int, ...]:
    return (numbers,) if isinstance(numbers, int) else numbers
