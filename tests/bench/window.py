# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures the window: every room in turn under traffic, the access log of a large history, and one long stream.
packaging/bench window runs it."""
import argparse
import contextlib
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

import backends
import peers
import report
from bench import prepare, raise_descriptor_limit
from peers import Front, Spillway
from processes import PATIENCE, Process, program, wait_until

LONGEST = 900  # seconds that a part may take beyond the time for which rooms are looked at
ROOMS = 13
GRPC = Front("h2", "grpc")
CONNECTIONS = 20
ROOM_FIGURES = ("room", "requests/s", "longest pause ms", "longest event ms", "longest event", "UI thread % of a core",
                "program % of a core", "resident MiB")
LOOK_FIGURES = ("step", "shown ms", "longest pause ms", "frames/s", "longest frame ms", "messages", "resident MiB")
LIVE_FIGURES = ("view", "messages/s shown", "longest pause ms", "UI thread % of a core", "resident MiB")
LIVE_VIEWS = 4
LIVE_RATE = 5_000  # messages per second, both directions together
STEP_FIGURES = ("step", "shown ms", "done ms", "longest pause ms", "rows", "resident MiB")


@dataclasses.dataclass(frozen=True)
class Scale:
    seconds: float  # that each room is looked at
    rate: int  # requests per second
    targets: int
    entries: int  # of the history
    messages: int  # of the long stream


FULL = Scale(6, 20_000, 20, 5_000_000, 100_000)
QUICK = Scale(2, 20_000, 20, 500_000, 100_000)
SMOKE = Scale(0.2, 500, 3, 20_000, 2_000)


def main():
    options = read_options()
    scale = SMOKE if options.smoke else QUICK if options.quick else FULL
    changes = {name: getattr(options, name) for name in ("seconds", "rate", "targets", "entries", "messages")}
    scale = dataclasses.replace(scale, **{name: value for name, value in changes.items() if value})
    os.environ["PATH"] += ":/usr/sbin"
    raise_descriptor_limit()
    tables = []
    with contextlib.ExitStack() as stack:
        folder = tempfile.mkdtemp(prefix="spillway-bench-")
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        prepare(folder)
        if options.only in (None, "rooms"):
            tables.append(rooms_table(measure_rooms(scale, folder), scale))
            print(tables[-1], flush=True)
        if options.only in (None, "history"):
            data = options.history or fill(scale, folder)
            tables.append(history_table(measure_history(data), scale))
            print(tables[-1], flush=True)
        if options.only in (None, "stream"):
            tables += stream_tables(measure_stream(scale, folder), scale)
            print(*tables[-2:], sep="\n", flush=True)
    if options.write:
        report.write(options.write, report.WINDOW, tables, "`packaging/bench window`, without a screen, in one run.")


def read_options():
    parser = argparse.ArgumentParser(prog="packaging/bench window", description=__doc__)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--quick", action="store_true", help="2 s per room, a tenth of the history")
    size.add_argument("--smoke", action="store_true", help="does everything start and complete?")
    parser.add_argument("--only", choices=("rooms", "history", "stream"), help="one of the parts")
    parser.add_argument("--seconds", metavar="N", type=float, help="how long each room is looked at")
    parser.add_argument("--rate", metavar="N", type=int, help="requests per second")
    parser.add_argument("--targets", metavar="N", type=int)
    parser.add_argument("--entries", metavar="N", type=int, help="of the history")
    parser.add_argument("--messages", metavar="N", type=int, help="of the long stream")
    parser.add_argument("--history", metavar="FOLDER", help="one that is there already: with a history.db")
    parser.add_argument("--write", metavar="FILE", help="the tables and the machine's description, as markdown")
    return parser.parse_args()


def measure_rooms(scale, folder):
    """What bench-window says; h2load in another process sends at the rate."""
    with contextlib.ExitStack() as stack:
        backend = backends.start(GRPC, folder, scale.targets)
        stack.callback(backend.stop)
        workspace = peers.write(folder, "window.spillway.json", json.dumps(document(scale, backend.port, folder)))
        words = [program("bench-window"), "rooms", f"{folder}/data", workspace, scale.seconds]
        window = Process(words, None, folder, "window")
        stack.callback(window.stop)
        wait_until(lambda: window.is_over() or '"port"' in window.said(), f"{window.log}: it does not listen")
        load = subprocess.Popen(load_command(scale, answer(window, "port"), folder), stdout=subprocess.DEVNULL)
        stack.callback(load.wait)
        stack.callback(load.terminate)
        window.process.wait(scale.seconds * ROOMS + LONGEST)
        said = json.loads(line_with(window, "rooms"))
    if said["requests"] == 0 or window.process.returncode != 0:
        raise RuntimeError(f"bench-window failed:\n{window.said()}")
    return said


def line_with(window, word):
    for line in window.said().splitlines():
        if line.startswith("{") and f'"{word}":' in line:
            return line
    raise RuntimeError(f"bench-window failed:\n{window.said()}")


def answer(window, word):
    return json.loads(line_with(window, word))[word]


def document(scale, port, folder):
    """Ten rules, of which the last one matches, and one that answers 503 itself."""
    made = Spillway(targets=scale.targets, rules=10).document(GRPC, port, folder)
    made["loadBalancers"][0]["listeners"][0]["rules"].append({
        "priority": 50, "conditions": [{"field": "path-pattern", "values": ["/closed/*"]}],
        "actions": [{"type": "fixed-response", "statusCode": 503}]})
    return made


def load_command(scale, port, folder):
    """Nineteen of twenty calls go to a target."""
    url = f"http://127.0.0.1:{port}"
    seconds = int(scale.seconds * (ROOMS + 2) + PATIENCE)
    words = ["h2load", "-t1", "-c", CONNECTIONS, "-m", 100, "-D", seconds, "--rps", scale.rate / CONNECTIONS,
             "-d", f"{folder}/message", "-H", "content-type: application/grpc", "-H", "te: trailers"]
    paths = [f"/bench.Bench{number}/Unary" for number in range(19)] + ["/closed/Unary"]
    return [str(word) for word in words + [url + path for path in paths]]


def fill(scale, folder):
    """A folder with a history of so many entries."""
    data = f"{folder}/history"
    os.mkdir(data)
    began = time.monotonic()
    subprocess.run([program("bench-window"), "fill", f"{data}/history.db", str(scale.entries)], check=True,
                   timeout=LONGEST)
    size = os.path.getsize(f"{data}/history.db") / (1 << 20)
    print(f"filled: {time.monotonic() - began:.1f} s, {size:.0f} MiB", file=sys.stderr)
    return data


def measure_history(data):
    done = subprocess.run([program("bench-window"), "history", data], stdout=subprocess.PIPE, text=True, check=True,
                          timeout=LONGEST)
    return json.loads(done.stdout.splitlines()[-1])


def measure_stream(scale, folder):
    """What bench-window says of a stream that has passed, and of one that goes on."""
    with contextlib.ExitStack() as stack:
        backend = backends.start(GRPC, folder, 1)
        stack.callback(backend.stop)
        one = dataclasses.replace(scale, targets=1)
        workspace = peers.write(folder, "stream.spillway.json", json.dumps(document(one, backend.port, folder)))
        words = [program("bench-window"), "stream", f"{folder}/stream", workspace, scale.messages, scale.seconds]
        window = Process(words, None, folder, "stream")
        stack.callback(window.stop)

        def await_word(word):
            wait_until(lambda: window.is_over() or f'"{word}"' in window.said(), f"{window.log}: it does not say {word}")

        def stream(messages, per_second):
            words = ["bench-grpc-load", f"127.0.0.1:{answer(window, 'port')}", "paced", messages, per_second]
            load = subprocess.Popen([program(words[0])] + [str(word) for word in words[1:]], stdout=subprocess.DEVNULL)
            stack.callback(load.wait)
            stack.callback(load.terminate)

        await_word("port")
        stream(scale.messages // 2, LIVE_RATE)
        await_word("live")
        stream(int(LIVE_RATE / 2 * (scale.seconds * LIVE_VIEWS + PATIENCE)), LIVE_RATE // 2)
        window.process.wait(scale.seconds * LIVE_VIEWS + LONGEST)
        said = json.loads(line_with(window, "steps"))
    if window.process.returncode != 0:
        raise RuntimeError(f"bench-window failed:\n{window.said()}")
    return said


def stream_tables(said, scale):
    return [as_table(f"### One stream of {scale.messages:,} messages that has passed", LOOK_FIGURES, said["steps"],
                     "A frame is one repaint of the view after its scroll bar moved by a 120th of all."),
            as_table(f"### One stream while {LIVE_RATE:,} messages pass on it each second, {scale.seconds:g} s per view",
                     LIVE_FIGURES, said["live views"], "As the view shows them, client and target together.")]


def rooms_table(said, scale):
    title = (f"### Rooms: every room in turn for {scale.seconds:g} s, under {scale.rate:,} gRPC calls/s to "
             f"{scale.targets} targets")
    lost = ", ".join(f"{count:,} {what}" for what, count in said.items() if what not in ("rooms", "requests"))
    return as_table(title, ROOM_FIGURES, said["rooms"],
                    f"Requests in all: {said['requests']:,}. Lost: {lost}.")


def history_table(said, scale):
    title = f"### History: the access log on {scale.entries:,} stored entries"
    return as_table(title, STEP_FIGURES, said["steps"],
                    "\"Shown\": rows stand on the screen; \"done\": nothing is searched any more.")


def as_table(title, names, rows, below):
    lines = [title, "", f"| {' | '.join(names)} |", "|---" + "|---:" * (len(names) - 1) + "|"]
    lines += [f"| {' | '.join(cell(row[name]) for name in names)} |" for row in rows]
    return "\n".join(lines + ["", below]) + "\n"


def cell(value):
    if isinstance(value, str):
        return value.replace("|", "\\|")
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


if __name__ == "__main__":
    main()
