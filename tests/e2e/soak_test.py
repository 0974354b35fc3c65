# SPDX-License-Identifier: GPL-3.0-or-later
"""A minute of mixed traffic while the configuration is swapped every second: no request fails, memory stays."""
import copy
import http.server
import os
import re
import subprocess
import threading
import time
import unittest

import e2e

SECONDS = 60
MIB = 1024 * 1024


class Http1Target(http.server.BaseHTTPRequestHandler):
    """Answers every GET with the same bytes and keeps the connection."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # pylint: disable=invalid-name
        body = b"x" * 2000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):  # pylint: disable=arguments-differ
        pass


class Soak(e2e.EndToEndTest):
    """HTTP/1.1 and HTTP/2 clients, HTTP1 and HTTP2 target groups, rules, a rewrite and sessions."""

    def setUp(self):
        super().setUp()
        with open(os.path.join(self.folder, "index.html"), "wb") as file:
            file.write(b"x" * 2000)
        first, second = (e2e.start_nghttpd(self, self.folder) for _ in range(2))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Http1Target)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.document = e2e.workspace(first, second, listeners=[{"protocol": "HTTP", "port": 0}])
        balancer = self.document["loadBalancers"][0]
        balancer["beyondAlb"]["unlimitedRequestsPerConnection"] = True
        balancer["listeners"][0]["rules"] = [{
            "priority": 5, "conditions": [{"field": "path-pattern", "values": ["/h1/*"]}],
            "urlRewrite": {"regex": "^/h1/", "replace": "/"},
            "actions": [{"type": "forward", "targetGroup": "one"}]}]
        two = self.document["targetGroups"][0]
        two["protocolVersion"] = "HTTP2"
        two["attributes"] = {"deregistrationDelaySeconds": 5}
        self.document["targetGroups"].append({
            "name": "one", "port": server.server_address[1], "protocolVersion": "HTTP1",
            "attributes": {"stickiness": {"enabled": True}}, "targets": [{"id": "127.0.0.1"}]})
        self.balancer = self.run_workspace(self.document)

    def variant(self, number):
        """The document as it is at this second: a target comes and goes, so does a rule."""
        document = copy.deepcopy(self.document)
        if number % 3 == 1:
            document["targetGroups"][0]["targets"].pop()
        if number % 3 == 2:
            document["loadBalancers"][0]["listeners"][0]["rules"].append({
                "priority": 7, "conditions": [{"field": "path-pattern", "values": ["/x"]}],
                "actions": [{"type": "fixed-response", "statusCode": 200}]})
        return document

    def resident(self):
        with open(f"/proc/{self.balancer.process.pid}/status", encoding="utf-8") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS"))

    def load(self, path, *options):
        return subprocess.Popen(["h2load", "-D", str(SECONDS), *options, f"http://{self.balancer.address}{path}"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def test_a_minute_of_swaps_fails_no_request(self):
        clients = [self.load("/", "-c", "4", "-m", "10", "--rps", "25"),
                   self.load("/h1/index.html", "-c", "2", "-m", "3", "--rps", "20"),
                   self.load("/h1/index.html", "--h1", "-c", "2", "--rps", "20")]
        begun = time.monotonic()
        before = None
        for number in range(SECONDS):
            self.change_workspace(self.variant(number))
            time.sleep(1)
            if number == 10:
                before = self.resident()
        self.assertGreaterEqual(time.monotonic() - begun, SECONDS)
        for client in clients:
            said = client.communicate(timeout=e2e.PATIENCE)[0]
            counts = re.search(r"requests: (\d+) total.* (\d+) failed, (\d+) errored, (\d+) timeout", said)
            self.assertIsNotNone(counts, said)
            self.assertGreater(int(counts[1]), SECONDS)
            self.assertEqual([int(count) for count in counts.groups()[1:]], [0, 0, 0], said)
            self.assertRegex(said, r" 0 3xx, 0 4xx, 0 5xx", said)
        self.assert_grown_by_less_than(16 * MIB, self.resident() - before)


if __name__ == "__main__":
    unittest.main()
