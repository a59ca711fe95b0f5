"""A program to which the disk is full: `python small_disk.py MEGABYTES USER COMMAND…`, on Linux, without any rights.

Whatever the program, or one that it starts, writes beyond so many MB of any file is refused by the kernel with ENOSPC:
by a filter of system calls, since a small file system could be mounted by few, and a limit of a file's size says
something else. USER is whom root leaves the program to, or empty.
"""

import ctypes
import errno
import os
import pwd
import struct
import sys

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _FILTER = 22, 38, 2
_LOAD, _EQUAL, _AT_LEAST, _ANSWER = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.ENOSPC
_ARGUMENTS = 16
_NUMBERS = {"x86_64": (18, 296, 285), "aarch64": (68, 70, 47)}
"""By machine the system calls pwrite64 and pwritev, with the offset as their fourth argument, and fallocate, third."""


def _filter(full_at: int) -> bytes:
    pwrite, pwritev, fallocate = _NUMBERS[os.uname().machine]
    high, low = divmod(full_at, 1 << 32)
    if high:
        raise SystemExit("less than 4 GB")

    def offset(argument: int) -> list[tuple[int, int, int, int]]:
        place = _ARGUMENTS + 8 * argument
        return [
            (_LOAD, 0, 0, place + 4),
            (_EQUAL, 0, 3, 0),  # beyond 4 GB it is full in any case
            (_LOAD, 0, 0, place),
            (_AT_LEAST, 1, 0, low),
            (_ANSWER, 0, 0, _ALLOW),
            (_ANSWER, 0, 0, _REFUSE),
        ]

    code = [
        (_LOAD, 0, 0, 0),
        (_EQUAL, 3, 0, pwrite),
        (_EQUAL, 2, 0, pwritev),
        (_EQUAL, 7, 0, fallocate),
        (_ANSWER, 0, 0, _ALLOW),
        *offset(3),
        *offset(2),
    ]
    return b"".join(struct.pack("=HBBI", *each) for each in code)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def _main(megabytes: int, user: str, command: list[str]) -> None:
    if user:
        account = pwd.getpwnam(user)
        os.initgroups(user, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
        os.environ["HOME"] = account.pw_dir
    code = _filter(megabytes << 20)
    program = _Program(len(code) // 8, code)
    libc = ctypes.CDLL(None, use_errno=True)
    for call in (
        (_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (_PR_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0),
    ):
        if libc.prctl(*call) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
    os.execv(command[0], command)


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
