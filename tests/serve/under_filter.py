"""Run a program under a systemd unit's own filter of system calls: ``python under_filter.py UNIT PROGRAM ...``.

Expands the groups with ``systemd-analyze`` and loads the filter with libseccomp, as systemd does. Exit code 77 where one of
them is missing.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000
ERRORS = {"EPERM": 1}


def expanded(words: list[str]) -> set[str]:
    """Names of system calls, groups taken apart."""
    calls: set[str] = set()
    for word in words:
        if word.startswith("@"):
            told = subprocess.run(
                ["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True
            )
            listed = (line.strip() for line in told.stdout.splitlines()[1:])
            calls |= expanded([line for line in listed if line and not line.startswith("#")])
        else:
            calls.add(word)
    return calls


def main() -> None:
    """Load the filter and become the program."""
    allowed: set[str] = set()
    other = KILL
    for line in Path(sys.argv[1]).read_text().splitlines():
        name, _, value = line.partition("=")
        if name == "SystemCallFilter" and value.startswith("~"):
            allowed -= expanded(value[1:].split())
        elif name == "SystemCallFilter":
            allowed |= expanded(value.split())
        elif name == "SystemCallErrorNumber":
            other = FAIL | ERRORS[value]
    try:
        library = ctypes.CDLL("libseccomp.so.2")
    except OSError:
        sys.exit(77)
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(other)))
    for name in sorted(allowed):
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number != -1:
            library.seccomp_rule_add(context, ctypes.c_uint32(ALLOW), ctypes.c_int(number), ctypes.c_uint(0))
    if len(allowed) < 100 or library.seccomp_load(context) != 0:
        sys.exit("the filter could not be loaded")
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
