# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of a benchmark: started with their words in a file, awaited at their port, ended."""
import os
import socket
import subprocess
import time

PATIENCE = 20  # seconds: the most that a program may take to listen or to end


class Process:
    """A running program that listens on 127.0.0.1:port."""

    def __init__(self, command, port, folder, name):
        self.port = port
        self.log = os.path.join(folder, f"{name}.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)

    @property
    def pid(self):
        return self.process.pid

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def await_port(self):
        wait_until(lambda: self.is_over() or listens(self.port), f"{self.log}: nothing listens on {self.port}")
        if self.is_over():
            raise RuntimeError(f"{self.process.args[0]} ended:\n{self.said()}")

    def is_over(self):
        return self.process.poll() is not None

    def stop(self):
        if not self.is_over():
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def program(name):
    """One of the programs that were built; in the PATH otherwise."""
    folder = os.environ.get("SPILLWAY_PROGRAMS")
    return os.path.join(folder, name) if folder else name


def wait_until(condition, complaint):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(complaint)
        time.sleep(0.02)


def listens(port):
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
