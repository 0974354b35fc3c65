# SPDX-License-Identifier: GPL-3.0-or-later
"""200,000 requests of all kinds: what the clients saw, the access log, the counters and the history agree exactly."""
import collections
import contextlib
import json
import os
import re
import struct
import subprocess
import unittest

import e2e
import raw_http2
from raw_http1 import Cut, RawTarget

GRPC = ["-H", "content-type: application/grpc", "-H", "te: trailers", "-d", "message"]
HTTP1 = ["--h1", "-c", "8"]
HTTP2 = ["-c", "4", "-m", "20"]
CANCELLED = 1000

# Which requests: the client's options, their path, how many, the status that the client sees, that of the target
# ("-" = none), the gRPC status, and whether the balancer made the answer.
Kind = collections.namedtuple("Kind", "options path count status target_status grpc by_balancer")
KINDS = [
    Kind(HTTP1, "/web/ok", 30_000, 200, "200", None, False),
    Kind(HTTP1, "/web/missing", 12_000, 404, "404", None, False),
    Kind(HTTP1, "/web/broken", 5_000, 500, "500", None, False),
    Kind(HTTP2, "/web/ok", 20_000, 200, "200", None, False),
    Kind(HTTP2, "/two/index.html", 35_000, 200, "200", None, False),
    Kind(HTTP2, "/two/missing", 15_000, 404, "404", None, False),
    Kind(HTTP2, "/fixed", 10_000, 418, "-", None, True),
    Kind(HTTP2, "/gone", 4_000, 502, "-", None, True),
    Kind(HTTP1, "/nobody", 3_000, 503, "-", None, True),
    Kind(HTTP2 + GRPC, "/grpc/ok", 40_000, 200, "200", "OK", False),
    Kind(HTTP2 + GRPC, "/grpc/no", 20_000, 200, "200", "NOT_FOUND", False),
    Kind(HTTP2 + GRPC, "/empty", 5_000, 503, "-", "UNAVAILABLE", True),
]
# The rule's priority by what its paths begin with.
RULES = {"/web": "1", "/two": "2", "/grpc/ok": "3", "/grpc/no": "4", "/gone": "5", "/empty": "6", "/silent": "7",
         "/fixed": "8", "/nobody": "9"}


def rule_of(path):
    return next(rule for prefix, rule in RULES.items() if path.startswith(prefix))


def target_of(address):
    host, port = address.rsplit(":", 1)
    return {"id": host, "port": int(port)}


def group(name, version, *addresses, **check):
    return {"name": name, "protocol": "HTTP", "protocolVersion": version, "port": 1,
            "targets": [target_of(address) for address in addresses], **check}


def forward(priority, path, name):
    return {"priority": priority, "conditions": [{"field": "path-pattern", "values": [path]}],
            "actions": [{"type": "forward", "targetGroup": name}]}


def fixed(priority, path, status):
    return {"priority": priority, "conditions": [{"field": "path-pattern", "values": [path]}],
            "actions": [{"type": "fixed-response", "statusCode": status}]}


