# SPDX-License-Identifier: GPL-3.0-or-later
"""Small HTTP/1.1 targets that count what they get, and a client that tells who answered."""
import collections
import contextlib
import http.client
import http.server
import json
import threading

import e2e

HEALTH = "/health"


class HttpTarget:
    """Answers 200 with the request's header fields as JSON, and its name in X-Served-By. Knobs may be turned at any
    time: health (the status of health checks), gate (an event that answers wait for), cookies (Set-Cookie values)."""

    def __init__(self, test, name):
        target = self
        self.name, self.health, self.gate, self.cookies = name, 200, None, []
        self.requests = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            """One connection."""
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self):  # pylint: disable=invalid-name
                target.answer(self)

            def log_message(self, *words):  # pylint: disable=arguments-differ
                pass

        self.lock = threading.Lock()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        test.addCleanup(server.server_close)
        test.addCleanup(server.shutdown)

    def of_group(self):
        """As a workspace names it."""
        return {"id": "127.0.0.1", "port": self.port}

    def answer(self, exchange):
        if exchange.path == HEALTH:
            exchange.send_response(self.health)
            exchange.send_header("Content-Length", "0")
            exchange.end_headers()
            return
        with self.lock:
            self.requests += 1
        if self.gate:
            self.gate.wait()
        body = json.dumps(dict(exchange.headers.items())).encode()
        exchange.send_response(200)
        exchange.send_header("X-Served-By", self.name)
        for cookie in self.cookies:
            exchange.send_header("Set-Cookie", cookie)
        exchange.send_header("Content-Length", str(len(body)))
        exchange.end_headers()
        with contextlib.suppress(ConnectionError):  # whoever waited may have gone
            exchange.wfile.write(body)


Answer = collections.namedtuple("Answer", "status served_by cookies fields")


class HttpClient:
    """An HTTP/1.1 client with one connection."""

    def __init__(self, test, address):
        self.connection = http.client.HTTPConnection(address, timeout=60)
        test.addCleanup(self.connection.close)

    def get(self, path="/", **fields):
        """The answer; its cookies by name, each with its whole text."""
        self.connection.request("GET", path, headers=fields)
        response = self.connection.getresponse()
        body = response.read()
        cookies = {text.split("=", 1)[0]: text for text in response.headers.get_all("Set-Cookie", [])}
        return Answer(response.status, response.headers.get("X-Served-By"), cookies,
                      json.loads(body) if response.headers.get("X-Served-By") else {})

    def count(self, number, **fields):
        """Who served so many requests."""
        return collections.Counter(self.get(**fields).served_by for _ in range(number))


def cookie_pairs(*cookies):
    """What a browser sends back of these Set-Cookie values."""
    return "; ".join(cookie.split(";", 1)[0] for cookie in cookies)


class TargetsTest(e2e.EndToEndTest):
    """A cleartext listener in front of HTTP1 groups of HttpTargets."""

    def setUp(self):
        super().setUp()
        self.metrics = e2e.free_port()

    def targets(self, *names):
        self.all = [HttpTarget(self, name) for name in names]
        return self.all

    @staticmethod
    def group(name, targets, **attributes):
        """A target group, checked as fast as a desk may."""
        return {"name": name, "port": 80, "protocolVersion": "HTTP1", "healthCheckPath": HEALTH,
                "healthCheckIntervalSeconds": 2, "healthCheckTimeoutSeconds": 1, "healthyThresholdCount": 1,
                "unhealthyThresholdCount": 1, "attributes": attributes,
                "targets": [target.of_group() for target in targets]}

    def document(self, *groups, **forward):
        """All goes to the first group unless `forward` says more."""
        forward = forward or {"targetGroup": groups[0]["name"]}
        return {"version": 1, "monitoring": {"openMetricsPort": self.metrics}, "targetGroups": list(groups),
                "loadBalancers": [{
                    "name": "e2e", "beyondAlb": {"fastHealthChecks": True},
                    "listeners": [{"protocol": "HTTP", "port": 0,
                                   "defaultActions": [{"type": "forward", **forward}]}]}]}

    def run_document(self, document, *healthy, options=()):
        """Starts the balancer and waits until these targets are healthy."""
        self.address = self.run_workspace(document, *options).address
        self.wait_until_healthy(*healthy)

    def wait_until_healthy(self, *targets):
        """Until exactly these targets are."""
        wanted = {f"127.0.0.1:{target.port}" for target in targets}
        self.wait_until(lambda: self.healthy() == wanted, f"{[target.name for target in targets]} are healthy")

    def healthy(self):
        return e2e.healthy_targets(self.metrics)

    def client(self):
        return HttpClient(self, self.address)

    def hold_a_request(self, target):
        """Sends requests until this target has one, which it answers when its gate is opened; the answer's future."""
        target.gate = threading.Event()
        self.addCleanup(target.gate.set)
        already = target.requests
        while True:
            before = self.requests()
            answer = e2e.in_background(self.client().get)
            self.wait_until(lambda count=before: self.requests() > count, "a target has the request")
            if target.requests > already:
                return answer

    def requests(self):
        return sum(target.requests for target in self.all)
