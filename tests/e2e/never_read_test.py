# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that ask for much and never read, and targets that never read, cost little memory and end by the idle
timeout; meanwhile other clients are served."""
import contextlib
import os
import resource
import socket
import struct
import threading
import time
import unittest

import e2e
import raw_http2
from raw_http1 import RawClient, RawTarget, path_of

MIB = 1024 * 1024
MARK = 32 * MIB  # the balancer may grow by less
IDLE = 2  # seconds
CONNECTIONS, REQUESTS = 20, 100
BODY = memoryview(bytes(MIB))
GET = b"GET %s HTTP/1.1\r\nHost: e2e.localhost\r\n\r\n"

# A client's stream to HTTP1 targets has a connection of its own: 2000 of them, at both ends in this process too.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
threading.stack_size(256 * 1024)


def serve(reader, head):
    """1 MiB for /large, little else."""
    if path_of(head) == "/large":
        reader.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % MIB)
        reader.socket.sendall(BODY)
    else:
        reader.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")


class NeverRead(e2e.EndToEndTest):
    """A balancer before HTTP1 targets; under /h2/ before HTTP2 ones; under /deaf before one that never reads."""

    def setUp(self):
        super().setUp()
        os.makedirs(os.path.join(self.folder, "h2"))
        for name, body in (("large", BODY), ("small", b"hello")):
            with open(os.path.join(self.folder, "h2", name), "wb") as file:
                file.write(body)
        http2 = e2e.start_nghttpd(self, self.folder, "-m", "1000")
        http1 = RawTarget(self, serve, send_buffer=16 * 1024).port
        ports = {"one": http1, "two": http2.rsplit(":", 1)[1], "deaf": self.deaf_port()}
        document = e2e.workspace(listeners=[{"protocol": "HTTP", "port": 0}])
        document["targetGroups"] = [{
            "name": name, "protocolVersion": "HTTP2" if name == "two" else "HTTP1", "port": 80,
            "targets": [{"id": "127.0.0.1", "port": int(port)}]} for name, port in ports.items()]
        balancer = document["loadBalancers"][0]
        balancer["attributes"] = {"idleTimeoutSeconds": IDLE}
        balancer["listeners"][0]["defaultActions"] = [{"type": "forward", "targetGroup": "one"}]
        balancer["listeners"][0]["rules"] = [
            {"priority": number, "conditions": [{"field": "path-pattern", "values": [path]}],
             "actions": [{"type": "forward", "targetGroup": group}]}
            for number, (path, group) in enumerate([("/h2/*", "two"), ("/deaf", "deaf")], 1)]
        self.balancer = self.run_workspace(document)
        self.assert_served()
        self.before = self.largest = self.balancer.resident()

    def deaf_port(self):
        """The kernel accepts; nobody ever reads."""
        server = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.addCleanup(server.close)
        return server.getsockname()[1]

    def assert_served(self):
        """Another client, of another target, gets its answer, soon."""
        begun = time.monotonic()
        with contextlib.closing(raw_http2.RawConnection(self.balancer.address)) as honest:
            honest.handshake()
            honest.headers(1, honest.request_fields(path="/h2/small"))
            self.assertEqual(honest.response(1)[0], 200)
        self.assertLess(time.monotonic() - begun, 5)

    def watch(self, seconds):
        """Notes the largest resident memory while other clients are served."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.largest = max(self.largest, self.balancer.resident())
            self.assert_served()
            time.sleep(0.02)

    def assert_grown_little(self, what):
        print(f"{what}: {(self.largest - self.before) / MIB:.1f} MiB")
        self.assert_grown_by_less_than(MARK, self.largest - self.before)

    def entries(self, path, count):
        """The log's entries of that path."""
        def found():
            return [entry for entry in e2e.read_log(self.log) if entry.request.split()[1].endswith(path)]
        self.wait_until(lambda: len(found()) >= count, f"{count} log entries of {path}")
        return found()

    def test_http1_clients(self):
        for _ in range(CONNECTIONS):
            client = RawClient(self.balancer.address, receive_buffer=4096)
            self.addCleanup(client.close)
            client.send(GET % b"/large" * REQUESTS)
        self.watch(IDLE + 1)
        self.assert_grown_little("HTTP/1.1 clients of HTTP1 targets")
        self.wait_until(lambda: len(self.stalled("/large")) == CONNECTIONS, "one stalled answer on each connection")
        self.assertEqual({(entry.elb_status, entry.target_status, entry.error_reason)
                          for entry in self.stalled("/large")}, {("200", "200", "-")})

    def stalled(self, path):
        """The log's entries of that path whose answers did not leave whole."""
        return [entry for entry in e2e.read_log(self.log) if f"{path} " in entry.request and int(entry.sent) < MIB]

    def ask_without_reading(self, path):
        """Connections of HTTP/2 whose windows are wide open, and whose sockets nobody reads."""
        for _ in range(CONNECTIONS):
            client = raw_http2.RawConnection(self.balancer.address, receive_buffer=4096,
                                             initial=[(raw_http2.INITIAL_WINDOW_SIZE, 2**31 - 1)])
            self.addCleanup(client.close)
            client.handshake()
            client.send(raw_http2.frame(raw_http2.WINDOW_UPDATE, 0, 0, struct.pack(">I", 2**30)))
            for stream in range(1, 2 * REQUESTS, 2):
                client.headers(stream, client.request_fields(path=path))
            self.largest = max(self.largest, self.balancer.resident())
        self.watch(IDLE + 1)
        self.entries(path, CONNECTIONS * REQUESTS)  # all have ended

    def test_http2_clients_of_http1_targets(self):
        self.ask_without_reading("/large")
        self.assert_grown_little("HTTP/2 clients of HTTP1 targets")

    def test_http2_clients_of_http2_targets(self):
        self.ask_without_reading("/h2/large")
        self.assert_grown_little("HTTP/2 clients of HTTP2 targets")

    def test_a_flood_of_requests(self):
        client = RawClient(self.balancer.address, receive_buffer=4096, patience=1)
        self.addCleanup(client.close)
        with contextlib.suppress(OSError):  # nobody listens any more
            for _ in range(200):
                client.send(GET % b"/flood" * 500)
        self.watch(1)
        self.assert_grown_little("100,000 requests, none of whose answers is read")
        self.wait_until(lambda: self.is_left(client.socket), "the connection is ended")

    @staticmethod
    def is_left(client):
        """Whether the balancer has ended that connection, of which nothing is read."""
        return client.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != 1  # TCP_ESTABLISHED

    def test_a_target(self):
        """Uploads of 100 MiB each to a target that reads nothing; it is the target that is to blame."""
        def upload(client):
            with contextlib.suppress(OSError):
                client.send(b"POST /deaf HTTP/1.1\r\nHost: e2e.localhost\r\nContent-Length: %d\r\n\r\n" % (100 * MIB))
                for _ in range(100):
                    client.send(BODY)
            return client.answer().status

        clients = [RawClient(self.balancer.address) for _ in range(CONNECTIONS)]
        for client in clients:
            self.addCleanup(client.close)
        uploads = [e2e.in_background(lambda client=client: upload(client)) for client in clients]
        self.watch(IDLE - 1)
        self.assert_grown_little("uploads to a target that does not read")
        for done in uploads:
            self.assertEqual(done.result(e2e.PATIENCE), 504)
        for entry in self.entries("/deaf", CONNECTIONS):
            self.assertEqual((entry.elb_status, entry.target_status, entry.error_reason), ("504", "-", "-"))


if __name__ == "__main__":
    unittest.main()
