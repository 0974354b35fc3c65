# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end-to-end tests share: the programs under test as processes, channels, the route guide's calls, the access
log. The built programs are in the environment: SPILLWAYCTL, SPILLWAY_ROUTEGUIDE."""
import collections
import concurrent.futures
import contextlib
import json
import os
import queue
import random
import re
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request

import grpc
import route_guide_pb2 as messages

CTL = os.environ["SPILLWAYCTL"]
ROUTEGUIDE = os.environ["SPILLWAY_ROUTEGUIDE"]
FEATURES = os.path.join(os.path.dirname(__file__), "..", "..", "resources", "routeguide", "features.json")
PATIENCE = 60  # seconds: the most a step may take before the test fails; sanitizers make everything slow

CHANNEL_OPTIONS = [
    ("grpc.use_local_subchannel_pool", 1),  # each channel has a connection of its own
    ("grpc.enable_http_proxy", 0),
]


class Program:
    """A running program that says on its first line, in JSON, that it is ready."""

    def __init__(self, *command):
        self.errors = tempfile.TemporaryFile(mode="w+", encoding="utf-8")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors,
                                        text=True)
        said = select.select([self.process.stdout], [], [], PATIENCE)[0]
        line = self.process.stdout.readline() if said else ""
        if not line:
            self.process.kill()
            raise AssertionError(f"{command} was not ready within {PATIENCE} s:\n{self.end()}")
        self.ready = json.loads(line)

    def stop(self):
        """Asks it to end, unless it has; it must do so well. (A sanitizer's report changes the exit code.)"""
        if self.errors.closed:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
        said = self.end()
        if self.process.returncode != 0:
            raise AssertionError(f"{self.process.args} ended with exit code {self.process.returncode}:\n{said}")

    def end(self):
        """Waits for its end; what it wrote to stderr."""
        self.process.wait(PATIENCE)
        self.process.stdout.close()
        with self.errors:
            self.errors.seek(0)
            return self.errors.read()


class Balancer(Program):
    """A running spillwayctl."""

    def __init__(self, *words):
        super().__init__(CTL, *words)
        self.ca = self.ready["ca"]
        self.addresses = [listener["address"] for listener in self.ready["listeners"]]
        self.address = self.addresses[0]

    @property
    def tasks(self):
        """The addresses of the demo's servers."""
        return [task["address"] for task in self.ready["tasks"]]

    def resident(self):
        """Its resident memory, bytes."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))

    def channel(self, *options):
        return secure_channel(self.address, self.ca, *options)


def secure_channel(address, ca, *options):
    with open(ca, "rb") as file:
        credentials = grpc.ssl_channel_credentials(file.read())
    return grpc.secure_channel(address, credentials, CHANNEL_OPTIONS + list(options))


def plain_channel(address, *options):
    return grpc.insecure_channel(address, CHANNEL_OPTIONS + list(options))


class EndToEndTest(unittest.TestCase):
    """A test with a folder and programs that end with it, the last one first."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="spillway-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.log = os.path.join(self.folder, "access.log")

    def demo(self, *words):
        return self.keep(Balancer("demo", "--listen", "127.0.0.1:0", *self.engine_options(), *words))

    @property
    def workspace_file(self):
        return os.path.join(self.folder, "e2e.spillway.json")

    def run_workspace(self, document, *options):
        self.change_workspace(document)
        return self.keep(Balancer("run", self.workspace_file, *self.engine_options(), *options))

    def change_workspace(self, document):
        """Writes the file that run_workspace() runs: taken over soon, whole."""
        with open(self.workspace_file + ".new", "w", encoding="utf-8") as out:
            json.dump(document, out)
        os.rename(self.workspace_file + ".new", self.workspace_file)

    def route_guide_server(self, port=0):
        return self.keep(Program(ROUTEGUIDE, "serve", "--port", str(port)))

    def engine_options(self):
        return "--data", os.path.join(self.folder, "data"), "--access-log", self.log

    def keep(self, program):
        self.addCleanup(program.stop)
        return program

    def open(self, channel):
        """The channel, closed when the test ends."""
        self.addCleanup(channel.close)
        return channel

    def assert_grown_by_less_than(self, mark, grown):
        """Judges memory, bytes; not under sanitizers, whose allocator keeps what was freed and pads what is not."""
        if not os.environ.get("SPILLWAY_SANITIZE"):
            self.assertLess(grown, mark)

    def wait_until(self, condition, what, within=PATIENCE):
        deadline = time.monotonic() + within
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"not within {within} s: {what}")
            time.sleep(0.02)

    def log_entries(self, count):
        """The access log once it has that many lines."""
        self.wait_until(lambda: len(read_log(self.log)) >= count, f"{count} lines in the access log")
        return read_log(self.log)


