# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end-to-end tests share: programs as child processes, the route guide's calls, and waits that end.

The programs' paths come in the environment: SPILLWAYCTL and SPILLWAY_ROUTEGUIDE; PYTHONPATH has the generated
route_guide_pb2.
"""
import json
import os
import queue
import select
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

import grpc
import route_guide_pb2 as pb

CTL = os.environ["SPILLWAYCTL"]
ROUTEGUIDE = os.environ["SPILLWAY_ROUTEGUIDE"]
PATIENCE = 30  # seconds: the most a step may take before the test fails

# The smallest values ALB allows: a target is unhealthy after two checks.
CHECKS = {"healthCheckIntervalSeconds": 5, "healthCheckTimeoutSeconds": 2, "healthyThresholdCount": 2,
          "unhealthyThresholdCount": 2}
# Tests share no connections, not even to the same address.
CHANNEL_OPTIONS = (("grpc.use_local_subchannel_pool", 1), ("grpc.max_receive_message_length", -1),
                   ("grpc.max_reconnect_backoff_ms", 200), ("grpc.initial_reconnect_backoff_ms", 50),
                   ("grpc.enable_retries", 0))


def workspace(ports, protocol="HTTPS", **beyond_alb):
    """A workspace with one listener on any free port before gRPC targets on these ports."""
    listener = {"protocol": protocol, "port": 0,
                "defaultActions": [{"type": "forward", "targetGroup": "targets"}]}
    if protocol == "HTTPS":
        listener["certificates"] = [{"source": "local-ca", "names": ["desk.localhost"]}]
    return {
        "version": 1,
        "loadBalancers": [{"name": "desk", "beyondAlb": beyond_alb, "listeners": [listener]}],
        "targetGroups": [{"name": "targets", "protocol": "HTTP", "port": 50061, "protocolVersion": "GRPC",
                          **CHECKS, "targets": [{"id": "127.0.0.1", "port": port} for port in ports]}],
    }


def wait_for(what, condition):
    """Asks until the condition's answer is true, and returns it."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {PATIENCE} s in vain for {what}")
        time.sleep(0.02)
    return answer


def wait_for_end(pid):
    """Waits for a process that need not be a child."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not select.select([handle], [], [], PATIENCE)[0]:
            raise AssertionError(f"process {pid} did not end")
    finally:
        os.close(handle)


class Lines:
    """Lines of a stream, read as they come."""

    def __init__(self, stream):
        self.queue = queue.Queue()
        threading.Thread(target=self.read, args=(stream,), daemon=True).start()

    def read(self, stream):
        with stream:
            for line in stream:
                self.queue.put(line)
        self.queue.put("")

    def next(self):
        """The next line; "" at the end of the stream."""
        return self.queue.get(timeout=PATIENCE)


class Program:
    """A running program that said it is ready."""

    def __init__(self, case, *words):
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        case.addCleanup(self.end)
        self.out, self.err = Lines(self.process.stdout), Lines(self.process.stderr)
        line = self.out.next()
        if not line:
            case.fail("no ready line:\n" + self.rest_of_stderr())
        self.ready = json.loads(line)
        self.ca = self.ready.get("ca")
        self.address = self.ready.get("address") or self.ready["listeners"][0]["address"]

    def rest_of_stderr(self):
        return "".join(iter(self.err.next, ""))

    def end(self):
        """SIGTERM, and no lasting trouble: a sanitizer's finding is in the exit code, too."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        assert code == 0, f"exit code {code}:\n{self.rest_of_stderr()}"

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.returncode = 0  # wanted


class RouteGuide:
    """The four calls on a channel, plain or grpc.aio."""

    def __init__(self, channel):
        def method(kind, name, request, answer):
            return kind("/routeguide.RouteGuide/" + name, request.SerializeToString, answer.FromString)

        self.get_feature = method(channel.unary_unary, "GetFeature", pb.Point, pb.Feature)
        self.list_features = method(channel.unary_stream, "ListFeatures", pb.Rectangle, pb.Feature)
        self.record_route = method(channel.stream_unary, "RecordRoute", pb.Point, pb.RouteSummary)
        self.route_chat = method(channel.stream_stream, "RouteChat", pb.RouteNote, pb.RouteNote)

    def served_by(self, **options):
        """Makes a GetFeature call; the address of the task that answered."""
        call = self.get_feature.with_call(pb.Point(), timeout=PATIENCE, **options)[1]
        return metadata_of(call)["x-served-by"]


def metadata_of(call):
    return dict(call.initial_metadata())


def note(latitude, longitude, message):
    return pb.RouteNote(location=pb.Point(latitude=latitude, longitude=longitude), message=message)


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="spillway-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.log = os.path.join(self.folder, "access.log")
        self.engine_words = ["--data", os.path.join(self.folder, "data"), "--access-log", self.log]

    def demo(self, *words):
        return Program(self, CTL, "demo", "--listen", "127.0.0.1:0", *self.engine_words, *words)

    def balancer(self, document):
        file = os.path.join(self.folder, "desk.spillway.json")
        with open(file, "w", encoding="utf-8") as out:
            json.dump(document, out)
        return Program(self, CTL, "run", file, *self.engine_words)

    def serve(self, port=0):
        return Program(self, ROUTEGUIDE, "serve", "--port", str(port))

    def channel(self, address, ca=None):
        if ca:
            channel = grpc.secure_channel(address, credentials(ca), CHANNEL_OPTIONS)
        else:
            channel = grpc.insecure_channel(address, CHANNEL_OPTIONS)
        self.addCleanup(channel.close)
        return channel

    def guide(self, program):
        return RouteGuide(self.channel(program.address, program.ca))

    def log_lines(self, count):
        """The access log once it has this many lines."""
        def lines():
            with open(self.log, encoding="utf-8") as file:
                found = file.read().splitlines()
            return found if len(found) >= count else None

        return wait_for(f"{count} lines of access log", lines)


def credentials(ca):
    with open(ca, "rb") as file:
        return grpc.ssl_channel_credentials(file.read())
