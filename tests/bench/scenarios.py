# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of what is measured. A scenario's contenders stand in front of one backend and are measured in turn; every
measurement is a dictionary of figures."""
import contextlib
import dataclasses
import time
import typing

import load
import peers
import swaps
from idle_connections import IdleConnections
from load import Handshakes, Idle, PingPong, Requests, ServerStreams
from peers import Front, Spillway


@dataclasses.dataclass(frozen=True)
class Scenario:
    name: str
    title: str
    front: Front
    measure: typing.Callable  # (peer, load, folder, scale) → {figure: value}
    load: object
    contenders: tuple = peers.PEERS
    once: bool = False  # memory: measured once, from a fresh start


MIB, KIB = 1 << 20, 1 << 10


def measure_requests(peer, wanted, folder, _):
    """CPU time and speed at full load."""
    with cpu_of(peer) as cpu:
        seconds = wanted.run(peer, folder)
    speed = {"requests/s": wanted.requests / seconds}
    return speed if peer.is_direct else {"CPU µs per request": cpu.seconds / wanted.requests * 1e6, **speed,
                                         "resident MiB": peer.resident_bytes() / MIB}


def measure_with_latency(rate):
    """The same, then latency at so many requests per second, which every contender carries with ease."""
    def measure(peer, wanted, folder, scale):
        figures = measure_requests(peer, wanted, folder, scale)
        gentle = dataclasses.replace(wanted, requests=max(int(scale.seconds * rate), wanted.connections))
        latencies = gentle.run_at_rate(peer, folder, rate)
        return figures | {f"p50 µs at {rate}/s": load.percentile(latencies, 0.50),
                          f"p99 µs at {rate}/s": load.percentile(latencies, 0.99)}
    return measure


def measure_under_swaps(peer, wanted, folder, scale):
    swapped = swaps.swapping(peer, peer.contender.swaps) if peer.contender.swaps else contextlib.nullcontext()
    with swapped:
        return measure_requests(peer, wanted, folder, scale)


def measure_handshakes(peer, wanted, folder, _):
    with cpu_of(peer) as cpu:
        seconds = wanted.run(peer, folder)
    return {"CPU µs per connection": cpu.seconds / wanted.connections * 1e6,
            "connections/s": wanted.connections / seconds}


def measure_ping_pong(peer, wanted, *_):
    with cpu_of(peer) as cpu:
        said = wanted.run(peer)
    figures = {"p50 µs": said["p50"], "p99 µs": said["p99"]}
    return figures if peer.is_direct else figures | {"CPU µs per round": cpu.seconds / said["messages"] * 1e6}


def measure_server_streams(peer, wanted, *_):
    with cpu_of(peer) as cpu:
        said = wanted.run(peer)
    return {"CPU µs per message": cpu.seconds / said["messages"] * 1e6,
            "messages/s": said["messages"] / said["seconds"]}


def measure_idle(peer, wanted, _, scale):
    before = peer.resident_bytes()
    with IdleConnections(peer, wanted.connections):
        time.sleep(scale.seconds)
        during = peer.resident_bytes()
    time.sleep(scale.seconds)
    return {"KiB per connection": (during - before) / wanted.connections / KIB,
            "MiB after they are gone": peer.resident_bytes() / MIB}


def measure_memory(peer, wanted, folder, scale):
    """At rest, under load, and when the load is gone."""
    rest = peer.resident_bytes()
    wanted.run(peer, folder)
    loaded = peer.resident_bytes()
    time.sleep(scale.seconds)
    return {"MiB at rest": rest / MIB, "MiB right after load": loaded / MIB,
            f"MiB {scale.seconds} s later": peer.resident_bytes() / MIB}


class Cpu:
    seconds = 0.0


@contextlib.contextmanager
def cpu_of(peer):
    cpu = Cpu()
    before = peer.cpu_seconds()
    yield cpu
    cpu.seconds = peer.cpu_seconds() - before


GRPC, GRPC_TLS = Front("h2", "grpc"), Front("h2", "grpc", tls=True)
BODIES, BODIES_TLS = Front("h2", "h2", large=True), Front("h2", "h2", tls=True, large=True)
UNARY = Requests(100_000, 10, 20)
LARGE = "/bench.Bench/Large"
WITH_DIRECT = (peers.Direct(), *peers.PEERS)


def variants(**options):
    """Spillway with each value of one option: variants(rules={"1 rule": 1, …})."""
    (option, values), = options.items()
    return tuple(Spillway(name=name, **{option: value}) for name, value in values.items())


BESIDE_PEERS = (
    Scenario("unary-10x20", "unary gRPC, h2c → h2c, 10 connections × 20 streams", GRPC, measure_with_latency(2000),
             UNARY, WITH_DIRECT),
    Scenario("unary-1x100", "unary gRPC, h2c → h2c, 1 connection × 100 streams", GRPC, measure_requests,
             Requests(100_000, 1, 100)),
    Scenario("unary-200x1", "unary gRPC, h2c → h2c, 200 connections × 1 stream", GRPC, measure_requests,
             Requests(50_000, 200)),
    Scenario("tls-10x20", "unary gRPC, TLS → h2c, 10 connections × 20 streams", GRPC_TLS, measure_with_latency(2000),
             UNARY),
    Scenario("tls-1x100", "unary gRPC, TLS → h2c, 1 connection × 100 streams", GRPC_TLS, measure_requests,
             Requests(100_000, 1, 100)),
    Scenario("tls-200x1", "unary gRPC, TLS → h2c, 200 connections × 1 stream", GRPC_TLS, measure_requests,
             Requests(50_000, 200)),
    Scenario("http1", "HTTP/1.1 → HTTP/1.1, 50 connections", Front("h1", "h1"), measure_with_latency(2000),
             Requests(50_000, 50, body=""), WITH_DIRECT),
    Scenario("http2-to-http1", "HTTP/2 → HTTP/1.1, 10 connections × 20 streams", Front("h2", "h1"), measure_requests,
             Requests(50_000, 10, 20, body="")),
    Scenario("large-down", "4 MiB answers, h2c → h2c, 2 connections × 2 streams", BODIES, measure_requests,
             Requests(300, 2, 2, LARGE)),
    Scenario("large-down-tls", "4 MiB answers, TLS → h2c, 2 connections × 2 streams", BODIES_TLS,
             measure_requests, Requests(300, 2, 2, LARGE)),
    Scenario("large-up", "4 MiB requests, h2c → h2c, 2 connections × 2 streams", BODIES, measure_requests,
             Requests(300, 2, 2, body="large")),
    Scenario("ping-pong-1", "bidi ping-pong of 20 bytes, h2c → h2c, 1 stream", GRPC, measure_ping_pong,
             PingPong(1, 20_000), WITH_DIRECT),
    Scenario("ping-pong-20", "bidi ping-pong of 20 bytes, h2c → h2c, 20 streams", GRPC, measure_ping_pong,
             PingPong(20, 2_000), WITH_DIRECT),
    Scenario("server-stream", "server streams of 10,000 messages of 20 bytes, h2c → h2c", GRPC, measure_server_streams,
             ServerStreams(20, 10_000)),
    Scenario("handshakes", "new TLS connections, one request each", GRPC_TLS, measure_handshakes, Handshakes(1_000)),
    Scenario("idle-1000", "1,000 idle TLS HTTP/2 connections after one call each", GRPC_TLS, measure_idle, Idle(1_000),
             once=True),
    Scenario("idle-5000", "5,000 idle TLS HTTP/2 connections after one call each", GRPC_TLS, measure_idle, Idle(5_000),
             once=True),
    Scenario("memory", "memory of a load of 200 TLS connections × 20 streams", GRPC_TLS, measure_memory,
             Requests(50_000, 200, 20), once=True),
)

# Capture off / metadata / full belongs here as soon as the engine has it. A load balancer has 100 rules at the most, as
# on ALB; bench_micro matches 1,000.
BESIDE_ITSELF = (
    Scenario("access-log", "Spillway: its access log", GRPC, measure_requests, UNARY,
             variants(access_log={"log off": False, "log on": True})),
    Scenario("rules", "Spillway: path rules, of which the last one matches", GRPC, measure_requests, UNARY,
             variants(rules={"1 rule": 1, "10 rules": 10, "100 rules": 100})),
    Scenario("targets", "Spillway: targets of one group", GRPC, measure_requests, UNARY,
             variants(targets={"1 target": 1, "100 targets": 100, "1,000 targets": 1000})),
    Scenario("workers", "Spillway: workers", GRPC, measure_requests, UNARY,
             variants(workers={"1 worker": 1, "2 workers": 2})),
    Scenario("swaps", "Spillway: new configurations under load", GRPC, measure_under_swaps, UNARY,
             variants(swaps={"no swaps": 0, "10 swaps/s": 10})),
)

SCENARIOS = BESIDE_PEERS + BESIDE_ITSELF
