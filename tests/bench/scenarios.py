# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what is measured. A scenario starts its contenders in front of one backend and measures each of them in
turn; every measurement is a dictionary of figures."""
import dataclasses
import typing

import backends
import load
import peers
from load import Load
from peers import Front

CPU = "CPU µs per request"
SPEED = "requests/s"
P50, P99 = "p50 µs", "p99 µs"
MEMORY = "memory under load, MiB"


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    front: Front
    measure: typing.Callable  # (scenario, peer, folder, scale) → {figure: value}
    load: Load
    rate: int = 0  # requests per second at which latency is measured; 0 = not
    contenders: tuple = peers.PEERS

    def start_backend(self, folder):
        return backends.start_http1(folder) if self.front.backend == "h1" else backends.start_h2(folder)


def measure_requests(scenario, peer, folder, scale):
    """CPU time and speed at full load, then latency at a fixed rate."""
    wanted = scale.of(scenario.load)
    before = peer.cpu_seconds()
    outcome = load.run(wanted, peer, folder)
    figures = {
        CPU: (peer.cpu_seconds() - before) / outcome.requests * 1e6,
        SPEED: outcome.requests / outcome.seconds,
        MEMORY: peer.resident_bytes() / 2**20,
    }
    if scenario.rate:
        gentle = dataclasses.replace(wanted, requests=scale.seconds * scenario.rate)
        latencies = load.run_at_rate(gentle, peer, folder, scenario.rate)
        figures |= {P50: load.percentile(latencies, 0.50), P99: load.percentile(latencies, 0.99)}
    return figures


SCENARIOS = (
    Scenario("unary", "unary gRPC, h2c → h2c, 10 connections × 20 streams", Front("h2", "grpc"), measure_requests,
             Load(100_000, 10, 20), rate=2000),
    Scenario("http1", "HTTP/1.1 → HTTP/1.1, 50 connections", Front("h1", "h1"), measure_requests,
             Load(100_000, 50, body="", grpc=False, http1=True), rate=2000),
)
