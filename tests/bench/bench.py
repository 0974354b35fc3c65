# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares Spillway with other balancers, and with itself. packaging/bench runs it."""
import argparse
import contextlib
import dataclasses
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import backends
import peers
import report
from load import Requests
from processes import PATIENCE
from scenarios import SCENARIOS


@dataclasses.dataclass(frozen=True)
class Scale:
    """How much is measured, and how often."""
    share: float  # of each scenario's load
    seconds: float  # of a run at a fixed rate, and until memory is looked at
    repeats: int

    def warm_up(self):
        return dataclasses.replace(self, share=self.share / 4, seconds=self.seconds / 4)


FULL = Scale(1, 4, 5)
QUICK = Scale(0.1, 0.5, 3)
SMOKE = Scale(0.0005, 0.05, 1)


def main():
    options = read_options()
    os.environ["PATH"] += ":/usr/sbin"  # Debian's place for servers, which not everybody's PATH has
    scale = SMOKE if options.smoke else QUICK if options.quick else FULL
    if options.repeat:
        scale = dataclasses.replace(scale, repeats=options.repeat)
    if options.list:
        print("\n".join(f"{scenario.name:16}{scenario.title}" for scenario in SCENARIOS))
        return
    chosen = [scenario for scenario in SCENARIOS if not options.only or options.only in scenario.name]
    if not chosen:
        sys.exit(f"There is no scenario '{options.only}': {', '.join(scenario.name for scenario in SCENARIOS)}.")
    missing = {contender.needs for scenario in chosen for contender in scenario.contenders
               if not peers.is_installed(contender)}
    if missing:
        sys.exit(f"Missing: {', '.join(sorted(missing))}. packaging/bench installs and builds what is needed.")
    raise_descriptor_limit()
    print(report.machine() + "\n", flush=True)
    tables = []
    for scenario in chosen:
        tables.append(report.table(scenario, run(scenario, scale)))
        print(tables[-1], flush=True)
    if options.write:
        how = (f"`packaging/bench`: medians of {scale.repeats} interleaved runs of {scale.share:.0%} of the load. "
               "\"direct\" is the backend without a balancer.")
        report.write(options.write, report.PEERS, tables, how)


def read_options():
    parser = argparse.ArgumentParser(prog="packaging/bench", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="a tenth of the load, under 3 minutes in all")
    size.add_argument("--smoke", action="store_true", help="a few requests each: does everything start and complete?")
    parser.add_argument("--only", metavar="NAME", help="scenarios whose names contain this")
    parser.add_argument("--list", action="store_true", help="the scenarios' names")
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
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        prepare(folder)
        addresses = max(getattr(contender, "targets", 1) for contender in scenario.contenders)
        backend = backends.start(scenario.front, folder, addresses)
        stack.callback(backend.stop)
        contenders = []
        for contender in scenario.contenders:
            contenders.append(contender.start(scenario.front, backend, folder))
            stack.callback(contenders[-1].stop)
            await_answer(contenders[-1], folder)
        samples = measure(scenario, contenders, folder, scale)
    print(f"{scenario.name}: {time.monotonic() - began:.1f} s", file=sys.stderr)
    return {name: report.medians(each) for name, each in samples.items()}


def measure(scenario, contenders, folder, scale):
    """{contender: [{figure: value}]}, in turn, after a round that does not count."""
    def measured(contender, amount):
        return scenario.measure(contender, scenario.load.scaled(amount.share), folder, amount)

    if not scenario.once:
        for contender in contenders:
            measured(contender, scale.warm_up())
    samples = {contender.name: [] for contender in contenders}
    for _ in range(1 if scenario.once else scale.repeats):
        for contender in contenders:
            samples[contender.name].append(measured(contender, scale))
    return samples


def await_answer(peer, folder):
    """A balancer may still be finding its backend healthy."""
    one = Requests(1, 1, body="" if peer.front.backend == "h1" else "message")
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return one.run(peer, folder)
        except RuntimeError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def prepare(folder):
    """The files that the programs share: a certificate and its key, requests' bodies."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-days", "30", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                    "-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for name, size in (("message", 20), ("large", 4 << 20)):
        with open(f"{folder}/{name}", "wb") as out:
            out.write(grpc_message(size))


def grpc_message(size):
    """A message of gRPC's framing: not compressed, its length, so many bytes."""
    return b"\0" + size.to_bytes(4, "big") + b"x" * size


if __name__ == "__main__":
    main()
