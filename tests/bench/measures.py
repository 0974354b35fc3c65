# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel says of a program and its children: CPU time and resident memory."""
import ctypes
import os
import time

LIBC = ctypes.CDLL(None)


def family(pid):
    """The process and all its descendants."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="ascii", errors="replace") as stat:
                    parents[int(entry)] = int(stat.read().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                pass  # it has just ended
    members = {pid}
    while grown := {child for child, parent in parents.items() if parent in members} - members:
        members |= grown
    return members


def cpu_seconds(pids):
    """User and system time so far, of ended threads too, in nanoseconds' grain (/proc/PID/stat counts by 10 ms)."""
    return sum(cpu_clock(pid) for pid in pids)


def cpu_clock(pid):
    clock = ctypes.c_int()
    if error := LIBC.clock_getcpuclockid(pid, ctypes.byref(clock)):
        raise OSError(error, f"no CPU clock of process {pid}")
    return time.clock_gettime(clock.value)


def resident_bytes(pids):
    """Memory in RAM that is the processes' own or their share of what is shared."""
    return sum(proportional_set(pid) for pid in pids)


def proportional_set(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as rollup:
        for line in rollup:
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError(f"/proc/{pid}/smaps_rollup has no Pss")