class Truth(e2e.EndToEndTest):
    def setUp(self):
        super().setUp()
        with open(os.path.join(self.folder, "message"), "wb") as file:
            file.write(b"\0\0\0\0\2hi")
        for path in ("two/index.html", "grpc/ok", "grpc/no"):
            file = os.path.join(self.folder, "files", path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(file, "wb") as out:
                out.write(b"\0\0\0\0\2hi")
        self.metrics = e2e.free_port()
        self.balancer = self.run_workspace(self.document(), "--history")

    def files(self, *options):
        return e2e.start_nghttpd(self, os.path.join(self.folder, "files"), "-m", "1000", *options)

    def web_server(self):
        """Another balancer, that answers all by itself."""
        document = e2e.workspace(listeners=[{"protocol": "HTTP", "port": 0}])
        document["loadBalancers"][0]["listeners"][0] |= {
            "defaultActions": [{"type": "fixed-response", "statusCode": 200}],
            "rules": [fixed(1, "/web/missing", 404), fixed(2, "/web/broken", 500)]}
        file = os.path.join(self.folder, "web.spillway.json")
        with open(file, "w", encoding="utf-8") as out:
            json.dump(document, out)
        return self.keep(e2e.Balancer("run", file, "--data", os.path.join(self.folder, "web"))).address

    def document(self):
        self.silent = RawTarget(self, self.stay_silent)
        check = {"healthCheckPath": "/grpc/ok", "matcher": {"grpcCode": "0-99"}}
        document = e2e.workspace(listeners=[{"protocol": "HTTP", "port": 0}])
        document["monitoring"] = {"openMetricsPort": self.metrics}
        balancer = document["loadBalancers"][0]
        balancer["beyondAlb"]["unlimitedRequestsPerConnection"] = True
        balancer["listeners"][0]["rules"] = [
            forward(1, "/web/*", "web"), forward(2, "/two/*", "two"), forward(3, "/grpc/ok", "grpc-ok"),
            forward(4, "/grpc/no", "grpc-no"), forward(5, "/gone", "gone"), forward(6, "/empty", "targets"), forward(9, "/nobody", "nobody"),
            forward(7, "/silent", "silent"), fixed(8, "/fixed", 418)]
        document["targetGroups"] += [
            group("web", "HTTP1", self.web_server()), group("two", "HTTP2", self.files(), self.files()),
            group("grpc-ok", "GRPC", *(self.files("--trailer", "grpc-status: 0") for _ in range(2)), **check),
            group("grpc-no", "GRPC", self.files("--trailer", "grpc-status: 5"), **check),
            group("gone", "HTTP1", f"127.0.0.1:{e2e.free_port()}"),
            group("nobody", "HTTP1"), group("silent", "HTTP1", f"127.0.0.1:{self.silent.port}")]
        return document

    @staticmethod
    def stay_silent(reader, _):
        with contextlib.suppress(Cut):
            while True:
                reader.more()
        return False

    def load(self, kind):
        return subprocess.Popen(
            ["h2load", "-t1", "-n", str(kind.count), *kind.options, f"http://{self.balancer.address}{kind.path}"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder)

    def send(self, kinds):
        """All of them at once; what each client saw is what it should see."""
        for kind, client in [(kind, self.load(kind)) for kind in kinds]:
            with client:
                said = client.communicate(timeout=240)[0]
            counts = dict.fromkeys("2345", 0) | {str(kind.status)[0]: kind.count}
            self.assertIn("{} 2xx, {} 3xx, {} 4xx, {} 5xx".format(*counts.values()), said, (kind, said))

    def cancel(self):
        """Requests whose clients leave; few on each connection, as many would be an attack."""
        for _ in range(CANCELLED // 50):
            client = raw_http2.RawConnection(self.balancer.address, patience=e2e.PATIENCE)
            with contextlib.closing(client):
                client.handshake()
                for stream in range(1, 101, 2):
                    client.headers(stream, client.request_fields(path="/silent"))
                for stream in range(1, 101, 2):
                    client.send(raw_http2.frame(raw_http2.RST_STREAM, 0, stream,
                                                struct.pack(">I", raw_http2.CANCEL)))
                self.assertTrue(client.is_alive())

    def test_all_counts_agree(self):
        total = sum(kind.count for kind in KINDS) + CANCELLED
        self.assertEqual(total, 200_000)
        for number in range(0, len(KINDS), 4):
            self.send(KINDS[number:number + 4])
        self.cancel()
        self.wait_until(lambda: self.count_lines() == total, "a log line of each request")
        lines = self.log_lines()
        self.check_log(lines)
        self.check_metrics(total)
        self.wait_until(lambda: self.history("--last", "1", "--filter", f"time >= {self.newest(lines)}"), "all stored")
        self.assertEqual(sorted(self.history()), sorted(lines))
        for kind in ("OK", "NOT_FOUND", "UNAVAILABLE"):
            expected = sum(each.count for each in KINDS if each.grpc == kind)
            self.assertEqual(len(self.history("--filter", f"grpc.status = {kind}")), expected)

    def log_lines(self):
        with open(self.log, encoding="utf-8") as lines:
            return lines.read().splitlines()

    def count_lines(self):
        with open(self.log, "rb") as lines:
            return sum(piece.count(b"\n") for piece in iter(lambda: lines.read(1 << 20), b""))

    @staticmethod
    def newest(lines):
        return max(line.split(" ", 2)[1] for line in lines)

    def history(self, *words):
        said = subprocess.run([e2e.CTL, "log", "--data", os.path.join(self.folder, "data"), *words], check=True,
                              capture_output=True, text=True, timeout=240)
        return said.stdout.splitlines()

    def check_log(self, lines):
        """Log lines by path and statuses."""
        line = re.compile(r'^\S+ \S+ \S+ \S+ \S+ \S+ \S+ \S+ (\d+) (\S+) \S+ \S+ "\S+ http://[^/]*(\S*) ')
        seen = collections.Counter((path, int(status), target)
                                   for status, target, path in (line.match(each).groups() for each in lines))
        expected = collections.Counter()
        for kind in KINDS:
            expected[kind.path, kind.status, kind.target_status] += kind.count
        expected["/silent", 460, "-"] += CANCELLED
        self.assertEqual(seen, expected)

    def samples(self, name):
        """Values of a metric by its labels."""
        found = {}
        for line in e2e.read_metrics(self.metrics):
            if line.startswith(name + "{"):
                labels = tuple(sorted(re.findall(r'(\w+)="([^"]*)"', line)))
                found[labels] = float(line.split()[-1])
        return found

    def by(self, name, *labels):
        """The sums of a metric by some of its labels."""
        sums = collections.Counter()
        for sample, value in self.samples(name).items():
            sums[tuple(dict(sample)[label] for label in labels)] += int(value)
        return +sums

    def check_metrics(self, total):
        self.wait_until(lambda: sum(self.samples("spillway_listener_requests_total").values()) == total,
                        "all requests counted")
        statuses, grpc, routed = collections.Counter(), collections.Counter(), collections.Counter()
        for kind in KINDS:
            statuses[str(kind.status), "balancer" if kind.by_balancer else "target"] += kind.count
            if kind.grpc:
                grpc[kind.grpc,] += kind.count
            if kind.path not in ("/fixed", "/empty", "/nobody"):
                routed[{"/web": "web", "/two": "two", "/gone": "gone"}.get(
                    kind.path[:4] if kind.path != "/gone" else kind.path, "grpc-" + kind.path[-2:]),] += kind.count
        statuses["460", "balancer"] += CANCELLED
        routed["silent",] += CANCELLED
        self.assertEqual(self.by("spillway_listener_http_responses_total", "http_status", "made_by"), statuses)
        self.assertEqual(self.by("spillway_listener_grpc_responses_total", "grpc_status"), grpc)
        rules = collections.Counter({(rule_of("/silent"),): CANCELLED})
        for kind in KINDS:
            rules[rule_of(kind.path),] += kind.count
        self.assertEqual(self.by("spillway_rule_requests_total", "rule"), rules)
        # ALB's RequestCount: requests for which a target was chosen.
        self.assertEqual(self.by("spillway_listener_routed_requests_total", "listener").total(), routed.total())
        self.assertEqual(self.by("spillway_target_requests_total", "target_group"), routed)
        groups = self.by("spillway_target_group_requests_total", "target_group")
        self.assertEqual({name: groups[name] for name in routed}, routed)
        requests = self.by("spillway_target_requests_total", "target_group", "target")
        self.assertEqual(sorted(count for (name, _), count in requests.items() if name == "grpc-ok"), [20_000, 20_000])


if __name__ == "__main__":
    unittest.main()
