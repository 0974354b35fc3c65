# SPDX-License-Identifier: GPL-3.0-or-later
"""Load from h2load and what it says of it. A run with any request that failed is an error, never a figure."""
import dataclasses
import re
import subprocess
import tempfile

LONGEST = 180  # seconds that a run may take
CIPHER = "TLS_AES_128_GCM_SHA256"  # the same for all


@dataclasses.dataclass(frozen=True)
class Load:
    """What h2load sends: so many requests in all, over these connections, so many at once on each."""
    requests: int
    connections: int
    streams: int = 1
    path: str = "/bench.Bench/Unary"
    body: str = "message"  # a file of the benchmark's folder; "" = GET
    grpc: bool = True
    http1: bool = False

    def command(self, url, folder):
        words = ["h2load", "-t1", "-n", self.requests, "-c", min(self.connections, self.requests),
                 "-m", self.streams, "--tls13-ciphers", CIPHER]
        if self.http1:
            words.append("--h1")
        if self.body:
            words += ["-d", f"{folder}/{self.body}"]
        if self.grpc:
            words += ["-H", "content-type: application/grpc", "-H", "te: trailers"]
        return words + [url + self.path]


@dataclasses.dataclass(frozen=True)
class Outcome:
    seconds: float
    requests: int


def run(load, peer, folder):
    """As fast as it goes."""
    said = h2load(load.command(peer.url, folder))
    return Outcome(seconds(re.search(r"finished in ([0-9.]+)(us|ms|s|m)", said)), load.requests)


def run_at_rate(load, peer, folder, rate):
    """So many requests per second in all, for load.requests of them; each one's latency in µs, in ascending order."""
    with tempfile.NamedTemporaryFile(prefix="h2load-", dir=folder, mode="r", encoding="ascii") as log:
        words = load.command(peer.url, folder)
        h2load([*words[:-1], "--rps", rate / load.connections, f"--log-file={log.name}", words[-1]])
        latencies = sorted(int(line.split("\t")[2]) for line in log)
    if len(latencies) != load.requests:
        raise RuntimeError(f"{peer.name}: {len(latencies)} latencies of {load.requests} requests")
    return latencies


def h2load(words):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=LONGEST, check=False)
    counts = re.search(r"requests: (\d+) total, .* (\d+) succeeded, (\d+) failed, (\d+) errored", done.stdout)
    statuses = re.search(r"status codes: (\d+) 2xx", done.stdout)
    whole = counts and statuses and counts[1] == counts[2] == statuses[1]
    if done.returncode != 0 or not whole:
        raise RuntimeError(f"{' '.join(map(str, words))} failed:\n{done.stdout}")
    return done.stdout


def seconds(match):
    return float(match[1]) * {"us": 1e-6, "ms": 1e-3, "s": 1, "m": 60}[match[2]]


def percentile(ascending, share):
    return ascending[min(int(len(ascending) * share), len(ascending) - 1)]
