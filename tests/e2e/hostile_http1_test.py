# SPDX-License-Identifier: GPL-3.0-or-later
"""Hostile HTTP/1 clients are refused in HTTP's words or cut in time, cost little, and other clients do not notice."""
import concurrent.futures
import contextlib
import time
import unittest

import e2e
import raw_http2
from raw_http1 import RawClient, RawTarget

MIB = 1024 * 1024
HEAD_TIME, IDLE = 1, 2  # seconds
GET = b"GET /%s HTTP/1.1\r\nHost: e2e.localhost\r\n"
POST = b"POST /%s HTTP/1.1\r\nHost: e2e.localhost\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


def serve(reader, head):
    """Reads the request's body, if it has one, and answers a few bytes."""
    fields = head[1]
    if "transfer-encoding" in fields:
        reader.chunks()
    reader.take(int(fields.get("content-length", 0)))
    reader.socket.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")


def trickle(client, pieces, pause):
    """Sends the pieces with a pause after each, until all are out or the peer has left."""
    with contextlib.suppress(OSError):
        for piece in pieces:
            client.send(piece)
            time.sleep(pause)


class HostileHttp1(e2e.EndToEndTest):
    """A balancer with short limits: a plain listener, one with TLS, and one that answers large heads with 413."""

    def setUp(self):
        super().setUp()
        target = RawTarget(self, serve)
        https = {"protocol": "HTTPS", "port": 0, "certificates": [{"source": "local-ca", "names": ["e2e.localhost"]}]}
        document = e2e.workspace(f"127.0.0.1:{target.port}", listeners=[{"protocol": "HTTP", "port": 0}, https])
        document["targetGroups"][0]["protocolVersion"] = "HTTP1"
        first = document["loadBalancers"][0]
        first["attributes"] = {"idleTimeoutSeconds": IDLE}
        first["limits"] = {"headTimeoutSeconds": HEAD_TIME}
        fixed = [{"type": "fixed-response", "statusCode": 200}]
        document["loadBalancers"].append({"name": "other", "limits": {"headerOverflowStatus": 413},
                                          "listeners": [{"protocol": "HTTP", "port": 0, "defaultActions": fixed}]})
        self.balancer = self.run_workspace(document)
        self.plain, self.secure, self.other = self.balancer.addresses
        self.assert_served()
        self.before = self.balancer.resident()

    def connect(self, address=None, **options):
        client = RawClient(address or self.plain, **options)
        self.addCleanup(client.close)
        return client

    def assert_served(self):
        with contextlib.closing(RawClient(self.plain)) as honest:
            self.assertEqual(honest.get("/honest").status, 200)

    def ends_within(self, client, least, most):
        """What came until the balancer closed, which it does in that many seconds, with leeway for slow machines."""
        begun = time.monotonic()
        got = client.rest()
        took = time.monotonic() - begun
        self.assertGreater(took, least - 0.5)
        self.assertLess(took, most + 3)
        return got

    def all_at_once(self, cases, check):
        """check(name, what) for each of a table's rows, side by side."""
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            checks = {name: pool.submit(check, name, what) for name, what in cases.items()}
        for name, done in checks.items():
            with self.subTest(name):
                done.result()

    def logged(self, path, count=1):
        """The entries of that path."""
        def found():
            return [entry for entry in e2e.read_log(self.log) if f"/{path} " in entry.request]
        self.wait_until(lambda: len(found()) >= count, f"{count} log entries of {path}")
        return found()

    def assert_refused(self, got, title, path):
        """An answer of the balancer's own, and its log entry, for which ALB has no error_reason (7.4)."""
        self.assertEqual(got.partition(b"\r\n")[0].decode(), f"HTTP/1.1 {title}")
        self.assertIn(b"Connection: close", got)
        entry = self.logged(path)[0]
        self.assertEqual((entry.elb_status, entry.target_status, entry.error_reason), (title[:3], "-", "-"))
        return entry

    def test_slow_heads_are_cut(self):
        def check(name, lines):
            client = self.connect()
            client.send(lines[:1])
            begun = time.monotonic()
            trickle(client, (lines[i:i + 1] for i in range(1, len(lines))), 0.02)
            while not client.has_input() and time.monotonic() - begun < e2e.PATIENCE:
                trickle(client, [b"a"], 0.02)
            self.assertLess(time.monotonic() - begun, HEAD_TIME + 5)
            got = client.rest()
            if lines.startswith(b"GET"):
                self.assertTrue(got.startswith(b"HTTP/1.1 408 Request Time-out\r\n"), got)
            if lines.count(b"\n"):  # only a whole line tells what was asked for
                self.assertEqual(self.logged(name)[0].elb_status, "408")

        self.all_at_once({
            "slow-preface": raw_http2.PREFACE[:8],
            "slow-line": b"GET /slow-line",
            "slow-field": GET % b"slow-field" + b"X-A: ",
            "slow-fields": GET % b"slow-fields" + b"X-A: b\r\nX-C: d\r\n",
        }, check)
        self.assert_served()

    def test_heads_that_stop_are_answered_408(self):
        def check(name, data):
            client = self.connect()
            client.send(data)
            self.assert_refused(self.ends_within(client, HEAD_TIME, HEAD_TIME), "408 Request Time-out", name)

        self.all_at_once({"stops-in-a-field": GET % b"stops-in-a-field" + b"X-A: ",
                          "stops-after-a-field": GET % b"stops-after-a-field"}, check)

    def test_bodies_that_stop_are_answered_408(self):
        def check(name, data):
            client = self.connect()
            client.send(data)
            got = self.ends_within(client, IDLE, IDLE)
            entry = self.assert_refused(got, "408 Request Time-out", name)
            self.assertEqual(entry.actions, "forward")

        self.all_at_once({
            "short-length": POST % b"short-length" + b"Content-Length: 10\r\n\r\nhello",
            "no-body": POST % b"no-body" + b"Content-Length: 10\r\n\r\n",
            "half-a-chunk": CHUNKED % b"half-a-chunk" + b"ff\r\nhello",
            "no-last-chunk": CHUNKED % b"no-last-chunk" + b"5\r\nhello\r\n",
            "half-a-trailer": CHUNKED % b"half-a-trailer" + b"5\r\nhello\r\n0\r\nX-A: b",
        }, check)

    def test_slow_bodies_that_go_on_are_served(self):
        client = self.connect()
        client.send(POST % b"slow" + b"Content-Length: 9\r\n\r\n")
        trickle(client, [b"a"] * 9, IDLE / 6)
        self.assertEqual(client.answer().status, 200)

    def test_silence_is_cut(self):
        def check(_, connect):
            self.assertIn(self.ends_within(connect(), 0, IDLE), (b"",))

        def half_a_handshake():
            client = self.connect(self.secure)
            client.send(b"\x16\x03\x01\x02\x00\x01\x00")
            return client

        def after_an_answer():
            client = self.connect()
            self.assertEqual(client.get("/").status, 200)
            return client

        self.all_at_once({
            "plain": self.connect,
            "no handshake": lambda: self.connect(self.secure),
            "half a handshake": half_a_handshake,
            "no request": lambda: self.connect(self.secure, ca=self.balancer.ca),
            "after an answer": after_an_answer,
        }, check)

    def test_an_http2_client_that_is_silent_and_never_reads_is_cut(self):
        client = raw_http2.RawConnection(self.plain)
        self.addCleanup(client.close)
        client.handshake()
        begun = time.monotonic()
        self.assertEqual(client.error(), "closed")
        self.assertLess(time.monotonic() - begun, IDLE + 5)

    def test_heads_over_their_limits_are_refused(self):
        kib = 1024
        fields = b"".join(b"X-%d: " % i + b"a" * 8 * kib + b"\r\n" for i in range(8))
        for name, head, title in (
                ("line", b"GET /line?" + b"a" * 16 * kib + b" HTTP/1.1\r\n\r\n", "414 Request-URI Too Large"),
                ("field", GET % b"field" + b"X-A: " + b"a" * 16 * kib + b"\r\n\r\n", "400 Bad Request"),
                ("fields", GET % b"fields" + fields + b"\r\n", "400 Bad Request"),
                ("count", GET % b"count" + b"X-A: b\r\n" * 300 + b"\r\n", "400 Bad Request"),
                ("name", GET % b"name" + b"x" * 17 * kib + b": a\r\n\r\n", "400 Bad Request")):
            with self.subTest(name):
                client = self.connect()
                client.send(head)
                got = client.rest()
                if name == "line":  # a line that is not whole is not logged as a request
                    self.assertTrue(got.startswith(b"HTTP/1.1 414 Request-URI Too Large\r\n"), got)
                else:
                    self.assert_refused(got, title, name)
        for name, head in (("within-line", b"GET /within-line?" + b"a" * 15 * kib + b" HTTP/1.1\r\nHost: a\r\n\r\n"),
                           ("within-field", GET % b"within-field" + b"X-A: " + b"a" * 15 * kib + b"\r\n\r\n")):
            with self.subTest(name):
                client = self.connect()
                client.send(head)
                self.assertEqual(client.answer().status, 200)
        client = self.connect(self.other)
        client.send(GET % b"switched" + b"X-A: " + b"a" * 16 * kib + b"\r\n\r\n")
        self.assert_refused(client.rest(), "413 Request Entity Too Large", "switched")

    def test_endless_heads_and_bodies_are_refused(self):
        def check(name, row):
            begin, again, status = row
            client = self.connect()
            client.send(begin)
            for _ in range(16 * 64):
                client.send(again * (16384 // len(again)))
                if client.has_input():
                    break
            self.assertIn(b" %d " % status, client.rest().partition(b"\r\n")[0])
            if name != "endless-line":
                self.assertEqual(self.logged(name)[0].elb_status, str(status))

        self.all_at_once({
            "endless-line": (b"GET /", b"a", 414),
            "endless-field": (GET % b"endless-field" + b"X-A: ", b"a", 400),
            "endless-fields": (GET % b"endless-fields", b"X-A: b\r\n", 400),
            "endless-extension": (CHUNKED % b"endless-extension" + b"5;a=", b"b", 400),
            "endless-extensions": (CHUNKED % b"endless-extensions", b"1;abcdefghijklmnopqrstuvwxyz=a\r\na\r\n", 400),
            "endless-size": (CHUNKED % b"endless-size", b"0", 400),
            "endless-trailer": (CHUNKED % b"endless-trailer" + b"0\r\nX-A: ", b"b", 400),
            "endless-trailers": (CHUNKED % b"endless-trailers" + b"0\r\n", b"X-A: b\r\n", 400),
        }, check)
        self.assert_served()
        self.assert_grown_by_less_than(16 * MIB, self.balancer.resident() - self.before)

    def test_bodies_that_are_broken_are_refused(self):
        def check(name, body):
            client = self.connect()
            client.send(CHUNKED % name.encode() + body)
            self.assert_refused(client.rest(), "400 Bad Request", name)

        self.all_at_once({
            "no-size": b"\r\nhello",
            "negative-size": b"-1\r\nhello",
            "hex-prefix": b"0x5\r\nhello\r\n0\r\n\r\n",
            "huge-size": b"ffffffffffffffffff\r\nhello",
            "longer-than-told": b"3\r\nhello\r\n0\r\n\r\n",
            "bare-lf": b"5\nhello\n0\n\n",
            "folded-trailer": b"5\r\nhello\r\n0\r\nX-A: b\r\n c\r\n\r\n",
        }, check)

    def test_a_client_that_leaves_in_its_body_is_400(self):
        client = self.connect()
        client.send(POST % b"leaves" + b"Content-Length: 10\r\n\r\nhello")
        client.close()
        entry = self.logged("leaves")[0]
        self.assertEqual((entry.elb_status, entry.target_status, entry.error_reason), ("400", "-", "-"))

    def test_a_flood_of_requests_is_answered_in_order(self):
        client = self.connect(patience=e2e.PATIENCE)
        count = 5_000
        sending = e2e.in_background(lambda: client.send((GET % b"flood" + b"\r\n") * count))
        for _ in range(count):
            self.assertEqual(client.answer().status, 200)
        sending.result()

    def test_a_thousand_idle_connections(self):
        idle = [self.connect() for _ in range(1000)]
        for client in idle[::10]:
            client.send(b"GET / HTTP/1.1\r\n")
        self.assert_served()
        self.assert_grown_by_less_than(32 * MIB, self.balancer.resident() - self.before)
        for client in idle:
            self.assertIn(client.rest()[:13], (b"", b"HTTP/1.1 408 "))
        self.assert_served()


if __name__ == "__main__":
    unittest.main()
