# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares Spillway with other balancers, and with itself. packaging/bench runs it."""
import argparse
import dataclasses
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import peers
import report
from processes import wait_until
from scenarios import SCENARIOS
import load

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclasses.dataclass(frozen=True)
class Scale:
    """How much of each scenario's load is sent."""
    share: float
    seconds: int  # of a run at a fixed rate
    repeats: int
    fewest: int = 1  # requests per connection

    def of(self, wanted):
        least = wanted.connections * self.fewest
        return dataclasses.replace(wanted, requests=max(int(wanted.requests * self.share), least))


FULL = Scale(1, 4, 5)
QUICK = Scale(0.2, 1, 3)
SMOKE = Scale(0.0005, 1, 1)


def main():
    options = read_options()
    scale = SMOKE if options.smoke else QUICK if options.quick else FULL
    if options.repeat:
        scale = dataclasses.replace(scale, repeats=options.repeat)
    chosen = [scenario for scenario in SCENARIOS if not options.only or options.only in scenario.name]
    if not chosen:
        sys.exit(f"There is no scenario '{options.only}': {', '.join(scenario.name for scenario in SCENARIOS)}.")
    missing = {contender.name for scenario in chosen for contender in scenario.contenders
               if not peers.is_installed(contender)}
    if missing:
        sys.exit(f"Not installed: {', '.join(sorted(missing))}. packaging/setup bench installs the peers.")
    raise_descriptor_limit()
    tables = []
    for scenario in chosen:
        tables.append(report.table(scenario, run(scenario, scale)))
        print(tables[-1], flush=True)
    if options.write:
        write_results(options.write, tables, scale)


def read_options():
    parser = argparse.ArgumentParser(prog="packaging/bench", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a fifth of the load, under 3 minutes in all")
    size.add_argument("--smoke", action="store_true", help="a few requests each: does everything start and complete?")
    parser.add_argument("--only", metavar="NAME", help="scenarios whose names contain this")
    parser.add_argument("--repeat", metavar="N", type=int, help="how often each contender is measured in turn")
    parser.add_argument("--write", metavar="FILE", help="the tables and the machine's description, as markdown")
    return parser.parse_args()


def raise_descriptor_limit():
    """Thousands of connections; the programs that are started inherit it."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def run(scenario, scale):
    """All contenders wait while one of them is measured; {contender: {figure: median}}."""
    began = time.monotonic()
    folder = tempfile.mkdtemp(prefix="spillway-bench-")
    running = []
    try:
        prepare(folder)
        backend = scenario.start_backend(folder)
        running.append(backend)
        contenders = []
        for contender in scenario.contenders:
            contenders.append(contender.start(scenario.front, backend.port, folder))
            running.append(contenders[-1])
            warm_up(scenario, contenders[-1], folder, scale)
        samples = {contender.name: [] for contender in contenders}
        for _ in range(scale.repeats):
            for contender in contenders:
                samples[contender.name].append(scenario.measure(scenario, contender, folder, scale))
    finally:
        for program in reversed(running):
            program.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{scenario.name}: {time.monotonic() - began:.1f} s", file=sys.stderr)
    return {name: report.medians(each) for name, each in samples.items()}


def warm_up(scenario, contender, folder, scale):
    """One request until it is answered, for a balancer may still be finding its backend healthy; then some more."""
    one = dataclasses.replace(scenario.load, requests=1, connections=1, streams=1)

    def answers():
        try:
            load.run(one, contender, folder)
            return True
        except RuntimeError:
            return False
    wait_until(answers, f"{contender.name} does not answer in {scenario.name}")
    some = scale.of(scenario.load)
    load.run(dataclasses.replace(some, requests=max(some.requests // 10, some.connections)), contender, folder)


def prepare(folder):
    """The files that the programs share: a certificate, bodies, the backend's answers."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                    "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.makedirs(f"{folder}/files/bench.Bench")
    for name, size in (("message", 20), ("files/bench.Bench/Unary", 20), ("large", 4 << 20), ("files/large", 4 << 20)):
        with open(f"{folder}/{name}", "wb") as out:
            out.write(grpc_message(size))


def grpc_message(size):
    """A message of gRPC's framing: not compressed, its length, so many bytes."""
    return b"\0" + size.to_bytes(4, "big") + b"x" * size


def write_results(file, tables, scale):
    with open(file, "w", encoding="utf-8") as out:
        out.write("# Spillway beside haproxy, nghttpx and nginx\n\n"
                  f"Written by `packaging/bench`; medians of {scale.repeats} interleaved runs.\n\n"
                  f"{report.machine()}\n\n" + "\n".join(tables))


if __name__ == "__main__":
    main()
