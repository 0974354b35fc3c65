# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel says of a process. Every contender is one process."""
import ctypes
import time

LIBC = ctypes.CDLL(None)


def cpu_seconds(pid):
    """User and system time of all its threads so far, of ended ones too, to the nanosecond; /proc/PID/stat counts the
    same by 10 ms."""
    clock = ctypes.c_int()
    if error := LIBC.clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise OSError(error, f"no CPU clock of process {pid}")
    return time.clock_gettime(clock.value)


def resident_bytes(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        for line in rollup:
            if line.startswith("Rss:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/{pid}/smaps_rollup has no Rss")
