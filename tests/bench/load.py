# SPDX-License-Identifier: GPL-3.0-or-later
"""Load from h2load and bench-grpc-load, and what they say of it. A run with any request that failed is an error, never
a figure. Each kind of load can be scaled: a share of its amount."""
import dataclasses
import json
import re
import subprocess
import tempfile

from processes import program

LONGEST = 300  # seconds that a run may take
CIPHER = "TLS_AES_128_GCM_SHA256"  # the same for all


@dataclasses.dataclass(frozen=True)
class Requests:
    """What h2load sends: so many requests in all, over these connections, so many at once on each."""
    requests: int
    connections: int
    streams: int = 1
    path: str = "/bench.Bench/Unary"
    body: str = "message"  # a file of the benchmark's folder; "" = GET

    def scaled(self, share):
        return dataclasses.replace(self, requests=max(int(self.requests * share), self.connections))

    def command(self, peer, folder):
        words = ["h2load", "-t1", "-n", self.requests, "-c", self.connections, "-m", self.streams,
                 "--tls13-ciphers", CIPHER]
        if peer.front.client == "h1":
            words.append("--h1")
        if self.body:
            words += ["-d", f"{folder}/{self.body}"]
        if peer.front.backend == "grpc":
            words += ["-H", "content-type: application/grpc", "-H", "te: trailers"]
        return words + [peer.url + self.path]

    def run(self, peer, folder):
        """As fast as it goes; seconds."""
        said = h2load(peer, self.command(peer, folder))
        return in_seconds(re.search(r"finished in ([0-9.]+)(us|ms|s|m)", said))

    def run_at_rate(self, peer, folder, rate):
        """So many requests per second in all; each one's latency in µs, ascending."""
        with tempfile.NamedTemporaryFile(prefix="h2load-", dir=folder, mode="r", encoding="ascii") as log:
            *words, url = self.command(peer, folder)
            h2load(peer, [*words, "--rps", rate / self.connections, f"--log-file={log.name}", url])
            latencies = sorted(int(line.split("\t")[2]) for line in log)
        if len(latencies) != self.requests:
            raise RuntimeError(f"{peer.name}: {len(latencies)} latencies of {self.requests} requests")
        return latencies


@dataclasses.dataclass(frozen=True)
class Handshakes:
    """New connections with one request each, all opened at once."""
    connections: int

    def scaled(self, share):
        return Handshakes(max(int(self.connections * share), 10))

    def run(self, peer, folder):
        return Requests(self.connections, self.connections).run(peer, folder)


@dataclasses.dataclass(frozen=True)
class PingPong:
    """Streams of one connection, each of which awaits every message's echo."""
    streams: int
    rounds: int

    def scaled(self, share):
        return dataclasses.replace(self, rounds=max(int(self.rounds * share), 20))

    def run(self, peer):
        return grpc_load(peer, "ping-pong", self.streams, self.rounds)


@dataclasses.dataclass(frozen=True)
class ServerStreams:
    """Calls one after the other, each answered with so many messages."""
    calls: int
    messages: int

    def scaled(self, share):
        return dataclasses.replace(self, calls=max(int(self.calls * share), 1))

    def run(self, peer):
        return grpc_load(peer, "server-stream", self.calls, self.messages)


@dataclasses.dataclass(frozen=True)
class Idle:
    """Connections that are held open after one call."""
    connections: int

    def scaled(self, share):
        return Idle(max(int(self.connections * share), 20))


def h2load(peer, words):
    said = output(peer, words)
    counts = re.search(r"requests: (\d+) total, .* (\d+) succeeded, (\d+) failed, (\d+) errored", said)
    statuses = re.search(r"status codes: (\d+) 2xx", said)
    if not (counts and statuses and counts[1] == counts[2] == statuses[1]):
        raise RuntimeError(failure(peer, words, said))
    return said


def grpc_load(peer, *words):
    """messages, seconds and, for ping-pong, p50 and p99 in µs"""
    return json.loads(output(peer, [program("bench-grpc-load"), f"127.0.0.1:{peer.port}", *words]))


def output(peer, words):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=LONGEST, check=False)
    if done.returncode != 0:
        raise RuntimeError(failure(peer, words, done.stdout))
    return done.stdout


def failure(peer, words, said):
    return f"{peer.name} failed: {' '.join(map(str, words))}\n{said}"


def in_seconds(match):
    return float(match[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[match[2]]


def percentile(ascending, share):
    return ascending[min(int(len(ascending) * share), len(ascending) - 1)]
