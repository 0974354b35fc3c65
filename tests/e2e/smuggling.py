# SPDX-License-Identifier: GPL-3.0-or-later
"""What the smuggling tests share: a balancer in a desync mitigation mode before a target that reads by the letter."""
import collections
import contextlib
import re
import socket

from e2e import PATIENCE, EndToEndTest, read_log, workspace
from raw_target import RawTarget

MODES = "monitor", "defensive", "strictest"
NOTHING, ACCEPTABLE, AMBIGUOUS, SEVERE = "-", "Acceptable", "Ambiguous", "Severe"
SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: e2e.localhost\r\n\r\n"


def shown(requests):
    return [(request.method, request.target, request.body) for request in requests]


class SmugglingTest(EndToEndTest):
    def setUp(self):
        super().setUp()
        # By client address: (status, classification, reason) of each request.
        self.expected_log = collections.defaultdict(list)

    def start(self, mode, **balancer):
        self.target = RawTarget()
        self.addCleanup(self.target.stop)
        document = workspace(self.target.address, listeners=[{"protocol": "HTTP", "port": 0}])
        document["targetGroups"][0]["protocolVersion"] = "HTTP1"
        document["loadBalancers"][0].update({"beyondAlb": {}, "attributes": {"desyncMitigationMode": mode}, **balancer})
        self.balancer = self.run_workspace(document)
        self.port = int(self.balancer.address.rsplit(":", 1)[1])

    def exchange(self, text, expected_log):
        """The statuses of the answers to these bytes, once the balancer has closed the connection."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as client:
            self.expected_log["%s:%d" % client.getsockname()] += expected_log  # a port may come again
            answers = b""
            with contextlib.suppress(ConnectionError):
                client.sendall(text.encode("latin-1"))
                while got := client.recv(65536):
                    answers += got
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]

    def assert_log(self):
        count = sum(map(len, self.expected_log.values()))
        self.log_entries(count)
        logged = collections.defaultdict(list)
        for entry in read_log(self.log):
            logged[entry.client].append((int(entry.elb_status), entry.classification, entry.classification_reason))
        self.assertEqual(logged, self.expected_log)

    def stop(self):
        """What is certain only when nothing is under way any more."""
        self.assert_log()
        self.balancer.stop()
        self.assert_target_is_clean()

    def assert_target_is_clean(self):
        self.assertEqual(shown(self.target.taken()), [], "after all answers")
        self.assertEqual(self.target.faults, [])
