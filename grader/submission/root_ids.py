"""A seccomp filter under which a process is told that it is root, whoever it is.

BCC before 0.29 reads /proc/kallsyms for root alone (bcc_procutils_each_ksym asks geteuid(2)), and
compiles to other helpers without it: bpf_probe_read_kernel() then becomes bpf_probe_read(), which
reads a process's memory too. And a script may ask for root, as BCC's tools do. The filter changes
what those calls return and nothing else: all that the kernel and /proc know of the process stays.
"""

from __future__ import annotations

import os
import struct

_INSTRUCTION = struct.Struct("=HBBI")
"""struct sock_filter of linux/filter.h: code, jump if true, jump if false, k."""
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06  # BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_JEQ|BPF_K, BPF_RET
_NUMBER, _ARCHITECTURE = 0, 4
"""Where struct seccomp_data of linux/seccomp.h has them, in bytes."""
_ALLOW, _ANSWER = 0x7FFF0000, 0x00050000  # SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO with "error" 0

_CALLS = {
    # AUDIT_ARCH_* of linux/audit.h; getuid, geteuid, getgid and getegid of asm/unistd.h.
    "x86_64": (0xC000003E, (102, 107, 104, 108)),
    "aarch64": (0xC00000B7, (174, 175, 176, 177)),
}


def root_ids(machine: str = "") -> bytes:
    """Return the filter, as bubblewrap takes it, for the architecture `machine`, else this one's.

    Calls by another architecture's numbers, as those of 32-bit programs, are let be; on an
    architecture that is not known here, all are.
    """
    architecture, numbers = _CALLS.get(machine or os.uname().machine, (0, ()))
    count = len(numbers)
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUALS, 0, count + 1, architecture),
        (_LOAD, 0, 0, _NUMBER),
        *((_EQUALS, count - at, 0, number) for at, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ANSWER),
    ]
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in instructions)
