# SPDX-License-Identifier: GPL-3.0-or-later
"""A balancer that may open no more files goes on with the connections that it has."""
import contextlib
import os
import resource
import threading
import unittest

import e2e
import raw_http2
from raw_http1 import RawTarget

STREAMS = 30


class DescriptorLimit(e2e.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.connections = set()  # of the balancer to the target
        self.may_answer = threading.Event()
        self.addCleanup(self.may_answer.set)
        document = e2e.workspace(f"127.0.0.1:{RawTarget(self, self.serve).port}",
                                 listeners=[{"protocol": "HTTP", "port": 0}])
        document["targetGroups"][0]["protocolVersion"] = "HTTP1"
        self.balancer = self.run_workspace(document)

    def serve(self, reader, _):
        """Each request keeps its connection until it may be answered."""
        self.connections.add(reader)
        self.may_answer.wait(e2e.PATIENCE)
        reader.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

    def limit_files(self, spare):
        """So many more than are open now; None lifts the limit."""
        process = self.balancer.process.pid
        hard = resource.prlimit(process, resource.RLIMIT_NOFILE)[1]
        open_now = max(int(name) for name in os.listdir(f"/proc/{process}/fd")) + 1
        resource.prlimit(process, resource.RLIMIT_NOFILE, (hard if spare is None else open_now + spare, hard))

    def statuses(self, client, first):
        for number in range(STREAMS):
            client.headers(first + 2 * number, client.request_fields())
        self.wait_until(lambda: self.connections, "a request at the target")
        self.may_answer.set()
        return [self.next_status(client) for _ in range(STREAMS)]

    def next_status(self, client):
        """Of whichever answer comes next."""
        head = client.wait_for(raw_http2.HEADERS)
        return int(dict(client.decoder.decode(client.whole_block(head)))[":status"])

    def test_all_requests_are_answered(self):
        with contextlib.closing(raw_http2.RawConnection(self.balancer.address)) as client:
            client.handshake()
            self.limit_files(5)
            statuses = self.statuses(client, 1)
            self.assertLessEqual(set(statuses), {200, 502})
            self.assertIn(200, statuses)
            self.assertLess(len(self.connections), STREAMS)
            self.limit_files(None)
            self.assertEqual(set(self.statuses(client, 1 + 2 * STREAMS)), {200})
        self.wait_until(lambda: len(e2e.read_log(self.log)) == 2 * STREAMS, "a log entry of each request")
        entries = e2e.read_log(self.log)
        self.assertEqual(sorted(entry.elb_status for entry in entries),
                         sorted(str(status) for status in statuses + [200] * STREAMS))


if __name__ == "__main__":
    unittest.main()