def workspace(*targets, listeners=None):
    """A workspace with one gRPC target group of these addresses; an HTTPS listener on any port, unless told else."""
    forward = [{"type": "forward", "targetGroup": "targets"}]
    https = {"protocol": "HTTPS", "port": 0, "certificates": [{"source": "local-ca", "names": ["e2e.localhost"]}]}
    return {
        "version": 1,
        "loadBalancers": [{
            "name": "e2e",
            "beyondAlb": {"plaintextHttp2": True},
            "listeners": [{**listener, "defaultActions": forward} for listener in listeners or [https]],
        }],
        "targetGroups": [{
            "name": "targets", "protocol": "HTTP", "port": 50061, "protocolVersion": "GRPC",
            "targets": [{"id": host, "port": int(port)} for host, port in
                        (address.rsplit(":", 1) for address in targets)],
        }],
    }


class RouteGuide:
    """The four methods on a channel; what is called is what grpc's generated stubs would be."""

    def __init__(self, channel):
        def method(kind, name, request, response):
            return kind(f"/routeguide.RouteGuide/{name}", request_serializer=request.SerializeToString,
                        response_deserializer=response.FromString)

        self.get_feature = method(channel.unary_unary, "GetFeature", messages.Point, messages.Feature)
        self.list_features = method(channel.unary_stream, "ListFeatures", messages.Rectangle, messages.Feature)
        self.record_route = method(channel.stream_unary, "RecordRoute", messages.Point, messages.RouteSummary)
        self.route_chat = method(channel.stream_stream, "RouteChat", messages.RouteNote, messages.RouteNote)


def served_by(call):
    """Which server answered; waits for the call's initial metadata."""
    return dict(call.initial_metadata()).get("x-served-by")


def note(text, latitude, longitude):
    return messages.RouteNote(message=text, location=messages.Point(latitude=latitude, longitude=longitude))


class Outbox:
    """Requests that are sent when put; the call half-closes at close()."""

    def __init__(self):
        self.queue = queue.SimpleQueue()
        self.closed = False

    def put(self, *requests):
        for request in requests:
            self.queue.put(request)

    def close(self):
        self.closed = True
        self.queue.put(None)

    def __iter__(self):
        return iter(self.queue.get, None)


class PythonTarget:
    """A gRPC server of this process on any port. Methods by path, of any kind: bytes come and go as they are."""

    def __init__(self, handlers, *options, threads=32):
        class Service(grpc.GenericRpcHandler):
            def service(self, details):
                return handlers.get(details.method)

        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(threads), [Service()],
                                  options=[("grpc.so_reuseport", 0), *options])
        self.address = f"127.0.0.1:{self.server.add_insecure_port('127.0.0.1:0')}"
        self.server.start()

    def stop(self):
        self.server.stop(None).wait(PATIENCE)


def free_port():
    """A port of 127.0.0.1 that was free a moment ago, for programs that take no port 0; below those that the kernel
    gives to clients and to port 0, so that nobody gets it meanwhile."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="utf-8") as words:
        end = int(words.read().split()[0])
    while True:
        port = random.randrange(min(10000, end - 1000), end)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def read_metrics(port):
    """The lines of the balancer's OpenMetrics page."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE) as response:
        return response.read().decode().splitlines()


def healthy_targets(metrics_port):
    """The addresses of the healthy targets, as the metrics tell."""
    return {line.split('target="')[1].split('"')[0] for line in read_metrics(metrics_port)
            if line.startswith("spillway_target_healthy{") and float(line.split()[-1]) == 1}


def start_nghttpd(test, folder, *options):
    """nghttp2's server of files, cleartext with prior knowledge, on a free port; its address."""
    port = free_port()
    process = subprocess.Popen(["nghttpd", "--no-tls", "-a", "127.0.0.1", "-d", folder, *options, str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    test.addCleanup(process.wait)
    test.addCleanup(process.kill)

    def listens():
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0
    test.wait_until(listens, "nghttpd listens")
    return f"127.0.0.1:{port}"


FIELDS = ("type time elb client target request_time target_time response_time elb_status target_status received sent "
          "request user_agent ssl_cipher ssl_protocol target_group_arn trace_id domain certificate rule_priority "
          "created actions redirect error_reason target_list target_status_list classification classification_reason "
          "connection_trace_id transformed_host transformed_uri transform_status node").split()
QUOTED = set("request user_agent trace_id domain certificate actions redirect error_reason target_list "
             "target_status_list classification classification_reason transformed_host transformed_uri "
             "transform_status".split())
LogEntry = collections.namedtuple("LogEntry", FIELDS)


def read_log(file):
    """The access log's whole lines so far."""
    if not os.path.exists(file):
        return []
    with open(file, encoding="utf-8") as lines:
        return [parse_log_line(line[:-1]) for line in lines if line.endswith("\n")]


def parse_log_line(line):
    """Fields are parted by one space; exactly those that ALB quotes are quoted."""
    words = re.findall(r'"[^"]*"|[^" ]+', line)
    if " ".join(words) != line or len(words) != len(FIELDS):
        raise AssertionError(f"not {len(FIELDS)} fields, but {len(words)}: {line}")
    for name, word in zip(FIELDS, words):
        if (name in QUOTED) != word.startswith('"'):
            raise AssertionError(f"{name} is {word}: {line}")
    return LogEntry(*(word.strip('"') for word in words))


def in_background(work):
    """Runs the work in a thread; the future has its result."""
    future = concurrent.futures.Future()

    def run():
        try:
            future.set_result(work())
        except BaseException as error:  # pylint: disable=broad-except
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
